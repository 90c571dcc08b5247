"""What ccxt's exceptions mean for a request: refused, certainly not sent, or unknown.

The classes are known by their names, so that this imports no ccxt. The venue's own code decides
where there is one, because ccxt gives several meanings the same class. Every uncertain case is
UNKNOWN: a query at the venue resolves it, never a guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from trading_api.connectors.errors import ConnectorError

TEXT_LENGTH_MAX = 300

_JSON = re.compile(r"\{.*\}", re.DOTALL)
_QUERY = re.compile(r"((?:https?|wss?)://[^\s?]+)\?\S*")
_PARAMETERS = re.compile(
    r"\b(signature|listenKey|listenToken|apiKey|secret|X-MBX-APIKEY)"
    r"([\"']?\s*[:=]\s*[\"']?)[A-Za-z0-9+/=_%-]+",
    re.IGNORECASE,
)


class Outcome(StrEnum):
    """What is certain about a request that failed."""

    REJECTED = "rejected"  # by the venue, or by ccxt before it sent anything
    NOT_REACHED = "not_reached"  # the venue did nothing: the request may be made again
    UNKNOWN = "unknown"


class VenueFault(NamedTuple):
    """A failed request. `code` is stable, `text` is one sentence without keys or signatures,
    `venue_code` is Binance's own number or 0, and `data` the details that its answer has."""

    outcome: Outcome
    code: str
    text: str
    venue_code: int = 0
    data: Mapping[str, Any] = {}

    @property
    def is_authentication(self) -> bool:
        """Whether the venue does not accept the keys."""
        return self.code == AUTHENTICATION_FAILED

    def as_error(self) -> ConnectorError:
        """Return the error that crosses to the server; `fault_of` reads it there."""
        return ConnectorError(f"{self.outcome}:{self.code}", self.text)


AUTHENTICATION_FAILED = "authentication_failed"
CLOCK = "clock_differs"
DUPLICATE_ORDER = "duplicate_order"
NETWORK = "network"
NOT_CONNECTED = "venue_disconnected"
NOT_SUPPORTED = "not_supported_by_venue"
ORDER_NOT_FOUND = "order_not_found"
ORDER_NOT_WORKING = "order_not_working"
ORDER_PARTLY_FILLED = "order_partially_filled"
PERMISSION_DENIED = "permission_denied"
RATE_LIMITED = "rate_limited"
REPLACE_FAILED = "replace_failed"
REPLACEMENT_REJECTED = "replacement_rejected_order_canceled"
UNREADABLE = "unreadable_answer"
VENUE_REJECTED = "venue_rejected"


def classify(error: BaseException, secrets: Collection[str] = (), venue: str = "") -> VenueFault:
    """Return what an exception of ccxt means for the request that raised it. `venue` is ccxt's name
    of the exchange, which its texts begin with."""
    if "BaseError" not in _names(error) and "BaseError" in _names(error.__context__):
        # ccxt failed while it handled its own error; that one counts.
        assert error.__context__ is not None
        error = error.__context__
    answer = _answer(str(error))
    venue_code = _int(answer.get("code"))
    message = str(answer["msg"]) if answer.get("msg") else str(error).removeprefix(f"{venue} ")
    data = answer.get("data")
    data = data if isinstance(data, dict) else {}
    known = _by_venue_code(venue_code, message, "cancelResult" in data)
    outcome, code = known or _by_class(error, message, bool(answer))
    text = redact(message, secrets) or type(error).__name__
    return VenueFault(outcome, code, text, venue_code, data)


def fault_of(error: ConnectorError) -> VenueFault:
    """Return the fault that `VenueFault.as_error` made an error of. An error of the connector
    itself leaves it unknown what happened."""
    outcome, _, code = error.code.partition(":")
    if outcome in tuple(Outcome) and code:
        return VenueFault(Outcome(outcome), code, error.text)
    if error.code == "busy":
        return VenueFault(Outcome.NOT_REACHED, RATE_LIMITED, error.text)
    return VenueFault(Outcome.UNKNOWN, error.code, error.text)


