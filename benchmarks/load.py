"""One server with authentication: thousands of clients follow the market and accounts trade.

It also counts the updates of accounts that were lost, which have to be none.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from prometheus_client.parser import text_string_to_metric_families

from benchmarks import updates
from benchmarks.http_client import HttpClient
from benchmarks.load_client import LoadClient
from benchmarks.report import Figure, Skipped, percentile
from benchmarks.server_process import HOST, ServerProcess
from benchmarks.socket_client import SocketClient
from trading_api.auth.tokens import issue_token
from trading_api.server.process_limits import raise_open_files_limit
from trading_api.settings import Settings

SCENARIO = "load"
SECRET = "a secret of this run alone, of thirty-two bytes"
SETTINGS = Settings.defaults().model_dump(
    include={"commands_per_s", "ws_connections_per_address", "ws_messages_per_s", "log_level"}
) | {"auth_mode": "secret", "auth_secret": SECRET}
"""Limits and log level are the defaults; other benchmarks turn them off."""

STOCKS = ("AAPL", "MSFT", "NVDA", "TSLA", "AMZN")
SYMBOLS = (*STOCKS, "EURUSD", "GBPUSD", "USDJPY", "BTCUSD", "ETHUSD", "SOLUSD")
NUMBERED = ("orders", "positions", "executions")
AT_ONCE = 200
ORDERING = 32
"""The number of connections that place orders."""
SETTLE_S = 2.0
TOKEN_S = 3600
NAP_US = 1_000
FILES_BESIDE = 200
OPENED = 1
"""The number of the first event of each account."""
SHOWN = 5
_FILLED = 2
_ROUTES_BY_EVENT = {"orderFilled": NUMBERED}
"""The routes that an event is published on; other events with an order only on `orders`."""


@dataclass(frozen=True, slots=True)
class Load:
    """The size of a run. Each client subscribes to five topics.

    `traders` subscribe to the four private routes of their own account and to the quotes of what
    they trade. `watchers` subscribe to the market and to an account without activity.
    """

    watchers: int = 9_000
    traders: int = 1_000
    orders_per_s: int = 200
    seconds: int = 120

    @property
    def clients(self) -> int:
        return self.watchers + self.traders


async def measure(load: Load = Load()) -> list[Figure]:
    if raise_open_files_limit() < load.clients + FILES_BESIDE:
        raise Skipped(f"the limit of open files is too low for {load.clients} sockets")
    async with AsyncExitStack() as stack:
        log = Path(stack.enter_context(TemporaryDirectory())) / "log"
        server = await stack.enter_async_context(ServerProcess("trading_api", SETTINGS, log=log))
        watchers = await stack.enter_async_context(
            LoadClient.running(updates.OK_MARK, updates.UPDATE_MARK)
        )
        await _watch(watchers, server.port, load.watchers)
        traders = await _traders(server.port, load.traders)
        for trader in traders:
            stack.callback(trader.socket.close)
        figures = await _Run(load, server, watchers, traders).measured()
        lost = await _lost(server.port, traders)
        return [*figures, *_of_log(log), *lost]


async def _watch(clients: LoadClient, port: int, count: int) -> None:
    """Connect watchers, which authenticate by message, and subscribe once all are connected."""
    await clients.tolerate_closes()
    for first in range(0, count, AT_ONCE):
        batch = range(first, min(first + AT_ONCE, count))
        await clients.open(port, len(batch), AT_ONCE)
        for client in batch:
            await clients.send(client, _message("auth", token=_token(_watcher(client))))
        await clients.wait_for_replies(clients.count)
    replies = count
    for first in range(0, count, AT_ONCE):
        for client in range(first, min(first + AT_ONCE, count)):
            for route, payload in _watched(client):
                await clients.send(client, _message(f"{route}.subscribe", **payload))
                replies += 1
        await clients.wait_for_replies(replies)


def _watched(client: int) -> list[tuple[str, dict[str, Any]]]:
    """Return the client's subscriptions: three topics that change with each tick, or two."""
    account = {"accountId": _watcher(client)}
    symbol = SYMBOLS[client % len(SYMBOLS)]
    another = SYMBOLS[(client + 1) % len(SYMBOLS)]
    third = ("bars", {"symbol": another, "resolution": "5"})
    return [
        ("quotes", {"symbols": [], "fast_symbols": [symbol]}),
        ("bars", {"symbol": symbol, "resolution": "1"}),
        third if client % 3 else ("equity", account),
        ("orders", account),
        ("positions", account),
    ]


def _watcher(client: int) -> str:
    return f"WATCHER-{client}"


async def _traders(port: int, count: int) -> list[_Trader]:
    """Connect traders, which authenticate before the upgrade."""
    traders: list[_Trader] = []
    for first in range(0, count, AT_ONCE):
        batch = range(first, min(first + AT_ONCE, count))
        traders += await asyncio.gather(*(_Trader.connected(port, number) for number in batch))
    return traders


