"""What Alpaca's answers mean that are no success."""

from __future__ import annotations

import json

import pytest

from trading_api.modules.broker.external.alpaca.alpaca_errors import answer_error
from trading_api.modules.broker.external.alpaca.alpaca_messages import (
    AUTHENTICATION,
    IN_DOUBT,
    NOT_REACHED,
    AlpacaConfiguration,
)

NOW_S = 1_772_461_800.0


@pytest.mark.parametrize(
    ("status", "number", "message", "code"),
    [
        (401, 40110000, "request is not authorized", AUTHENTICATION),
        (403, None, "forbidden.", AUTHENTICATION),
        (403, 40310000, "insufficient buying power", "insufficient_buying_power"),
        (
            403,
            40310000,
            "insufficient qty available for order (requested: 5, available: 0)",
            "insufficient_quantity",
        ),
        (403, 40310000, "account is not allowed to short", "short_not_allowed"),
        (403, 40310000, "potential wash trade detected. use complex orders", "wash_trade"),
        (403, 40310100, "trade denied due to pattern day trading protection", "pattern_day_trader"),
        (404, 40410000, "order not found for 1", "order_not_found"),
        (404, None, "", "order_not_found"),
        (422, 40010001, "client_order_id must be unique", "client_order_id_not_unique"),
        (422, 42210000, 'order is already in "filled" state', "order_not_working"),
        (422, 42210000, "cannot replace order in accepted status", "order_not_replaceable"),
        (422, 42210000, "fractional orders must be DAY orders", "quantity_not_whole"),
        (422, 42210000, "a rule of tomorrow", "venue_rejected"),
        (400, 40010000, "request body format is invalid", "venue_rejected"),
        (500, 50010000, "internal server error occurred", IN_DOUBT),
        (503, None, "", IN_DOUBT),
        (504, None, "", IN_DOUBT),
    ],
)
def test_each_answer_has_a_code(status: int, number: int | None, message: str, code: str) -> None:
    document = {"message": message} | ({"code": number} if number else {})
    error = answer_error(status, json.dumps(document), {}, NOW_S)
    assert error.code == code
    assert error.text == (message or f"Alpaca answered with status {status}.")
    assert error.retry_after_s == 0


@pytest.mark.parametrize("body", ["", "<html>", "[]", "null"])
def test_a_body_of_another_kind_is_no_fault(body: str) -> None:
    assert answer_error(502, body, {}, NOW_S).text == "Alpaca answered with status 502."


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"X-RateLimit-Reset": str(int(NOW_S) + 17)}, 17),
        ({"Retry-After": "3", "X-RateLimit-Reset": str(int(NOW_S) + 17)}, 3),
        ({"X-RateLimit-Reset": str(int(NOW_S) - 17)}, 1),
        ({"Retry-After": "100000"}, 120),
        ({"Retry-After": "soon"}, 5),
        ({}, 5),
    ],
)
def test_an_answer_of_the_rate_limit_has_the_time_to_wait(
    headers: dict[str, str], wait_s: float
) -> None:
    error = answer_error(429, '{"message": "too many requests"}', headers, NOW_S)
    assert (error.code, error.retry_after_s) == (NOT_REACHED, wait_s)


def test_the_keys_are_not_shown() -> None:
    assert "secret" not in repr(AlpacaConfiguration("https://x", "secret", "secret"))
