"""Fuzz the APIs for clients of Alpaca by random fields and parameters, and streams by frames."""

from __future__ import annotations

import json
import random
import time
from typing import Any
from urllib.parse import quote

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

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
DATA_PATHS = [
    *("/v2/stocks/bars", "/v2/stocks/{}/bars", "/v2/stocks/quotes", "/v2/stocks/{}/trades"),
    *("/v2/stocks/snapshots", "/v2/stocks/{}/quotes/latest", "/v1beta3/crypto/us/bars"),
    *("/v1beta3/crypto/{}/latest/orderbooks", "/v2/stocks/bars/latest", "/v2/options/{}"),
]
STREAM_PATHS = ["/v2/iex", "/v1beta3/crypto/us", "/stream", ""]
FRAMES: list[Any] = [
    {"action": "auth", "key": "any", "secret": "any"},
    {"action": "authenticate", "data": {"key_id": "any", "secret_key": "any"}},
    {"action": "listen", "data": {"streams": ["trade_updates"]}},
    {"action": "subscribe", "bars": ["*"], "quotes": ["AAPL"], "orderbooks": ["BTC/USD"]},
]


class AlpacaFuzzer:
    """Sends random requests of a seed below `/api/v1/alpaca`. Raises AssertionError for a response
    that is neither a document nor one of Alpaca's errors."""

    def __init__(self, http: httpx.AsyncClient, seed: int) -> None:
        self._http = http
        self._seed = seed
        self._random = random.Random(seed)

    async def run(self, *, count: int = 0, seconds: float = 0.0) -> int:
        """Send `count` requests, or send for `seconds`. Return how many were sent."""
        end_s, sent = time.monotonic() + seconds, 0
        while sent < count or time.monotonic() < end_s:
            await self.send_request()
            sent += 1
        return sent

    async def send_request(self) -> None:
        """Send a random request of the trading or of the data API."""
        chance = self._random
        method, path = chance.choice(PATHS)
        path = f"/v2{path}"
        if chance.random() < 0.3:
            method, path = "GET", chance.choice(DATA_PATHS)
        path = path.format(quote(str(chance.choice(VALUES)), safe=""))
        names = chance.sample(PARAMETERS, chance.randrange(4))
        parameters = {name: str(chance.choice(VALUES)) for name in names}
        body = json.dumps(self._order() if chance.random() < 0.8 else chance.choice(VALUES))
        answer = await self._http.request(
            method,
            path,
            params=parameters,
            content=body if method in ("POST", "PATCH", "PUT") else None,
            headers={"Content-Type": "application/json"},
        )
        check_answer(answer, (self._seed, method, path, parameters, body))

    async def send_frames(self, address: str, count: int) -> None:
        """Send random frames to each stream at `ws://host:port/path`, until it is closed."""
        for path in STREAM_PATHS:
            async with connect(f"{address}{path}") as stream:
                try:
                    for _ in range(count):
                        await stream.send(self._frame())
                except ConnectionClosed:
                    continue

    def _order(self) -> dict[str, Any]:
        chance = self._random
        order = {"symbol": "AAPL", "qty": 1, "side": "buy", "type": "market"}
        changed = {chance.choice(FIELDS): chance.choice(VALUES) for _ in range(chance.randrange(4))}
        return order | {"time_in_force": "gtc"} | changed

    def _frame(self) -> str | bytes:
        chance = self._random
        message = chance.choice(FRAMES)
        if chance.random() < 0.5:
            message = {**message, chance.choice(list(message)): chance.choice(VALUES)}
        text = json.dumps(message)
        return text if chance.random() < 0.7 else chance.randbytes(chance.randrange(64))


def check_answer(answer: httpx.Response, sent: object) -> None:
    """Raises AssertionError for a response that Alpaca's clients cannot read."""
    assert answer.status_code < 500, (sent, answer.text)
    if answer.status_code >= 400:
        document = answer.json()
        assert document["code"] // 100_000 in (400, 401, 403, 404, 405, 413, 422), sent
        assert document["message"], sent


async def fuzz_alpaca(address: str, seed: int, seconds: float) -> int:
    """Fuzz the server at `127.0.0.1:port`. Return how many requests were sent."""
    url = f"http://{address}/api/v1/alpaca"
    async with httpx.AsyncClient(base_url=url, timeout=10) as http:
        fuzzer = AlpacaFuzzer(http, seed)
        await fuzzer.send_frames(f"ws://{address}/api/v1/alpaca", count=100)
        return await fuzzer.run(seconds=seconds)