class _Trader:
    """A client that records the numbered updates of its account by route, and counts gaps."""

    socket: SocketClient

    def __init__(self, number: int) -> None:
        self.account = f"TRADER-{number}"
        self.token = _token(self.account)
        self.symbol = STOCKS[number % len(STOCKS)]
        self.received: dict[str, list[int]] = {route: [] for route in NUMBERED}
        self.gaps = 0
        self.equity_seq = 0
        self.equities = 0
        self.filled_s: dict[str, float] = {}
        self.quote_ages_ms: list[float] = []

    @classmethod
    async def connected(cls, port: int, number: int) -> _Trader:
        trader = cls(number)
        trader.socket = client = await SocketClient.connect(HOST, port, trader.token)
        client.on_text = trader._on_text
        for route in (*NUMBERED, "equity"):
            await client.subscribe(route, accountId=trader.account)
        await client.subscribe("quotes", symbols=[], fast_symbols=[trader.symbol])
        return trader

    def _on_text(self, text: bytes) -> None:
        if text.startswith(b'{"type":"quotes'):
            self.quote_ages_ms.append(time.time() * 1e3 - int(text[text.rindex(b":") + 1 : -2]))
            return
        update = orjson.loads(text)
        route, payload = update["type"].partition(".")[0], update["payload"]
        if route == "equity":
            self.equity_seq = payload["as_of_seq"]
            self.equities += 1
            return
        received = self.received[route]
        self.gaps += payload["prev"] != (received[-1] if received else OPENED)
        received.append(payload["seq"])
        if route == "orders" and payload["payload"]["status"] == _FILLED:
            self.filled_s[payload["payload"]["id"]] = time.perf_counter()

    def forget_market(self) -> None:
        self.quote_ages_ms.clear()
        self.equities = 0

    def lost(self, events: Sequence[Mapping[str, Any]]) -> int:
        """Return how many updates of the account's events were missing, or should not exist."""
        expected: dict[str, list[int]] = {route: [] for route in NUMBERED}
        for event in events:
            for route in _ROUTES_BY_EVENT.get(
                event["type"], ("orders",) if "order" in event else ()
            ):
                expected[route].append(event["seq"])
        fills = expected["executions"]
        differing = sum(
            ((Counter(expected[route]) - Counter(self.received[route])).total())
            + ((Counter(self.received[route]) - Counter(expected[route])).total())
            for route in NUMBERED
        )
        return differing + (bool(fills) and self.equity_seq < fills[-1])


