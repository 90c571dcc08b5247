"""A live account starts only with consent, an id, keys in a safe place and a ledger of its own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from tests.kit.live_account import LIVE_SETTINGS
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.external.live_settings import (
    VenueKeys,
    check_live_settings,
    read_keys,
    risk_limits,
)
from trading_api.modules.broker.journal.live_ledger import live_database_url
from trading_api.settings import Settings

KEYS = {"api_key": "a key of the venue", "api_secret": "its secret"}


CCXT = {
    "broker": "ccxt",
    "broker_venue": "binance",
    "broker_url": "",
    "datafeed_source": "ccxt",
    "datafeed_venue": "binance",
}


def live(**changed: Any) -> Settings:
    fields = Settings.defaults().model_dump() | LIVE_SETTINGS | changed
    return Settings.model_validate(fields)


def keys_file(tmp_path: Path, content: Any = KEYS, mode: int = 0o600) -> Path:
    path = tmp_path / "keys.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    path.chmod(mode)
    return path


def test_paper_needs_nothing_of_it() -> None:
    check_live_settings(Settings.defaults())
    assert Settings.defaults().live_account_ids == frozenset()


def test_complete_settings_are_accepted() -> None:
    check_live_settings(live())
    check_live_settings(live(**CCXT))
    assert live().live_account_ids == {"LIVE-1"}


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"live_trading": ""}, "LIVE_TRADING=yes-with-real-money"),
        ({"live_trading": "yes"}, "LIVE_TRADING=yes-with-real-money"),
        ({"live_trading": "YES-WITH-REAL-MONEY"}, "LIVE_TRADING=yes-with-real-money"),
        ({"live_account_id": ""}, "LIVE_ACCOUNT_ID"),
        ({"broker": "ccxt"}, "BROKER_VENUE"),
        ({"broker": "ccxt", "broker_venue": "binance"}, "DATAFEED_SOURCE=simulator"),
        (CCXT | {"datafeed_venue": "kraken"}, "DATAFEED_VENUE=kraken"),
        ({"live_api_key": None}, "LIVE_API_KEY"),
        ({"live_api_secret": ""}, "LIVE_API_SECRET"),
        ({"datafeed_clock": "step"}, "DATAFEED_CLOCK=step"),
        ({"broker_url": ""}, "DATAFEED_SOURCE=simulator"),
        ({"broker_url": "https://api.example.com"}, "DATAFEED_SOURCE=simulator"),
        ({"database_url": "postgresql:///x", "live_database_url": ""}, "LIVE_DATABASE_URL"),
        (
            {"database_url": "sqlite:///x.db", "live_database_url": "sqlite:///./x.db"},
            "LIVE_DATABASE_URL",
        ),
        ({"default_account_id": "LIVE-1"}, "DEFAULT_ACCOUNT_ID"),
        ({"broker": "paper", "default_account_id": "live-x"}, "DEFAULT_ACCOUNT_ID"),
    ],
)
def test_a_start_that_lacks_something_is_refused_with_the_name_of_the_setting(
    changed: dict[str, Any], names: str
) -> None:
    with pytest.raises(ConfigurationError, match=names):
        check_live_settings(live(**changed))


@pytest.mark.parametrize("id", ["MAIN", "live-1", "LIVE-", "LIVE-a b", "LIVE-" + "x" * 60])
def test_the_id_of_a_live_account_begins_with_live(id: str) -> None:
    with pytest.raises(ValidationError, match=r"begins with LIVE-.*: LIVE-MAIN is one"):
        live(live_account_id=id)


def test_the_ledger_is_a_file_next_to_that_of_the_paper_accounts() -> None:
    settings = live(live_database_url="", database_url="sqlite:////srv/data/trading.db")
    assert live_database_url(settings) == "sqlite:////srv/data/trading-live.db"
    default = Settings.defaults()
    assert live_database_url(default) == "sqlite:///var/trading-live.db"


def test_keys_come_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    assert read_keys(live(live_api_password="pw")) == VenueKeys(
        SecretStr("the key"), SecretStr("the secret"), SecretStr("pw")
    )
    unset = {"live_api_key": None, "live_api_secret": None}
    settings = live(live_keys_file=keys_file(tmp_path), **unset)
    assert read_keys(settings) == VenueKeys(
        SecretStr(KEYS["api_key"]), SecretStr(KEYS["api_secret"]), SecretStr("")
    )


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o602, 0o601])
def test_a_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = keys_file(tmp_path, mode=mode)
    with pytest.raises(ConfigurationError, match=r"chmod 600"):
        read_keys(live(live_keys_file=path, live_api_key=None, live_api_secret=None))


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        {},
        {"api_key": "a key of the venue"},
        KEYS | {"api_key": ""},
        KEYS | {"api_secret": 7},
        KEYS | {"secret": "more"},
        "a key of the venue",
    ],
)
def test_an_error_in_the_file_is_named_without_its_content(tmp_path: Path, content: Any) -> None:
    path = keys_file(tmp_path, content)
    with pytest.raises(ConfigurationError) as refused:
        read_keys(live(live_keys_file=path, live_api_key=None, live_api_secret=None))
    error: BaseException | None = refused.value
    while error is not None:
        assert KEYS["api_key"] not in repr(error)
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("place", ["", "missing.json", "."])
def test_a_file_that_is_none_is_refused(tmp_path: Path, place: str) -> None:
    path = tmp_path / place
    with pytest.raises(ConfigurationError, match="LIVE_KEYS_FILE"):
        read_keys(live(live_keys_file=path, live_api_key=None, live_api_secret=None))


def test_keys_in_two_places_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="in one place"):
        read_keys(live(live_keys_file=keys_file(tmp_path)))


def test_keys_are_not_shown_with_the_settings() -> None:
    keys = read_keys(live())
    for text in (repr(live()), str(live()), repr(keys), live().model_dump_json()):
        assert "the key" not in text
        assert "the secret" not in text


def test_limits_are_small_unless_they_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("RISK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RISK_ORDER_VALUE_MAX", "250.5")
    limits = risk_limits(Settings())
    assert (str(limits.order_value_max), str(limits.position_value_max)) == ("250.5", "500")
    assert (limits.orders_per_minute, str(limits.daily_loss_max)) == (10, "50")
    for wrong in ("0", "-1", "nan", "inf", "1e13", "x"):
        monkeypatch.setenv("RISK_ORDER_VALUE_MAX", wrong)
        with pytest.raises(ValidationError):
            Settings()
