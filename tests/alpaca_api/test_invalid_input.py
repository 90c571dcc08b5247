"""No input makes the trading API fail: each is accepted, or refused in Alpaca's format."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.kit.alpaca_api import alpaca_api

REQUESTS = 150
FIELDS = [
    "symbol",
    "qty",
    "notional",
    "side",
    "type",
    "time_in_force",
    "limit_price",
    "stop_price",
    "trail_price",
    "trail_percent",
    "extended_hours",
    "client_order_id",
    "order_class",
    "take_profit",
    "stop_loss",
    "position_intent",
    "trail",
]
PARAMETERS = [
    "status",
    "limit",
    "after",
    "until",
    "direction",
    "nested",
    "side",
    "symbols",
    "page_size",
    "page_token",
    "activity_types",
    "date",
    "category",
    "start",
    "end",
    "period",
    "timeframe",
    "date_end",
    "qty",
    "percentage",
    "cancel_orders",
    "asset_class",
]
VALUES: list[Any] = [
    *("AAPL", "BTC/USD", "buy", "sell", "market", "limit", "stop", "trailing_stop", "gtc", "day"),
    *("bracket", "oco", "oto", "all", "closed", "asc", "1D", "1Min", "2026-01-05", "FILL,CSD"),
    *("", "x" * 300, "\x00", "é\u2028", "1e999", "-1", "NaN", "0.000000000001", "9" * 30, "٣"),
    *(0, -1, 1, 2.5, 1e300, 10**18, True, None, [], {}, [[[]]], {"limit_price": 900}),
    *({"stop_price": "10"}, {"limit_price": None}, "00000000-0000-0000-0000-000000000000"),
    *("2026-01-05T10:00:00Z", "2026-13-45", "0001-01-01", "9999-12-31T23:59:59-14:00"),
]
PATHS = [
    *(("POST", "/orders"), ("PATCH", "/orders/{}"), ("GET", "/orders"), ("GET", "/orders/{}")),
    *(("DELETE", "/orders/{}"), ("GET", "/orders:by_client_order_id"), ("GET", "/positions/{}")),
    *(("DELETE", "/positions/{}"), ("DELETE", "/positions"), ("GET", "/assets/{}")),
    *(("GET", "/assets"), ("GET", "/calendar"), ("GET", "/account/portfolio/history")),
    *(("GET", "/account/activities"), ("GET", "/account/activities/{}"), ("PUT", "/orders")),
    ("PATCH", "/account/configurations"),
]


@pytest.fixture(scope="module")
async def rest() -> AsyncIterator[httpx.AsyncClient]:
    async with alpaca_api() as api:
        id, secret = api.key("INVALID")
        headers = {"APCA-API-KEY-ID": id, "APCA-API-SECRET-KEY": secret}
        async with httpx.AsyncClient(base_url=f"{api.url}/v2", headers=headers) as rest:
            yield rest


def check(answer: httpx.Response, sent: object) -> None:
    assert answer.status_code < 500, (sent, answer.text)
    if answer.status_code >= 400:
        document = answer.json()
        assert document["code"] // 100_000 in (400, 403, 404, 405, 413, 422), sent
        assert document["message"], sent


async def test_no_generated_request_fails(rest: httpx.AsyncClient) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    order = {"symbol": "AAPL", "qty": 1, "side": "buy", "type": "market", "time_in_force": "gtc"}
    for _ in range(REQUESTS):
        method, path = chance.choice(PATHS)
        path = path.format(quote(str(chance.choice(VALUES)), safe=""))
        changed = {chance.choice(FIELDS): chance.choice(VALUES) for _ in range(chance.randrange(4))}
        body = json.dumps(order | changed if chance.random() < 0.8 else chance.choice(VALUES))
        names = chance.sample(PARAMETERS, chance.randrange(4))
        parameters = {name: str(chance.choice(VALUES)) for name in names}
        sent = (seed, method, path, parameters, body)
        content = body if method in ("POST", "PATCH", "PUT") else None
        headers = {"Content-Type": "application/json"}
        answer = await rest.request(
            method, path, params=parameters, content=content, headers=headers
        )
        check(answer, sent)


BODIES = [b"", b"{", b"null", b"[]", b'"x"', b"\xff", b'{"qty": NaN}', b"[" * 9_999, b"1" * 70_000]


@pytest.mark.parametrize("body", BODIES)
async def test_a_body_that_is_no_order_is_refused(rest: httpx.AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await rest.post("/orders", content=body, headers=headers)
    assert answer.status_code in (400, 413, 422)
    check(answer, body)
