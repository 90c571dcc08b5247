"""Well-formed requests to the broker that break its rules are rejected with the right code."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.kit.openapi_requests import (
    Attempt,
    check_rejection,
    send,
)
from trading_api.web.paths import PREFIX

LIMIT = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 10, "limitPrice": 1}
MARKET = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 10}
STOP = {"symbol": "AAPL", "type": 3, "side": 1, "qty": 10, "stopPrice": 900}
NOT_SUPPORTED = "not_supported_yet"


INVALID_ORDERS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown symbol": (LIMIT | {"symbol": "NOPE"}, "unknown_symbol"),
    "symbol in lower case": (LIMIT | {"symbol": "aapl"}, "unknown_symbol"),
    "symbol with a NUL": (LIMIT | {"symbol": "AAPL\0"}, "unknown_symbol"),
    "symbol of another exchange": (LIMIT | {"symbol": "FX:AAPL"}, "unknown_symbol"),
    "limit without price": (MARKET | {"type": 1}, "limit_price_missing"),
    "stop without price": (MARKET | {"type": 3}, "stop_price_missing"),
    "stop-limit without limit": (STOP | {"type": 4}, "limit_price_missing"),
    "stop-limit without stop": (LIMIT | {"type": 4}, "stop_price_missing"),
    "limit with a null price": (LIMIT | {"limitPrice": None}, "limit_price_missing"),
    "zero quantity": (LIMIT | {"qty": 0}, "quantity_not_positive"),
    "negative zero quantity": (LIMIT | {"qty": -0.0}, "quantity_not_positive"),
    "negative quantity": (LIMIT | {"qty": -10}, "quantity_not_positive"),
    "huge quantity": (LIMIT | {"qty": 1e308}, "quantity_too_large"),
    "quantity just too large": (LIMIT | {"qty": 1_000_001}, "quantity_too_large"),
    "tiny quantity": (LIMIT | {"qty": 1e-300}, "quantity_off_grid"),
    "smallest double as quantity": (LIMIT | {"qty": 5e-324}, "quantity_off_grid"),
    "half a share": (LIMIT | {"qty": 0.5}, "quantity_off_grid"),
    "zero limit": (LIMIT | {"limitPrice": 0}, "price_not_positive"),
    "negative limit": (LIMIT | {"limitPrice": -1}, "price_not_positive"),
    "negative zero limit": (LIMIT | {"limitPrice": -0.0}, "price_not_positive"),
    "huge limit": (LIMIT | {"limitPrice": 1e308}, "price_too_large"),
    "tiny limit": (LIMIT | {"limitPrice": 1e-300}, "price_off_tick"),
    "limit off the tick": (LIMIT | {"limitPrice": 1.001}, "price_off_tick"),
    "negative stop": (STOP | {"stopPrice": -1}, "price_not_positive"),
    "huge stop": (STOP | {"stopPrice": 1e308}, "price_too_large"),
    "stop off the tick": (STOP | {"stopPrice": 900.001}, "price_off_tick"),
    "market, zero quantity": (MARKET | {"qty": 0}, "quantity_not_positive"),
    "closing no position": (MARKET | {"isClose": True}, "position_not_found"),
    "closing by adding": (
        MARKET | {"symbol": "EURUSD", "isClose": True},
        "not_reducing",
    ),
    "closing more than there is": (
        MARKET | {"symbol": "EURUSD", "side": -1, "qty": 1001, "isClose": True},
        "exceeds_position",
    ),
    "stop loss above": (LIMIT | {"stopLoss": 1.5}, "bracket_price_wrong"),
    "take profit below": (LIMIT | {"takeProfit": 0.5}, "bracket_price_wrong"),
    "stop loss off the tick": (LIMIT | {"stopLoss": 0.501}, "price_off_tick"),
    "no trail": (LIMIT | {"trailingStopPips": 0}, "price_not_positive"),
    "huge trail": (LIMIT | {"trailingStopPips": 1e308}, "price_too_large"),
    "trail off the tick": (LIMIT | {"trailingStopPips": 0.5}, "price_off_tick"),
    "trailing by nothing": (STOP | {"stopType": 1}, "trailing_stop_pips_missing"),
    "guaranteed stop": (LIMIT | {"guaranteedStop": 0.5}, NOT_SUPPORTED),
    "guaranteed stop type": (LIMIT | {"stopType": 2}, NOT_SUPPORTED),
    "brackets on a close": (
        MARKET | {"symbol": "EURUSD", "side": -1, "qty": 1000, "isClose": True, "stopLoss": 0.5},
        "brackets_not_allowed",
    ),
    "date that is past": (LIMIT | {"duration": {"type": "GTD", "datetime": 1}}, "expiry_past"),
    "date missing": (LIMIT | {"duration": {"type": "GTD"}}, "expiry_missing"),
    "date beyond time": (
        LIMIT | {"duration": {"type": "GTD", "datetime": 1e308}},
        "invalid_request",
    ),
    "stop at once": (STOP | {"duration": {"type": "IOC"}}, "duration_not_allowed"),
    "no duration": (LIMIT | {"duration": {"type": "GTX"}}, "invalid_request"),
    "beyond the margin": (LIMIT | {"qty": 1_000_000, "limitPrice": 900}, "insufficient_margin"),
    "client's id with a NUL": (LIMIT | {"clientOrderId": "my-1\0"}, "invalid_request"),
    "no side": (LIMIT | {"side": 0}, "invalid_request"),
    "no type": (LIMIT | {"type": 5}, "invalid_request"),
    "number for a boolean": (LIMIT | {"isClose": 1}, "invalid_request"),
    "text for a boolean": (LIMIT | {"isClose": "no"}, "invalid_request"),
}


@pytest.mark.parametrize("path", ["orders", "orders/preview"])
@pytest.mark.parametrize(("order", "code"), INVALID_ORDERS.values(), ids=INVALID_ORDERS.keys())
async def test_an_invalid_order_is_rejected(
    api: httpx.AsyncClient, path: str, order: dict[str, Any], code: str
) -> None:
    response = await api.post(f"{PREFIX}/broker/{path}", json=order)
    assert check_rejection(response)["code"] == code
    kinds = {"position_not_found": 404} | dict.fromkeys(
        ("not_reducing", "exceeds_position", "insufficient_margin"), 409
    )
    assert response.status_code == kinds.get(code, 422)


@pytest.mark.parametrize(
    ("order_id", "change", "status", "code"),
    [
        ("order-1", {"symbol": "MSFT"}, 422, "not_modifiable"),
        ("order-1", {"side": -1}, 422, "not_modifiable"),
        ("order-1", {"type": 3, "stopPrice": 900}, 422, "not_modifiable"),
        ("order-1", {"qty": 0}, 422, "quantity_not_positive"),
        ("order-1", {"qty": 1e308}, 422, "quantity_too_large"),
        ("order-1", {"limitPrice": None}, 422, "limit_price_missing"),
        ("order-1", {"limitPrice": 1.001}, 422, "price_off_tick"),
        ("order-1", {"symbol": "NOPE"}, 422, "unknown_symbol"),
        ("order-1", {"stopLoss": 1}, 422, "bracket_price_wrong"),
        ("order-1", {"qty": 1_000_000, "limitPrice": 900}, 409, "insufficient_margin"),
        ("order-1", {"duration": {"type": "FOK"}}, 422, "not_modifiable"),
        ("order-2", {"symbol": "EURUSD", "type": 2}, 409, "order_not_working"),
        ("order-99", {}, 404, "order_not_found"),
        ("order-01", {}, 404, "order_not_found"),
        ("ORDER-1", {}, 404, "order_not_found"),
    ],
)
async def test_an_invalid_modification_is_rejected(
    api: httpx.AsyncClient, order_id: str, change: dict[str, Any], status: int, code: str
) -> None:
    response = await api.put(f"{PREFIX}/broker/orders/{order_id}", json=LIMIT | change)
    assert (response.status_code, check_rejection(response)["code"]) == (status, code)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("DELETE", "orders/order-2", 409, "order_not_working"),
        ("DELETE", "orders/order-99", 404, "order_not_found"),
        ("DELETE", "positions/AAPL", 404, "position_not_found"),
        ("DELETE", "positions/NOPE", 404, "unknown_symbol"),
        ("DELETE", "positions/EURUSD?amount=0", 422, "quantity_not_positive"),
        ("DELETE", "positions/EURUSD?amount=-0.0", 422, "quantity_not_positive"),
        ("DELETE", "positions/EURUSD?amount=-5", 422, "quantity_not_positive"),
        ("DELETE", "positions/EURUSD?amount=0.5", 422, "quantity_off_grid"),
        ("DELETE", "positions/EURUSD?amount=1e-300", 422, "quantity_off_grid"),
        ("DELETE", "positions/EURUSD?amount=1e308", 422, "quantity_too_large"),
        ("DELETE", "positions/EURUSD?amount=1001", 409, "exceeds_position"),
        ("DELETE", "positions/EURUSD?amount=NaN", 422, "invalid_request"),
        ("DELETE", "positions/EURUSD?amount=inf", 422, "invalid_request"),
        ("DELETE", "positions/EURUSD?amount=1e999", 422, "invalid_request"),
        ("DELETE", "positions/EURUSD?amount=", 422, "invalid_request"),
        ("GET", "executions/NOPE", 404, "unknown_symbol"),
        ("GET", "leverage/info?symbol=NOPE&orderType=2&side=1", 404, "unknown_symbol"),
        ("POST", "positions/AAPL/reverse", 404, "position_not_found"),
        ("POST", "positions/NOPE/reverse", 404, "unknown_symbol"),
        ("GET", "orders/order-99", 404, "order_not_found"),
        ("GET", "instruments/NOPE", 404, "unknown_symbol"),
        ("GET", "events?since=-1", 422, "invalid_request"),
        ("GET", "ledger?limit=0", 422, "invalid_request"),
        ("GET", "orders/history?limit=1001", 422, "invalid_request"),
        ("GET", "leverage/info?symbol=AAPL&orderType=2&side=0", 422, "invalid_request"),
        ("GET", "leverage/info?symbol=AAPL&orderType=true&side=1", 422, "invalid_request"),
    ],
)
async def test_a_missing_object_or_a_wrong_state_is_rejected(
    api: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await api.request(method, f"{PREFIX}/broker/{path}")
    assert (response.status_code, check_rejection(response)["code"]) == (status, code)


@pytest.mark.parametrize(
    "account_id",
    ["", "%20", "A%20B", "A%2FB", "%00", "DEMO-ACCOUNT%0A", "%C3%A9", "%ED%A0%80", "x" * 65, "*"],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "orders"), ("GET", "account"), ("POST", "orders"), ("DELETE", "positions/EURUSD")],
)
async def test_an_invalid_account_id_is_answered_with_404(
    api: httpx.AsyncClient, account_id: str, method: str, path: str
) -> None:
    target = f"{PREFIX}/broker/{path}?account_id={account_id}"
    content = json.dumps(LIMIT).encode() if method == "POST" else None
    headers = {"Content-Type": "application/json"} if content else {}
    response = await send(api, Attempt("", method, target, content, headers))
    assert (response.status_code, check_rejection(response)["code"]) == (404, "unknown_account")


@pytest.mark.parametrize("key", ["", "x" * 256, "x" * 10_000])
async def test_an_invalid_idempotency_key_is_rejected(api: httpx.AsyncClient, key: str) -> None:
    headers = {"Idempotency-Key": key}
    response = await api.post(f"{PREFIX}/broker/orders", json=LIMIT, headers=headers)
    assert (response.status_code, check_rejection(response)["code"]) == (422, "invalid_request")


@pytest.mark.parametrize(
    "amount", [0, -0.0, -5, 1e-12, 5e-324, 1.000000001, 1e12 + 1, 1e300, 1e308]
)
@pytest.mark.parametrize(
    ("path", "field"), [("deposit", "amount"), ("withdraw", "amount"), ("reset", "balance")]
)
async def test_an_invalid_amount_is_rejected_and_leaves_the_ledger_unchanged(
    api: httpx.AsyncClient, path: str, field: str, amount: float
) -> None:
    lines = (await api.get(f"{PREFIX}/broker/ledger")).json()
    answer = await api.post(f"{PREFIX}/broker/accounts/DEMO-ACCOUNT/{path}", json={field: amount})
    assert (answer.status_code, check_rejection(answer)["code"]) == (422, "amount_wrong")
    assert (await api.get(f"{PREFIX}/broker/ledger")).json() == lines


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "orders/preview", LIMIT),
        (
            "POST",
            "leverage/preview",
            {"symbol": "AAPL", "orderType": 1, "side": 1, "leverage": 2},
        ),
    ],
)
async def test_an_idempotency_key_is_rejected_where_it_is_not_supported(
    api: httpx.AsyncClient, method: str, path: str, body: Any
) -> None:
    headers = {"Idempotency-Key": "k"}
    response = await api.request(method, f"{PREFIX}/broker/{path}", json=body, headers=headers)
    code = check_rejection(response)["code"]
    assert (response.status_code, code) == (422, "idempotency_key_not_taken")
