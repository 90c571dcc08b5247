"""The time from an order's command over REST to the updates of its account's subscribers."""

from __future__ import annotations

import asyncio
import time

import orjson

from benchmarks.http_client import HttpClient
from benchmarks.report import Figure, percentile
from benchmarks.server_process import HOST, ServerProcess
from benchmarks.socket_client import SocketClient, connect_many

SUBSCRIBERS = 50
ORDERS = 600
ORDERS_PER_SECOND = 200
ACCOUNT = "DEMO-ACCOUNT"
SYMBOL = "EURUSD"
QUANTITY = 1_000
"""50 orders fall on one quote, half of them on each side: together less than the 50,000 that a
quote displays at least, so that each order fills immediately."""

_FILLED = 2


async def measure() -> list[Figure]:
    async with ServerProcess("trading_api") as server:
        clients = await connect_many(HOST, server.port, SUBSCRIBERS)
        subscribers = [await _Subscriber.of(client) for client in clients]
        async with HttpClient(HOST, server.port) as http:
            started_s = time.perf_counter()
            sent_s, answered_s = await _place_orders(http)
            took_s = time.perf_counter() - started_s
        for subscriber in subscribers:
            await subscriber.received_all.wait()
        for client in clients:
            client.close()
    ids = sent_s.keys()
    filled = [subscriber.filled_s[id] - sent_s[id] for subscriber in subscribers for id in ids]
    equity = [subscriber.equity_s[id] - sent_s[id] for subscriber in subscribers for id in ids]
    return [
        *_percentiles("command to orders.update (filled)", filled),
        *_percentiles("command to equity.update", equity),
        *_percentiles("command to answer", [answered_s[id] - sent_s[id] for id in ids]),
        Figure("order_to_update", "orders placed", ORDERS / took_s, "orders / s"),
    ]


async def _place_orders(http: HttpClient) -> tuple[dict[str, float], dict[str, float]]:
    """Return when each order was sent, and when it was answered."""
    sent_s: dict[str, float] = {}
    answered_s: dict[str, float] = {}
    first_s = time.perf_counter()
    for number in range(ORDERS):
        await asyncio.sleep(first_s + number / ORDERS_PER_SECOND - time.perf_counter())
        order = {"symbol": SYMBOL, "type": 2, "side": (-1) ** number, "qty": QUANTITY}
        now_s = time.perf_counter()
        answer = orjson.loads(await http.post("/api/v1/broker/orders", orjson.dumps(order)))
        sent_s[answer["orderId"]] = now_s
        answered_s[answer["orderId"]] = time.perf_counter()
    return sent_s, answered_s


class _Subscriber:
    """Records when each filled order, and the equity after it, is received."""

    def __init__(self) -> None:
        self.filled_s: dict[str, float] = {}
        self.equity_s: dict[str, float] = {}
        self.received_all = asyncio.Event()
        self._order_id: str | None = None

    @classmethod
    async def of(cls, client: SocketClient) -> _Subscriber:
        subscriber = cls()
        client.on_text = subscriber._receive
        for route in ("orders", "positions", "executions", "equity"):
            await client.subscribe(route, accountId=ACCOUNT)
        await client.subscribe("bars", symbol=SYMBOL, resolution="1")
        await client.subscribe("quotes", symbols=[], fast_symbols=[SYMBOL])
        return subscriber

    def _receive(self, text: bytes) -> None:
        message = orjson.loads(text)
        match message["type"]:
            case "orders.update" if message["payload"]["payload"]["status"] == _FILLED:
                self._order_id = message["payload"]["payload"]["id"]
                self.filled_s[self._order_id] = time.perf_counter()
            case "equity.update" if self._order_id is not None:
                self.equity_s[self._order_id] = time.perf_counter()
                self._order_id = None
                if len(self.equity_s) == ORDERS:
                    self.received_all.set()


def _percentiles(name: str, seconds: list[float]) -> list[Figure]:
    return [
        Figure("order_to_update", f"{name}, {part}", percentile(seconds, percent) * 1e3, "ms")
        for part, percent in (("p50", 50), ("p99", 99), ("max", 100))
    ]
