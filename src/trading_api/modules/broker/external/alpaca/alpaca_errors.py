"""Maps Alpaca's error answers to errors with stable codes, and to the wait after HTTP 429."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from trading_api.connectors.errors import ConnectorError
from trading_api.modules.broker.external.alpaca.alpaca_messages import (
    AUTHENTICATION,
    IN_DOUBT,
    NOT_REACHED,
)

NOT_UNIQUE = "client_order_id_not_unique"
ORDER_NOT_FOUND = "order_not_found"

_CODES_OF_WORDS = (
    ("client_order_id must be unique", NOT_UNIQUE),
    ("insufficient buying power", "insufficient_buying_power"),
    ("insufficient day trading buying power", "insufficient_buying_power"),
    ("insufficient balance", "insufficient_buying_power"),
    ("insufficient qty", "insufficient_quantity"),
    ("order not found", ORDER_NOT_FOUND),
    ("is already in", "order_not_working"),
    ("not cancelable", "order_not_working"),
    ("pattern day trad", "pattern_day_trader"),
    ("wash trade", "wash_trade"),
    ("short", "short_not_allowed"),
    ("not tradable", "not_tradable"),
    ("not active", "not_tradable"),
    ("not fractionable", "quantity_not_whole"),
    ("fractional", "quantity_not_whole"),
    ("sub-penny", "price_not_a_tick"),
    ("cannot replace order", "order_not_replaceable"),
    ("pending replace", "order_not_replaceable"),
    ("account is restricted", "account_blocked"),
    ("trading is blocked", "account_blocked"),
    ("new orders are rejected", "account_blocked"),
    ("market is closed", "market_closed"),
)
"""Alpaca's own codes are wide (40310000 is every order that is refused for the account's state), so
the cause is in the words of its message."""

_RATE_LIMIT_WAIT_S = 5.0
_RATE_LIMIT_WAIT_MAX_S = 120.0


def answer_error(
    status: int, body: str, headers: Mapping[str, str], now_s: float
) -> ConnectorError:
    """Return the error of an HTTP answer with a status of 400 or more."""
    number, text = _read(body)
    text = text or f"Alpaca answered with status {status}."
    if status == 429:
        return ConnectorError(NOT_REACHED, text, rate_limit_wait_s(headers, now_s))
    # Alpaca refuses orders with 403 too; then the body has a code that starts with it.
    if status == 401 or (status == 403 and not number.startswith("403")):
        return ConnectorError(AUTHENTICATION, text)
    if status >= 500:
        return ConnectorError(IN_DOUBT, text)
    words = text.lower()
    for part, code in _CODES_OF_WORDS:
        if part in words:
            return ConnectorError(code, text)
    if status == 404:
        return ConnectorError(ORDER_NOT_FOUND, text)
    return ConnectorError("venue_rejected", text)


def rate_limit_wait_s(headers: Mapping[str, str], now_s: float) -> float:
    """Return how long to send nothing after an answer 429. `now_s` are the seconds since 1970."""
    for name, start_s in (("Retry-After", 0.0), ("X-RateLimit-Reset", now_s)):
        try:
            wait_s = float(headers.get(name, "")) - start_s
        except ValueError:
            continue
        return min(max(wait_s, 1.0), _RATE_LIMIT_WAIT_MAX_S)
    return _RATE_LIMIT_WAIT_S


def _read(body: str) -> tuple[str, str]:
    """Return Alpaca's code and message."""
    try:
        document: Any = json.loads(body)
    except ValueError:
        return "", ""
    if not isinstance(document, dict):
        return "", ""
    return str(document.get("code", "")), str(document.get("message", ""))