def redact(text: str, secrets: Collection[str] = ()) -> str:
    """Return a text of ccxt without the queries of URLs, signatures and keys, on one line."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "[secret]")
    text = _PARAMETERS.sub(r"\1\2[secret]", _QUERY.sub(r"\1", text))
    return " ".join(text.split())[:TEXT_LENGTH_MAX]


# https://developers.binance.com/docs/binance-spot-api-docs/errors
_BINANCE_CODES = {
    -1000: (Outcome.UNKNOWN, "venue_error"),  # an unknown error occurred
    -1001: (Outcome.UNKNOWN, "venue_error"),  # internal error
    -1002: (Outcome.NOT_REACHED, AUTHENTICATION_FAILED),  # not authorized
    -1003: (Outcome.NOT_REACHED, RATE_LIMITED),  # too many requests
    -1006: (Outcome.UNKNOWN, "venue_error"),  # execution status unknown
    -1007: (Outcome.UNKNOWN, "venue_timeout"),  # execution status unknown
    -1008: (Outcome.NOT_REACHED, RATE_LIMITED),  # server overloaded, not executed
    -1015: (Outcome.NOT_REACHED, RATE_LIMITED),  # too many new orders
    -1021: (Outcome.NOT_REACHED, CLOCK),  # timestamp outside the window
    -1022: (Outcome.NOT_REACHED, AUTHENTICATION_FAILED),  # signature not valid
    -1034: (Outcome.NOT_REACHED, RATE_LIMITED),  # too many connections
    -1013: (Outcome.REJECTED, VENUE_REJECTED),  # a filter of the symbol
    -1121: (Outcome.REJECTED, "unknown_symbol"),
    -2010: (Outcome.REJECTED, VENUE_REJECTED),  # new order rejected
    -2011: (Outcome.REJECTED, ORDER_NOT_WORKING),  # cancel rejected
    -2013: (Outcome.REJECTED, ORDER_NOT_FOUND),
    -2014: (Outcome.NOT_REACHED, AUTHENTICATION_FAILED),  # key format
    -2015: (Outcome.NOT_REACHED, AUTHENTICATION_FAILED),  # key, address or permissions
    -2026: (Outcome.REJECTED, "order_archived"),
}

# Only of cancelReplace; futures use these numbers for something else.
_REPLACE_CODES = {
    -2021: (Outcome.REJECTED, REPLACEMENT_REJECTED),  # the order was canceled
    -2022: (Outcome.REJECTED, REPLACE_FAILED),  # the order was not canceled
}

# Of Binance's -1013, -2010 and -2011: one code for many reasons.
_BINANCE_MESSAGES = (
    ("cancel restrictions", ORDER_PARTLY_FILLED),
    ("action is disabled", VENUE_REJECTED),
    ("duplicate order", DUPLICATE_ORDER),
    ("insufficient balance", "insufficient_funds"),
    ("market is closed", "market_closed"),
    ("would trigger immediately", "stop_would_trigger"),
    ("would immediately", "limit_would_fill"),
    ("filter failure: percent_price", "price_out_of_band"),
    ("filter failure: price_filter", "price_off_tick"),
    ("filter failure: lot_size", "quantity_off_lot"),
    ("filter failure: market_lot_size", "quantity_off_lot"),
    ("filter failure: min_notional", "order_too_small"),
    ("filter failure: notional", "order_too_small"),
    ("filter failure: max_num_orders", "too_many_orders"),
)

_CLASSES = {
    "PermissionDenied": (Outcome.REJECTED, PERMISSION_DENIED),
    "AuthenticationError": (Outcome.NOT_REACHED, AUTHENTICATION_FAILED),
    "RateLimitExceeded": (Outcome.NOT_REACHED, RATE_LIMITED),
    "DDoSProtection": (Outcome.NOT_REACHED, RATE_LIMITED),
    "InvalidNonce": (Outcome.NOT_REACHED, CLOCK),
    "OnMaintenance": (Outcome.NOT_REACHED, "venue_maintenance"),
    "RequestTimeout": (Outcome.UNKNOWN, "venue_timeout"),
    "NetworkError": (Outcome.UNKNOWN, NETWORK),
    "OrderNotFound": (Outcome.REJECTED, ORDER_NOT_FOUND),
    "InsufficientFunds": (Outcome.REJECTED, "insufficient_funds"),
    "DuplicateOrderId": (Outcome.REJECTED, DUPLICATE_ORDER),
    "OrderImmediatelyFillable": (Outcome.REJECTED, "limit_would_fill"),
    "MarketClosed": (Outcome.REJECTED, "market_closed"),
    "BadSymbol": (Outcome.REJECTED, "unknown_symbol"),
    "NotSupported": (Outcome.REJECTED, NOT_SUPPORTED),
    "ArgumentsRequired": (Outcome.REJECTED, VENUE_REJECTED),
    "InvalidOrder": (Outcome.REJECTED, VENUE_REJECTED),
    "BadRequest": (Outcome.REJECTED, VENUE_REJECTED),
    "OperationRejected": (Outcome.REJECTED, VENUE_REJECTED),
    "ConnectionError": (Outcome.UNKNOWN, NETWORK),
    "RequestExpired": (Outcome.NOT_REACHED, RATE_LIMITED),
    "UnreadableAnswer": (Outcome.UNKNOWN, UNREADABLE),
}

# aiohttp's, and the resolver's: the connection was never established.
_NEVER_CONNECTED = frozenset({"ClientConnectorError", "ConnectionTimeoutError", "gaierror"})


def _by_venue_code(
    venue_code: int, message: str, is_replacement: bool
) -> tuple[Outcome, str] | None:
    if is_replacement and venue_code in _REPLACE_CODES:
        return _REPLACE_CODES[venue_code]
    if venue_code in (-1013, -2010, -2011) and (code := _by_message(message)):
        return Outcome.REJECTED, code
    return _BINANCE_CODES.get(venue_code)


def _by_message(message: str) -> str:
    lowered = message.lower()
    return next((code for part, code in _BINANCE_MESSAGES if part in lowered), "")


def _by_class(error: BaseException, message: str, has_answer: bool) -> tuple[Outcome, str]:
    names = _names(error)
    # For some sentences ccxt drops the number.
    if "ExchangeError" in names and (code := _by_message(message)):
        return Outcome.REJECTED, code
    if not _NEVER_CONNECTED.isdisjoint(_names(error.__cause__)):
        return Outcome.NOT_REACHED, NETWORK
    for name in names:
        if name in _CLASSES:
            return _CLASSES[name]
    if "ExchangeError" in names and has_answer:
        return Outcome.REJECTED, VENUE_REJECTED
    return Outcome.UNKNOWN, "venue_error" if "BaseError" in names else UNREADABLE


def _names(error: BaseException | None) -> list[str]:
    return [each.__name__ for each in type(error).__mro__]


def _answer(text: str) -> Mapping[str, Any]:
    """Return the JSON object within a text of ccxt, such as `binance {"code":-2010,...}`."""
    if match := _JSON.search(text):
        try:
            answer = json.loads(match[0])
        except ValueError:
            return {}
        return answer if isinstance(answer, dict) else {}
    return {}


def _int(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0
