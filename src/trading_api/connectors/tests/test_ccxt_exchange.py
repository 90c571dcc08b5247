"""What needs no import of ccxt. Its own client is tried in the tests of the venues."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from trading_api.connectors.ccxt_exchange import (
    CcxtConfiguration,
    connector_error,
    error_code,
    merged,
    our_symbol,
    symbol_names,
    translated_errors,
)
from trading_api.connectors.errors import ConnectorError


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("BTC/USDT", "BTCUSDT"),
        ("BTC/USDT:USDT", "BTCUSDT.P"),
        ("BTC/USD:BTC", "BTCUSD.P_BTC"),
        ("BTC/USDT:USDT-261225", "BTCUSDT.261225"),
        ("1000SHIB/USDT", "1000SHIBUSDT"),
        ("币/USDT", "USDT"),
    ],
)
def test_symbols_have_names_of_ours(theirs: str, ours: str) -> None:
    assert our_symbol(theirs) == ours


def test_the_first_of_two_markets_keeps_the_name() -> None:
    assert symbol_names(["BTC/USDT", "BT/CUSDT", "ETH/USDT"]) == {
        "BTCUSDT": "BTC/USDT",
        "ETHUSDT": "ETH/USDT",
    }


def test_options_are_merged_deeply() -> None:
    given = {"timeout": 1, "options": {"defaultType": "spot", "ws": {"a": 1}}}
    options = {"options": {"ws": {"b": 2}}, "urls": {"api": "http://127.0.0.1"}}
    assert merged(given, options) == {
        "timeout": 1,
        "options": {"defaultType": "spot", "ws": {"a": 1, "b": 2}},
        "urls": {"api": "http://127.0.0.1"},
    }


def test_keys_are_not_shown() -> None:
    configuration = CcxtConfiguration("binance", {}, "the key", "the secret", "the password")
    for secret in configuration.secrets:
        assert secret not in repr(configuration)
        assert secret not in f"{configuration}"


class NetworkError(Exception):
    """Named as ccxt's, as the classes below."""


class DDoSProtection(NetworkError): ...


class ExchangeNotAvailable(NetworkError): ...


class OnMaintenance(ExchangeNotAvailable): ...


class ExchangeError(Exception): ...


class PermissionDenied(ExchangeError): ...


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DDoSProtection(), "rate_limited"),
        (OnMaintenance(), "venue_maintenance"),
        (ExchangeNotAvailable(), "network"),
        (PermissionDenied(), "rejected"),
        (ConnectionResetError(), "network"),
        (TimeoutError(), "timeout"),
        (KeyError("x"), "internal"),
    ],
)
def test_the_nearest_class_of_an_error_gives_its_code(error: Exception, code: str) -> None:
    assert error_code(error) == code


@pytest.mark.parametrize(
    ("text", "headers", "wait_s"),
    [
        ("binance 429 Too Many Requests", {"Retry-After": "7"}, 7.0),
        ("binance 418 I'm a teapot", {"retry-after": "30"}, 30.0),
        ("binance 418 I'm a teapot", {}, 120.0),
        ("binance 429 Too Many Requests", None, 0.0),
        ("binance 429", {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 0.0),
    ],
)
def test_what_the_venue_asks_to_wait_crosses_over(text: str, headers: Any, wait_s: float) -> None:
    exchange = SimpleNamespace(last_response_headers=headers)
    assert connector_error(DDoSProtection(text), exchange).retry_after_s == wait_s


def test_http_503_is_maintenance() -> None:
    error = connector_error(ExchangeNotAvailable("binance GET https://venue/time 503 Unavailable"))
    assert error.code == "venue_maintenance"


def test_a_signed_query_is_cut_off() -> None:
    error = connector_error(
        NetworkError("GET https://venue/account?timestamp=1&signature=abc failed")
    )
    assert error.text == "NetworkError: GET https://venue/account failed"


async def test_translation_leaves_cancellation_and_our_own_errors_alone() -> None:
    with pytest.raises(asyncio.CancelledError), translated_errors():
        raise asyncio.CancelledError
    own = ConnectorError("busy", "It is busy.")
    with pytest.raises(ConnectorError) as raised, translated_errors():
        raise own
    assert raised.value is own
    with pytest.raises(ConnectorError) as raised, translated_errors():
        raise OnMaintenance("until 12:00")
    assert (raised.value.code, raised.value.text) == (
        "venue_maintenance",
        "OnMaintenance: until 12:00",
    )
