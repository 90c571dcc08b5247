"""Checks the settings of a live account before it starts: consent, account id, keys and limits.

Every function raises ConfigurationError with a sentence that names the setting."""

from __future__ import annotations

import json
import stat
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from trading_api.domain.account_kind import AccountKind, account_kind
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.external.risk_gate import RiskLimits
from trading_api.modules.broker.journal.live_ledger import live_database_url
from trading_api.modules.broker.journal.memory import MEMORY
from trading_api.settings import Settings, is_loopback_url

CONSENT = "yes-with-real-money"
_FILE_NAMES = {"api_key", "api_secret", "api_password"}
_SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class VenueKeys:
    """The keys of the account at the venue. Their texts are hidden when they are printed or
    logged; only what connects to the venue reads them. A venue without a password has ""."""

    api_key: SecretStr
    api_secret: SecretStr
    api_password: SecretStr


def check_live_settings(settings: Settings) -> None:
    """Check that paper and live accounts are apart, and that a live account was meant."""
    if account_kind(settings.default_account_id) is AccountKind.LIVE:
        raise ConfigurationError(
            f"DEFAULT_ACCOUNT_ID={settings.default_account_id} begins like a live account: the "
            "default account is always a paper account, so choose another id."
        )
    if settings.broker == "paper":
        return
    name = f"BROKER={settings.broker}"
    if settings.live_trading != CONSENT:
        raise ConfigurationError(
            f"{name} trades with real money: set LIVE_TRADING={CONSENT}, or BROKER=paper."
        )
    if not settings.live_account_id:
        raise ConfigurationError(
            f"{name} needs LIVE_ACCOUNT_ID, a name for the account that begins with LIVE-: "
            "LIVE-MAIN is one."
        )
    if settings.broker == "ccxt" and not settings.broker_venue:
        raise ConfigurationError(
            f"{name} needs BROKER_VENUE, the venue's id in ccxt: binance is one."
        )
    _check_market(settings, name)
    if _place(live_database_url(settings)) == _place(settings.database_url) != MEMORY:
        raise ConfigurationError(
            "LIVE_DATABASE_URL is DATABASE_URL: a live account has a ledger of its own, so name "
            "another database."
        )
    read_keys(settings)


def _check_market(settings: Settings, name: str) -> None:
    """Check that the risk gate sees the prices of the market that the account trades at. A stand-in
    for Alpaca on this machine has no real money, and may be tried on any market."""
    if settings.datafeed_clock == "step":
        raise ConfigurationError(
            f"{name} follows the time of its venue; it cannot be used with DATAFEED_CLOCK=step."
        )
    is_stand_in = settings.broker == "alpaca" and is_loopback_url(settings.broker_url)
    if settings.datafeed_source in ("simulator", "replay") and not is_stand_in:
        raise ConfigurationError(
            f"{name} needs the prices of a real market, by which it checks each order: "
            f"DATAFEED_SOURCE={settings.datafeed_source} has none. Set DATAFEED_SOURCE=ccxt."
        )
    if settings.broker == "ccxt" and settings.datafeed_venue != settings.broker_venue:
        raise ConfigurationError(
            f"BROKER_VENUE={settings.broker_venue} needs the prices of the same venue, and "
            f"DATAFEED_VENUE={settings.datafeed_venue} names another one."
        )


def read_keys(settings: Settings) -> VenueKeys:
    """Return the keys of LIVE_API_KEY and LIVE_API_SECRET, or those in LIVE_KEYS_FILE."""
    key, secret, path = settings.live_api_key, settings.live_api_secret, settings.live_keys_file
    if path is not None:
        if key or secret or settings.live_api_password:
            raise ConfigurationError(
                "LIVE_KEYS_FILE and LIVE_API_KEY are both set: keep the keys in one place."
            )
        return _keys_of_file(path)
    if not (key and secret and key.get_secret_value() and secret.get_secret_value()):
        raise ConfigurationError(
            f"BROKER={settings.broker} needs the keys of the account: set LIVE_API_KEY and "
            "LIVE_API_SECRET, or LIVE_KEYS_FILE, a file of mode 0600."
        )
    return VenueKeys(key, secret, settings.live_api_password or SecretStr(""))


def _place(database_url: str) -> str:
    """Return the same text for two ways to name one file."""
    if not database_url.startswith(_SQLITE):
        return database_url
    return str(Path(database_url.removeprefix(_SQLITE)).resolve())


def risk_limits(settings: Settings) -> RiskLimits:
    """Return the limits of the settings RISK_..."""
    return RiskLimits(
        order_value_max=settings.risk_order_value_max,
        position_value_max=settings.risk_position_value_max,
        daily_loss_max=settings.risk_daily_loss_max,
        orders_per_minute=settings.risk_orders_per_minute,
        price_distance_percent=settings.risk_price_distance_percent,
    )


def _keys_of_file(path: Path) -> VenueKeys:
    """Errors never quote what is in the file."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) or stat.S_IMODE(mode) & 0o077:
            raise ConfigurationError(
                f"LIVE_KEYS_FILE={path} must be a file that only its owner can read: "
                f"chmod 600 {path}"
            )
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(
            f"LIVE_KEYS_FILE={path} cannot be read: {error.strerror}."
        ) from error
    except ValueError:
        content = None
    is_valid = (
        isinstance(content, dict)
        and {"api_key", "api_secret"} <= set(content) <= _FILE_NAMES
        and all(isinstance(each, str) for each in content.values())
        and content["api_key"]
        and content["api_secret"]
    )
    if not is_valid:
        raise ConfigurationError(
            f"LIVE_KEYS_FILE={path} must be a JSON object with the texts api_key and api_secret, "
            "and api_password where the venue has one."
        )
    return VenueKeys(
        SecretStr(content["api_key"]),
        SecretStr(content["api_secret"]),
        SecretStr(content.get("api_password", "")),
    )
