"""Placing orders: what the ledger costs, between the server's limit and the disk's."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from benchmarks.http_client import HttpClient
from benchmarks.report import Figure, percentile
from benchmarks.server_process import HOST, ServerProcess
from benchmarks.socket_client import SocketClient

CLIENTS = (1, 16, 128)
SECONDS = 1.0
ROUNDS = 5
ACCOUNTS = 32
PATH = "/api/v1/broker/orders"
ORDER = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 1.0}
"""Far from the market."""
COMMIT_SECONDS = 1.0

_numbers = itertools.count()


async def measure() -> list[Figure]:
    """The servers take turns, so that a machine that changes its pace changes it for all."""
    runs: dict[tuple[str, int], list[_Run]] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trading.db"
        async with (
            ServerProcess("trading_api", {"database_url": f"sqlite:///{file}"}) as durable,
            ServerProcess("trading_api", {"database_url": "memory:"}) as memory,
            ServerProcess("empty_endpoint") as empty,
        ):
            ways = {
                "SQLite ledger": (durable, _by_rest),
                "SQLite ledger, with keys": (durable, _by_rest_with_keys),
                "SQLite ledger, socket": (durable, _by_socket),
                "memory": (memory, _by_rest),
                "memory, socket": (memory, _by_socket),
                "empty endpoint": (empty, _by_rest),
            }
            for _ in range(ROUNDS):
                for clients in CLIENTS:
                    for name, (server, way) in ways.items():
                        run = await _load(server, clients, way)
                        runs.setdefault((name, clients), []).append(run)
        commits = _bare_commits(Path(folder) / "bare.db")
    best = {key: max(each, key=lambda run: run.rate) for key, each in runs.items()}
    figures = [
        figure
        for (name, clients), run in best.items()
        for figure in run.figures(f"{name}, {clients} clients")
    ]
    for name in ways:
        share = best[name, CLIENTS[-1]].rate / best["empty endpoint", CLIENTS[-1]].rate
        title = f"{name} / empty endpoint, {CLIENTS[-1]} clients"
        figures.append(Figure("place_order", title, share, "x"))
    for name in ("SQLite ledger", "memory"):
        p50s = [percentile(best[each, 1].took_s, 50) for each in (f"{name}, socket", name)]
        title = f"{name}, socket / REST, 1 client, p50"
        figures.append(Figure("place_order", title, p50s[0] / p50s[1], "x"))
    return [*figures, Figure("place_order", "bare SQLite commit loop", commits, "commits / s")]


class _Run:
    def __init__(self, took_s: list[float], elapsed_s: float, cpu_s: float) -> None:
        self.took_s = took_s
        self.rate = len(took_s) / elapsed_s
        self.cpu_us = cpu_s / len(took_s) * 1e6

    def figures(self, name: str) -> list[Figure]:
        return [
            Figure("place_order", name, self.rate, "requests / s"),
            Figure("place_order", f"{name}, server", self.cpu_us, "us CPU / request"),
            Figure("place_order", f"{name}, p50", percentile(self.took_s, 50) * 1e3, "ms"),
            Figure("place_order", f"{name}, p99", percentile(self.took_s, 99) * 1e3, "ms"),
        ]


_Way: TypeAlias = Callable[[int, float, list[float]], Coroutine[Any, Any, None]]
"""Places orders at a port until a time, and appends how long each took."""


async def _load(server: ServerProcess, clients: int, way: _Way) -> _Run:
    took_s: list[float] = []
    cpu_s, started_s = server.cpu_s(), time.perf_counter()
    until_s = started_s + SECONDS
    async with asyncio.TaskGroup() as tasks:
        for _ in range(clients):
            tasks.create_task(way(server.port, until_s, took_s))
    return _Run(took_s, time.perf_counter() - started_s, server.cpu_s() - cpu_s)


async def _by_rest(port: int, until_s: float, took_s: list[float], has_keys: bool = False) -> None:
    async with HttpClient(HOST, port) as http:
        while (sent_s := time.perf_counter()) < until_s:
            number = next(_numbers)
            path, key = f"{PATH}?account_id={_account(number)}", f"key-{number}"
            await http.post(path, orjson.dumps(ORDER), key=key if has_keys else None)
            took_s.append(time.perf_counter() - sent_s)


async def _by_rest_with_keys(port: int, until_s: float, took_s: list[float]) -> None:
    await _by_rest(port, until_s, took_s, has_keys=True)


async def _by_socket(port: int, until_s: float, took_s: list[float]) -> None:
    client = await SocketClient.connect(HOST, port)
    while (sent_s := time.perf_counter()) < until_s:
        number = next(_numbers)
        payload = {"accountId": _account(number), "id": number, "order": ORDER}
        await client.request("orders.place", payload)
        took_s.append(time.perf_counter() - sent_s)
    client.close()


def _account(number: int) -> str:
    return f"BENCH-{number % ACCOUNTS}"


def _bare_commits(file: Path) -> float:
    """One row, one synchronous commit, one after the other."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, payload TEXT)")
    count, started_s = 0, time.perf_counter()
    while time.perf_counter() - started_s < COMMIT_SECONDS:
        connection.execute("INSERT INTO events (payload) VALUES (?)", ("x" * 700,))
        count += 1
    elapsed_s = time.perf_counter() - started_s
    connection.close()
    return count / elapsed_s
