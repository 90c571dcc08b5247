"""ccxt's exceptions become what is certain about a request."""

from __future__ import annotations

import builtins
import runpy
import socket
from importlib.util import find_spec
from pathlib import Path

import aiohttp
import pytest

from trading_api.connectors.errors import ConnectorError
from trading_api.modules.broker.external.ccxt.ccxt_errors import (
    Outcome,
    VenueFault,
    classify,
    fault_of,
    redact,
)

CCXT = find_spec("ccxt")
assert CCXT is not None
assert CCXT.origin is not None
# The file of the classes alone: importing ccxt takes seconds.
CLASSES = runpy.run_path(str(Path(CCXT.origin).parent / "base" / "errors.py"))


def raised(name: str, text: str = "", cause: BaseException | None = None) -> BaseException:
    """Return an exception of ccxt, or a built-in one."""
    error: BaseException = (CLASSES.get(name) or getattr(builtins, name))(text)
    error.__cause__ = cause
    return error


def binance(code: int, message: str = "Something.") -> str:
    return f'binance {{"code":{code},"msg":"{message}"}}'


@pytest.mark.parametrize(
    ("name", "text", "outcome", "code"),
    [
        ("InvalidOrder", binance(-2010, "Rejected."), "rejected", "venue_rejected"),
        (
            "InsufficientFunds",
            binance(-2010, "Account has insufficient balance for requested action."),
            "rejected",
            "insufficient_funds",
        ),
        ("InvalidOrder", binance(-2010, "Duplicate order sent."), "rejected", "duplicate_order"),
        (
            "InvalidOrder",
            binance(-1013, "Filter failure: LOT_SIZE"),
            "rejected",
            "quantity_off_lot",
        ),
        ("BadRequest", binance(-1013, "Filter failure: NOTIONAL"), "rejected", "order_too_small"),
        ("OrderNotFound", binance(-2011, "Unknown order sent."), "rejected", "order_not_working"),
        (
            "OrderNotFound",
            binance(-2011, "Order was not canceled due to cancel restrictions."),
            "rejected",
            "order_partially_filled",
        ),
        # sentences for which ccxt drops the number
        (
            "OrderImmediatelyFillable",
            "binance Stop price would trigger immediately.",
            "rejected",
            "stop_would_trigger",
        ),
        ("OrderNotFound", binance(-2013), "rejected", "order_not_found"),
        ("BadSymbol", binance(-1121), "rejected", "unknown_symbol"),
        ("AuthenticationError", binance(-2015), "not_reached", "authentication_failed"),
        ("AuthenticationError", binance(-1022), "not_reached", "authentication_failed"),
        # ccxt's word for refused keys that were accepted before
        ("DDoSProtection", binance(-2015), "not_reached", "authentication_failed"),
        ("PermissionDenied", binance(-2010, "Not permitted."), "rejected", "venue_rejected"),
        ("PermissionDenied", "kraken EGeneral:Permission denied", "rejected", "permission_denied"),
        ("NotSupported", "binance has no such thing", "rejected", "not_supported_by_venue"),
        ("ExchangeError", binance(-9999), "rejected", "venue_rejected"),
        ("RateLimitExceeded", binance(-1003), "not_reached", "rate_limited"),
        ("DDoSProtection", "binance 429 Too Many Requests", "not_reached", "rate_limited"),
        ("OperationFailed", binance(-1008), "not_reached", "rate_limited"),
        ("InvalidNonce", binance(-1021), "not_reached", "clock_differs"),
        ("OnMaintenance", binance(1), "not_reached", "venue_maintenance"),
        ("OperationFailed", binance(-1000), "unknown", "venue_error"),
        ("RequestTimeout", binance(-1007), "unknown", "venue_timeout"),
        ("RequestTimeout", "binance GET https://x/api", "unknown", "venue_timeout"),
        ("ExchangeNotAvailable", "binance 503 Service Unavailable", "unknown", "network"),
        ("ExchangeError", "binance GET https://x/api", "unknown", "venue_error"),
        ("BadResponse", "", "unknown", "venue_error"),
        ("KeyError", "orderId", "unknown", "unreadable_answer"),
    ],
)
def test_a_class_and_the_venues_code_say_what_is_certain(
    name: str, text: str, outcome: str, code: str
) -> None:
    fault = classify(raised(name, text))
    assert (fault.outcome, fault.code) == (outcome, code)


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (aiohttp.ClientConnectorError, Outcome.NOT_REACHED),
        (aiohttp.ClientConnectorDNSError, Outcome.NOT_REACHED),
        (aiohttp.ConnectionTimeoutError, Outcome.NOT_REACHED),
        (socket.gaierror, Outcome.NOT_REACHED),
        (aiohttp.ServerDisconnectedError, Outcome.UNKNOWN),
        (aiohttp.ServerTimeoutError, Outcome.UNKNOWN),
        (aiohttp.ClientOSError, Outcome.UNKNOWN),
    ],
)
def test_only_a_connection_that_was_never_made_is_certain(
    cause: type[Exception], outcome: Outcome
) -> None:
    error = raised("ExchangeNotAvailable", "binance POST https://x/order", cause.__new__(cause))
    assert classify(error).outcome is outcome


def test_ccxt_failing_on_its_own_error_does_not_hide_it() -> None:
    error = KeyError("spot")
    error.__context__ = raised("AuthenticationError", binance(-2015))
    assert classify(error).is_authentication


def test_the_parts_of_a_failed_replacement_are_kept() -> None:
    text = (
        'binance {"code":-2021,"msg":"Order cancel-replace partially failed.","data":'
        '{"cancelResult":"SUCCESS","newOrderResult":"FAILURE",'
        '"newOrderResponse":{"code":-2010,"msg":"No money."}}}'
    )
    fault = classify(raised("ExchangeError", text))
    assert fault.code == "replacement_rejected_order_canceled"
    assert fault.data["newOrderResponse"]["msg"] == "No money."
    # Futures use the number for something else.
    assert classify(raised("InvalidOrder", binance(-2021))).code == "venue_rejected"


def test_texts_lose_queries_signatures_and_keys() -> None:
    url = "binance GET https://api.x/api/v3/order?timestamp=1&signature=0a1b2c"
    assert redact(url) == "binance GET https://api.x/api/v3/order"
    assert redact('{"apiKey": "abcDEF", "signature": "00ff"}') == (
        '{"apiKey": "[secret]", "signature": "[secret]"}'
    )
    assert redact("listenKey=abc+/=", ()) == "listenKey=[secret]"
    assert redact("the key k-1\nwas refused", ("k-1",)) == "the key [secret] was refused"
    assert len(redact("x" * 5_000)) == 300


def test_the_text_of_a_fault_is_the_venues_sentence() -> None:
    fault = classify(raised("InvalidOrder", binance(-2010, "The key k-1 may not.")), ("k-1",))
    assert fault.text == "The key [secret] may not."
    assert classify(raised("BadResponse")).text == "BadResponse"
    error = raised("InsufficientFunds", "binance Account has insufficient balance.")
    assert classify(error, venue="binance").text == "Account has insufficient balance."


def test_a_fault_crosses_to_the_server() -> None:
    fault = VenueFault(Outcome.NOT_REACHED, "rate_limited", "Wait.")
    assert fault_of(fault.as_error()) == fault
    assert fault_of(ConnectorError("busy", "x")).outcome is Outcome.NOT_REACHED
    assert fault_of(ConnectorError("internal", "x")).outcome is Outcome.UNKNOWN
