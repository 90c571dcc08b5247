"""The settings, read once from environment variables. README.md describes each of them."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from trading_api.errors import ConfigurationError
from trading_api.models.common import AccountId

Cost = Annotated[Decimal, Field(ge=0, le=Decimal("1e6"), decimal_places=8)]
PercentLevels = Annotated[
    str, Field(pattern=r"^([1-9]\d{0,4}(\.\d{1,2})?(,[1-9]\d{0,4}(\.\d{1,2})?){0,9})?$")
]
"""At most ten percentages, separated by commas; an empty text for none."""
WsCompression = Literal["off", "shared", "context"]
RiskValue = Annotated[Decimal, Field(gt=0, le=Decimal("1e12"), decimal_places=8)]
FinitePositive = Annotated[float, Field(gt=0, allow_inf_nan=False)]

_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


def _check_live_account_id(value: str) -> str:
    """Return the id of a live account, or an empty text. Raises PydanticCustomError."""
    if value and not re.fullmatch(r"LIVE-[A-Za-z0-9_.-]{1,59}", value):
        raise PydanticCustomError(
            "live_account_id",
            "the id of a live account begins with LIVE-, then up to 59 letters, digits, _, . and "
            "- follow: LIVE-MAIN is one.",
        )
    return value


def _parse_json_object(value: object) -> dict[str, Any]:
    """Return the JSON object that a text holds; empty for an empty text. Raises
    ConfigurationError."""
    if isinstance(value, dict):
        return value
    try:
        parsed = json.loads(str(value) or "{}")
    except ValueError as error:
        raise ConfigurationError(f"CCXT_OPTIONS is not valid JSON: {error}.") from error
    if not isinstance(parsed, dict):
        raise ConfigurationError('CCXT_OPTIONS is not a JSON object, such as {"timeout": 20000}.')
    return parsed


JsonObject = Annotated[dict[str, Any], NoDecode, BeforeValidator(_parse_json_object)]


class Settings(BaseSettings):
    """Every setting. Its environment variable is the field's name in upper case.

    Suffixes of names are units: `_s` seconds, `_ms` milliseconds, `_bps` hundredths of a percent.
    """

    model_config = SettingsConfigDict(frozen=True)

    # The address to listen on, and the modules to enable.
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    enabled_modules: str = "all"
    root_path: Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_.~-]+)*$", max_length=200)] = ""

    # Authentication: tokens signed with a shared secret, or with the keys of a JWK set.
    auth_mode: Literal["off", "secret", "jwks"] = "off"
    auth_secret: SecretStr | None = None
    auth_jwks: str | None = None
    auth_jwks_max_age_s: FinitePositive = 3600.0
    auth_issuer: str | None = None
    auth_audience: str | None = None

    # Which Host and Origin headers are allowed.
    allowed_hosts: str = ""
    cors_origin_regex: re.Pattern[str] = re.compile(
        r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"
    )

    # Logging.
    log_format: Literal["text", "json"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_lines_per_s: Annotated[int, Field(ge=1)] = 20

    # The market: its source, its clock and what is played.
    datafeed_source: Literal["simulator", "replay", "ccxt"] = "simulator"
    datafeed_seed: int = 7
    datafeed_path: Path | None = None
    datafeed_symbols: str = ""
    data_dir: Path = Path("var/data")
    datafeed_venue: str = ""
    datafeed_history_days: Annotated[int, Field(ge=1, le=365)] = 30
    # Below a thousandth, a market would move so seldom that it counts as stale.
    datafeed_speed: Annotated[float, Field(ge=0.001, allow_inf_nan=False)] = 1.0
    datafeed_clock: Literal["wall", "step"] = "wall"
    datafeed_start: datetime | None = None
    datafeed_record: bool = False
    datafeed_record_days: Annotated[int, Field(ge=0, le=36_500)] = 0

    # Clients of venues through ccxt, for the market and for a broker. May hold keys.
    ccxt_options: Annotated[JsonObject, Field(repr=False)] = {}

    # How often slow quotes are sent, and when a silent source counts as stale.
    quotes_slow_interval_s: FinitePositive = 10.0
    market_stale_s: FinitePositive = 5.0

    # Accounts of the paper exchange, and the ledger that they are stored in.
    default_account_id: AccountId = "DEMO-ACCOUNT"
    account_currency: Annotated[str, Field(pattern=r"^[A-Z0-9]{3,5}$")] = "USD"
    database_url: str = "sqlite:///var/trading.db"
    initial_balance: Annotated[Decimal, Field(gt=0, le=Decimal("1e12"))] = Decimal(100_000)

    # One account at a real venue, next to the paper accounts (docs/live.md), and its ledger.
    broker: Literal["paper", "ccxt", "alpaca"] = "paper"
    broker_venue: Annotated[str, Field(pattern=r"^[a-z0-9_]*$", max_length=64)] = ""
    broker_url: str = ""
    live_account_id: Annotated[str, AfterValidator(_check_live_account_id)] = ""
    live_trading: str = ""
    live_api_key: SecretStr | None = None
    live_api_secret: SecretStr | None = None
    live_api_password: SecretStr | None = None
    live_keys_file: Path | None = None
    live_database_url: str = ""
    live_held_brackets: bool = False

    # Limits of the live account, in its currency; the risk gate refuses what exceeds them.
    risk_order_value_max: RiskValue = Decimal(100)
    risk_position_value_max: RiskValue = Decimal(500)
    risk_daily_loss_max: RiskValue = Decimal(50)
    risk_orders_per_minute: Annotated[int, Field(ge=1, le=10_000)] = 10
    risk_price_distance_percent: Annotated[
        Decimal, Field(gt=0, le=100, max_digits=12, decimal_places=8)
    ] = Decimal(5)

    # Price alerts.
    alerts_per_account_max: Annotated[int, Field(ge=1, le=100_000)] = 200

    # The most that an assistant may place in one session, in the currency of the accounts.
    mcp_session_value_max: RiskValue = Decimal(10_000)

    # Several processes: their names in the log, the bus between them, the ownership of accounts.
    process_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]*$", max_length=64)] = ""
    bus_url: str = ""
    bus_prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=64)] = "trading"
    shards: Annotated[int, Field(ge=1, le=4096)] = 256
    owner_stale_s: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 3.0

    # Rules of the paper exchange: costs, latency and margin.
    commission_per_unit: Cost = Decimal(0)
    commission_maker_bps: Cost = Decimal(0)
    commission_taker_bps: Cost = Decimal(0)
    commission_minimum: Cost = Decimal(0)
    slippage_ticks: Annotated[int, Field(ge=0, le=1000)] = 0
    slippage_seed: int = 7
    order_latency_ms: Annotated[int, Field(ge=0, le=60_000)] = 0
    leverage_default: Annotated[int, Field(ge=1, le=1000)] = 10
    leverage_max: Annotated[int, Field(ge=1, le=1000)] = 100
    maintenance_ratio: Annotated[Decimal, Field(ge=0, le=1, decimal_places=4)] = Decimal("0.5")
    margin_warning_levels: PercentLevels = "150,120"
    session_warning_s: Annotated[int, Field(ge=0, le=86_400)] = 300

    # Limits of the process and of HTTP.
    shutdown_grace_s: FinitePositive = 10.0
    request_timeout_s: FinitePositive = 10.0
    handshakes_max: Annotated[int, Field(ge=1)] = 1024
    http_connections_per_address: Annotated[int, Field(ge=1)] = 1000
    head_bytes_max: Annotated[int, Field(ge=1024)] = 64 * 1024
    body_bytes_max: Annotated[int, Field(ge=1024)] = 64 * 1024
    json_depth_max: Annotated[int, Field(ge=8, le=500)] = 128
    commands_per_s: FinitePositive = 500.0

    # Limits and timeouts of WebSocket connections.
    ws_frame_bytes_max: Annotated[int, Field(ge=1024)] = 64 * 1024
    ws_subscriptions_max: Annotated[int, Field(ge=1)] = 1000
    ws_messages_per_s: Annotated[int, Field(ge=1)] = 200
    ws_commands_in_flight_max: Annotated[int, Field(ge=1)] = 64
    ws_connections_per_address: Annotated[int, Field(ge=1)] = 1000
    ws_connections_per_principal: Annotated[int, Field(ge=1)] = 100
    ws_heartbeat_s: FinitePositive = 30.0
    ws_lifespan_s: FinitePositive = 3600.0
    ws_outbox_size: Annotated[int, Field(ge=16)] = 4096
    ws_compression: WsCompression = "off"

    @property
    def live_account_ids(self) -> frozenset[str]:
        """The accounts of this server that trade real money."""
        return frozenset() if self.broker == "paper" else frozenset({self.live_account_id})

    @classmethod
    @cache
    def defaults(cls) -> Settings:
        """Return the settings of an empty environment."""
        return cls.model_validate({name: field.default for name, field in cls.model_fields.items()})


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach the host.

    A name other than localhost counts as reachable from other machines.
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_loopback_url(url: str) -> bool:
    """Return whether a URL names this machine."""
    host = urlsplit(url).hostname
    return host is not None and is_loopback(host)


def local_server_url(settings: Settings) -> str:
    """Return the address at which a program of this machine reaches the server of the settings."""
    host = _EVERY_ADDRESS.get(settings.host, settings.host)
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{settings.port}{settings.root_path}"


def allowed_hosts(settings: Settings) -> frozenset[str] | None:
    """Return the values of the Host header that are served, without ports; None allows any.

    Without authentication the default is the names of this machine. Otherwise a web page could
    point its own domain name at this machine (DNS rebinding).
    """
    named = {name.strip().lower() for name in settings.allowed_hosts.split(",") if name.strip()}
    if named:
        return frozenset(named)
    if settings.auth_mode == "off":
        return frozenset({"localhost", "127.0.0.1", "[::1]", settings.host.lower()})
    return None


def check_exposure(settings: Settings) -> None:
    """Raises ConfigurationError where other machines can reach a server without authentication."""
    if settings.auth_mode == "off" and not is_loopback(settings.host):
        raise ConfigurationError(
            f"HOST={settings.host} can be reached from other machines, and AUTH_MODE is off: set "
            "AUTH_MODE=secret and AUTH_SECRET, or AUTH_MODE=jwks and AUTH_JWKS; or leave HOST at "
            "127.0.0.1."
        )
