"""One server as it ships, with authentication: thousands of clients follow a moving market, and
accounts trade by REST. Is anything lost of what belongs to an account?"""

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
"""The limits and the log that other benchmarks go without are as they ship."""

STOCKS = ("AAPL", "MSFT", "NVDA", "TSLA", "AMZN")
SYMBOLS = (*STOCKS, "EURUSD", "GBPUSD", "USDJPY", "BTCUSD", "ETHUSD", "SOLUSD")
NUMBERED = ("orders", "positions", "executions")
AT_ONCE = 200
ORDERING = 32
"""Connections that orders are placed by."""
SETTLE_S = 2.0
TOKEN_S = 3600
NAP_US = 1_000
FILES_BESIDE = 200
OPENED = 1
"""The event that each account begins with."""
SHOWN = 5
_FILLED = 2
_TOLD = {"orderFilled": NUMBERED}
"""The routes that hear of an event; of any other that has an order, `orders` alone."""


@dataclass(frozen=True, slots=True)
class Load:
    """Each client follows five topics: `traders` the four private routes of an account of their
    own and the quotes of what they trade, all others the market and, silent, an account."""

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
    """They say who they are by their first message, and follow the market once all are there."""
    await clients.tolerate_closes()
    for first in range(0, count, AT_ONCE):
        batch = range(first, min(first + AT_ONCE, count))
        await clients.open(port, len(batch), AT_ONCE)
        for client in batch:
            await clients.say(client, _message("auth", token=_token(_watcher(client))))
        await clients.replied(clients.count)
    replies = count
    for first in range(0, count, AT_ONCE):
        for client in range(first, min(first + AT_ONCE, count)):
            for route, payload in _watched(client):
                await clients.say(client, _message(f"{route}.subscribe", **payload))
                replies += 1
        await clients.replied(replies)


def _watched(client: int) -> list[tuple[str, dict[str, Any]]]:
    """Two thirds of them three topics that move with each tick, the others two."""
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
    """They say who they are before the upgrade."""
    traders: list[_Trader] = []
    for first in range(0, count, AT_ONCE):
        batch = range(first, min(first + AT_ONCE, count))
        traders += await asyncio.gather(*(_Trader.connected(port, number) for number in batch))
    return traders


class _Trader:
    """What it heard of its account: each numbered update by its route, in order, and what of them
    did not follow the one before."""

    socket: SocketClient

    def __init__(self, number: int) -> None:
        self.account = f"TRADER-{number}"
        self.token = _token(self.account)
        self.symbol = STOCKS[number % len(STOCKS)]
        self.heard: dict[str, list[int]] = {route: [] for route in NUMBERED}
        self.gaps = 0
        self.equity_seq = 0
        self.equities = 0
        self.filled_s: dict[str, float] = {}
        self.quote_ages_ms: list[float] = []

    @classmethod
    async def connected(cls, port: int, number: int) -> _Trader:
        trader = cls(number)
        trader.socket = client = await SocketClient.connect(HOST, port, trader.token)
        client.on_text = trader._hear
        for route in (*NUMBERED, "equity"):
            await client.subscribe(route, accountId=trader.account)
        await client.subscribe("quotes", symbols=[], fast_symbols=[trader.symbol])
        return trader

    def _hear(self, text: bytes) -> None:
        if text.startswith(b'{"type":"quotes'):
            self.quote_ages_ms.append(time.time() * 1e3 - int(text[text.rindex(b":") + 1 : -2]))
            return
        update = orjson.loads(text)
        route, payload = update["type"].partition(".")[0], update["payload"]
        if route == "equity":
            self.equity_seq = payload["as_of_seq"]
            self.equities += 1
            return
        heard = self.heard[route]
        self.gaps += payload["prev"] != (heard[-1] if heard else OPENED)
        heard.append(payload["seq"])
        if route == "orders" and payload["payload"]["status"] == _FILLED:
            self.filled_s[payload["payload"]["id"]] = time.perf_counter()

    def forget_market(self) -> None:
        self.quote_ages_ms.clear()
        self.equities = 0

    def lost(self, events: Sequence[Mapping[str, Any]]) -> int:
        """What the account's events say that it should have heard, and did not; or heard and
        should not."""
        told: dict[str, list[int]] = {route: [] for route in NUMBERED}
        for event in events:
            for route in _TOLD.get(event["type"], ("orders",) if "order" in event else ()):
                told[route].append(event["seq"])
        fills = told["executions"]
        differing = sum(
            ((Counter(told[route]) - Counter(self.heard[route])).total())
            + ((Counter(self.heard[route]) - Counter(told[route])).total())
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
        numbered = sum(len(heard) for each in self._traders for heard in each.heard.values())

        def grown(name: str) -> float:
            """Of all labels."""
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
        """At an even pace whatever the answers take, so that a server that is slow is not asked
        less. Some traders at a time: each buys, and sells a second later."""
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
        """Of every order; of one that was never heard of as filled it is infinite."""
        return [
            (self._traders[number].filled_s.get(order_id, math.inf) - sent_s) * 1e3
            for (number, order_id), sent_s in self._sent_s.items()
        ]

    async def _metrics(self) -> dict[str, float]:
        """By name and labels."""
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
            told = [event async for event in _events(http, trader.token)]
            events += len(told)
            lost += trader.lost(told)
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
    """By default of somebody who trades an account of their own name."""
    granted = scopes or ("market:read", "account:read", "account:trade")
    claims = {"sub": subject, "scope": " ".join(granted), "accounts": [subject]}
    return issue_token(SECRET, claims | {"exp": int(time.time()) + TOKEN_S})


def _message(type: str, **payload: Any) -> str:
    return json.dumps({"type": type, "payload": payload})