class _Run:
    def __init__(
        self,
        load: Load,
        server: ServerProcess,
        watchers: LoadClient,
        traders: list[_Trader],
    ) -> None:
        self._load = load
        self._server = server
        self._watchers = watchers
        self._traders = traders
        self._sent_s: dict[tuple[int, str], float] = {}

    async def measured(self) -> list[Figure]:
        load, server = self._load, self._server
        await self._watchers.nap(NAP_US)
        for trader in self._traders:
            trader.forget_market()
        await self._watchers.reset()
        before, watched_before = await self._metrics(), await self._watchers.stats()
        cpu_s, own_cpu_s, started_s = server.cpu_s(), time.process_time(), time.perf_counter()
        await self._place_orders(started_s)
        took_s = time.perf_counter() - started_s
        cpu_s, own_cpu_s = server.cpu_s() - cpu_s, time.process_time() - own_cpu_s
        watched, after = await self._watchers.stats(), await self._metrics()
        ages_ms = [age for trader in self._traders for age in trader.quote_ages_ms]
        equities = sum(trader.equities for trader in self._traders)
        await self._watchers.nap(0)
        await asyncio.sleep(SETTLE_S)
        numbered = sum(len(each) for trader in self._traders for each in trader.received.values())

        def grown(name: str) -> float:
            """Return the growth of a metric, summed over its labels."""
            return sum(
                value - before.get(each, 0)
                for each, value in after.items()
                if each.partition(",")[0] == name
            )

        figures = [
            ("connections", after["trading_connections"], "open"),
            ("subscriptions", after["trading_subscriptions"], "open"),
            ("orders placed", load.orders_per_s * load.seconds / took_s, "orders / s"),
            ("public updates heard", (watched.updates + len(ages_ms)) / took_s, "updates / s"),
            ("private updates heard", (numbered + equities) / took_s, "updates / s"),
            ("private updates, numbered", numbered, "updates"),
            ("private updates, equity", equities, "updates"),
            *_percentiles("command to orders.update (filled)", self._latencies_ms()),
            *_percentiles("quote made to heard", ages_ms),
            ("server", cpu_s / took_s * 100, "% of a core"),
            ("watchers", (watched.cpu_s - watched_before.cpu_s) / took_s * 100, "% of a core"),
            ("traders", own_cpu_s / took_s * 100, "% of a core"),
            ("server, resident", server.resident_bytes() / 2**20, "MB"),
            *_bounds("loop lag", before, after, "trading_loop_lag_seconds"),
            *_bounds("commit", before, after, "trading_commit_seconds"),
            ("updates conflated", grown("trading_updates_conflated_total"), "updates"),
            ("clients cut off", grown("trading_clients_disconnected_total"), "clients"),
            ("load average of the last minute", os.getloadavg()[0], ""),
        ]
        return [Figure(SCENARIO, *figure) for figure in figures]

    async def _place_orders(self, started_s: float) -> None:
        """Place orders at a constant rate, which does not depend on the answers.

        Each trader buys, and sells a second later.
        """
        count = self._load.orders_per_s * self._load.seconds
        due: asyncio.Queue[tuple[int, float, int]] = asyncio.Queue()
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
            placing = [
                tasks.create_task(
                    self._place(
                        due,
                        await stack.enter_async_context(HttpClient(HOST, self._server.port)),
                    )
                )
                for _ in range(ORDERING)
            ]
            for number in range(count):
                due_s = started_s + number / self._load.orders_per_s
                await asyncio.sleep(due_s - time.perf_counter())
                turn, place = divmod(number, self._load.orders_per_s)
                trader = turn // 2 * self._load.orders_per_s + place
                due.put_nowait((trader % len(self._traders), due_s, (-1) ** turn))
            await due.join()
            for task in placing:
                task.cancel()

    async def _place(self, due: asyncio.Queue[tuple[int, float, int]], http: HttpClient) -> None:
        while True:
            number, due_s, side = await due.get()
            trader = self._traders[number]
            order = {"symbol": trader.symbol, "type": 2, "side": side, "qty": 1}
            answer = await http.post("/api/v1/broker/orders", orjson.dumps(order), trader.token)
            self._sent_s[number, orjson.loads(answer)["orderId"]] = due_s
            due.task_done()

    def _latencies_ms(self) -> list[float]:
        """Return the latency of every order; infinite for one that was never reported as filled."""
        return [
            (self._traders[number].filled_s.get(order_id, math.inf) - sent_s) * 1e3
            for (number, order_id), sent_s in self._sent_s.items()
        ]

    async def _metrics(self) -> dict[str, float]:
        """Return the metrics by name and labels."""
        async with HttpClient(HOST, self._server.port) as http:
            text = (await http.get("/metrics", token=_token("operator", "admin"))).decode()
        return {
            ",".join([sample.name, *(f"{key}={value}" for key, value in sample.labels.items())]): (
                sample.value
            )
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


async def _lost(port: int, traders: Sequence[_Trader]) -> list[Figure]:
    lost = events = 0
    async with HttpClient(HOST, port) as http:
        for trader in traders:
            history = [event async for event in _events(http, trader.token)]
            events += len(history)
            lost += trader.lost(history)
    gaps = sum(trader.gaps for trader in traders)
    return [
        Figure(SCENARIO, "events of all accounts", events, "events"),
        Figure(SCENARIO, "private updates, lost", lost, "updates"),
        Figure(SCENARIO, "private updates, gaps", gaps, "gaps"),
    ]


async def _events(http: HttpClient, token: str) -> AsyncIterator[dict[str, Any]]:
    since, limit = 0, 1000
    while True:
        path = f"/api/v1/broker/events?since={since}&limit={limit}"
        page = orjson.loads(await http.get(path, token=token))
        for event in page:
            yield event
        if len(page) < limit:
            return
        since = page[-1]["seq"]


def _of_log(log: Path) -> list[Figure]:
    lines = [orjson.loads(line) for line in log.read_bytes().splitlines()]
    bad = [line for line in lines if line["level"] not in ("debug", "info")]
    for line in bad[:SHOWN]:
        print(line, file=sys.stderr)
    return [
        Figure(SCENARIO, "log", len(lines), "lines"),
        Figure(SCENARIO, "log, warnings and errors", len(bad), "lines"),
    ]


def _percentiles(name: str, values: Sequence[float]) -> list[tuple[str, float, str]]:
    return [
        (f"{name}, {part}", percentile(values, percent), "ms")
        for part, percent in (("p50", 50), ("p99", 99), ("max", 100))
    ]


def _bounds(
    name: str, before: Mapping[str, float], after: Mapping[str, float], histogram: str
) -> list[tuple[str, float, str]]:
    """The smallest buckets that what was observed in between lies within."""
    start = f"{histogram}_bucket,le="
    counts = {
        float(each.removeprefix(start)): count - before.get(each, 0)
        for each, count in after.items()
        if each.startswith(start)
    }

    def within(share: float) -> float:
        wanted = counts[math.inf] * share
        return min(bound for bound, count in counts.items() if count >= wanted) * 1e3

    return [
        (f"{name}, 99 % within", within(0.99), "ms"),
        (f"{name}, all within", within(1), "ms"),
    ]


def _token(subject: str, *scopes: str) -> str:
    """Return a token, by default of a subject who trades the account of the same name."""
    granted = scopes or ("market:read", "account:read", "account:trade")
    claims = {"sub": subject, "scope": " ".join(granted), "accounts": [subject]}
    return issue_token(SECRET, claims | {"exp": int(time.time()) + TOKEN_S})


def _message(type: str, **payload: Any) -> str:
    return json.dumps({"type": type, "payload": payload})
