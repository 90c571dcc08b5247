"""2,000 bars of 5 minutes that end anywhere in 5 million stored minutes: the server's time, and
the same query in plain pandas and in SQLite, turn by turn."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import orjson
import pandas as pd

from benchmarks.http_client import HttpClient
from benchmarks.report import Figure, percentile
from benchmarks.server_process import HOST, ServerProcess
from trading_api.domain.bar import Bar
from trading_api.modules.datafeed.history import read_history
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.storage.bar_columns import COLUMN_NAMES, BarColumns
from trading_api.modules.datafeed.storage.store import BarStore, StoredSymbol

MINUTES = 5_000_000
BARS = 2_000
BAR_MS = 300_000
FIRST_MS = 1_300_000_200_000
SYMBOL = "STORED"
QUERIES = 60
REQUESTS = 200
REACHED = 0.79
"""Of what is stored: a replay holds back its last fifth."""

Query = Callable[[int], Awaitable[list[Bar]]]


async def measure() -> list[Figure]:
    with TemporaryDirectory() as folder:
        columns = _random_walk()
        _store(Path(folder), columns)
        figures = [*_opening(Path(folder)), *await _requests(folder)]
        return figures + await _beside_peers(Path(folder), columns)


def _opening(folder: Path) -> list[Figure]:
    started_s = time.perf_counter()
    _replay(folder)
    took_s = time.perf_counter() - started_s
    return [Figure("stored_history", "opening 5 million minutes", took_s * 1e3, "ms")]


async def _requests(folder: str) -> list[Figure]:
    chance = random.Random(7)
    os.environ["STORED_HISTORY_DIR"] = folder
    ages: dict[str, list[float]] = {"oldest": [], "middle": [], "newest": []}
    async with ServerProcess("stored") as server, HttpClient(HOST, server.port) as http:
        await http.get(_path(0.5))
        cpu_s = server.cpu_s()
        for number in range(REQUESTS):
            age = list(ages)[number % 3]
            low = {"oldest": 0.01, "middle": 0.45, "newest": 0.9}[age]
            path = _path(min(1.0, low + chance.random() / 10))
            started_s = time.perf_counter()
            content = await http.get(path)
            ages[age].append(time.perf_counter() - started_s)
            assert len(orjson.loads(content)["bars"]) == BARS, path
        cpu_s = (server.cpu_s() - cpu_s) / REQUESTS
    every = [seconds for each in ages.values() for seconds in each]
    return [
        Figure("stored_history", "request, server CPU", cpu_s * 1e3, "ms"),
        Figure("stored_history", "request, p50", percentile(every, 50) * 1e3, "ms"),
        Figure("stored_history", "request, p99", percentile(every, 99) * 1e3, "ms"),
        *(
            Figure("stored_history", f"request, {age}, p50", percentile(each, 50) * 1e3, "ms")
            for age, each in ages.items()
        ),
    ]


def _path(share: float) -> str:
    to_time = FIRST_MS // 1_000 + int(MINUTES * 60 * REACHED * share)
    to_time = max(to_time, FIRST_MS // 1_000 + BARS * 300)
    return (
        f"/api/v1/datafeed/bars?symbol={SYMBOL}&resolution=5"
        f"&from_time={to_time - BARS * 300}&to_time={to_time}&count_back={BARS}"
    )


async def _beside_peers(folder: Path, columns: BarColumns) -> list[Figure]:
    replay = _replay(folder)

    async def ours(end_ms: int) -> list[Bar]:
        return await read_history(replay, SYMBOL, "5", end_ms - BARS * BAR_MS, end_ms, BARS)

    peers: dict[str, Query] = {
        "trading_api": ours,
        "pandas": _pandas(columns),
        "SQLite": _sqlite(folder / "bars.sqlite", columns),
    }
    chance, took_s = random.Random(7), {name: list[float]() for name in peers}
    for _ in range(QUERIES):
        end = chance.randrange(10_000, int(MINUTES * REACHED))
        end_ms = FIRST_MS + end * 60_000 // BAR_MS * BAR_MS
        answers = []
        for name, query in peers.items():
            started_s = time.perf_counter()
            answers.append(await query(end_ms))
            took_s[name].append(time.perf_counter() - started_s)
        assert answers[0] == answers[1] == answers[2], "not the same work"
        assert len(answers[0]) == BARS
        await asyncio.sleep(0)
    middle = {name: median(each) for name, each in took_s.items()}
    return [
        *(
            Figure("stored_history", f"query, {name}, p50", each * 1e3, "ms")
            for name, each in middle.items()
        ),
        *(
            Figure(
                "stored_history", f"{name} / trading_api", middle[name] / middle["trading_api"], "x"
            )
            for name in ("pandas", "SQLite")
        ),
    ]


def _pandas(columns: BarColumns) -> Query:
    frame = pd.DataFrame(
        dict(zip(COLUMN_NAMES[1:], columns.arrays()[1:], strict=True)),
        index=pd.to_datetime(columns.time_ms, unit="ms"),
    )
    parts = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}

    async def query(end_ms: int) -> list[Bar]:
        start = pd.Timestamp(end_ms - BARS * BAR_MS, unit="ms")
        end = pd.Timestamp(end_ms - 1, unit="ms")
        bars = frame.loc[start:end].resample("5min").agg(parts)
        times_ms = bars.index.as_unit("ms").astype("int64").tolist()
        rows = zip(times_ms, *(bars[name].tolist() for name in COLUMN_NAMES[1:]), strict=True)
        return [Bar(*row) for row in rows]

    return query


def _sqlite(path: Path, columns: BarColumns) -> Query:
    database = sqlite3.connect(path)
    database.execute(
        "create table bars (time integer primary key, open int, high int, low int, close int,"
        " volume int)"
    )
    rows = zip(*(column.tolist() for column in columns.arrays()), strict=True)
    database.executemany("insert into bars values (?, ?, ?, ?, ?, ?)", rows)
    database.commit()

    async def query(end_ms: int) -> list[Bar]:
        found = database.execute(
            "select at, first.open, top, bottom, last.close, total from ("
            " select time / 300000 * 300000 as at, min(time) as begins, max(time) as ends,"
            " max(high) as top, min(low) as bottom, sum(volume) as total"
            " from bars where time >= ? and time < ? group by at)"
            " join bars as first on first.time = begins join bars as last on last.time = ends"
            " order by at",
            (end_ms - BARS * BAR_MS, end_ms),
        )
        return [Bar(*row) for row in found]

    return query


def _replay(folder: Path) -> Replay:
    series = BarStore(folder).open(SYMBOL)
    assert series is not None
    return Replay(Recording([series]), clock=lambda: 0)


def _random_walk() -> BarColumns:
    chance = np.random.default_rng(7)
    close = 100_000 + np.abs(np.cumsum(chance.integers(-5, 6, MINUTES)))
    open_ = np.concatenate([close[:1], close[:-1]])
    high = np.maximum(open_, close) + chance.integers(0, 5, MINUTES)
    low = np.minimum(open_, close) - chance.integers(0, 5, MINUTES)
    times_ms = FIRST_MS + 60_000 * np.arange(MINUTES, dtype=np.int64)
    return BarColumns(times_ms, open_, high, low, close, chance.integers(0, 10_000, MINUTES))


def _store(folder: Path, columns: BarColumns) -> None:
    with BarStore(folder).lock(SYMBOL) as writer:
        writer.replace(_DESCRIBED, columns)


_DESCRIBED = StoredSymbol(
    symbol=SYMBOL,
    description="A random walk",
    exchange="TEST",
    type="stock",
    currency="USD",
    session="24x7",
    timezone="Etc/UTC",
    calendar="",
    holidays=(),
    corrections={},
    step_ms=60_000,
    price_decimals=2,
    volume_decimals=0,
    has_volume=True,
    are_ticks=False,
)
