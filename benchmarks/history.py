"""GET /datafeed/bars for 2,000 bars of any age, compared with GET /health on the same server."""

from __future__ import annotations

import random
import time

import orjson

from benchmarks.http_client import HttpClient
from benchmarks.report import Figure, percentile
from benchmarks.server_process import HOST, ServerProcess

BARS = 2_000
BAR_S = 300
OLDEST_S = 1_199_145_600
"""2008, a year after the simulated market began."""
ROUNDS = 20
BAR_REQUESTS = 10
HEALTH_REQUESTS = 100
SYMBOLS = ("AAPL", "EURUSD", "BTCUSD")


async def measure() -> list[Figure]:
    chance = random.Random(7)
    bars_s: list[float] = []
    health_s: list[float] = []
    async with ServerProcess("trading_api") as server, HttpClient(HOST, server.port) as http:
        for _ in range(ROUNDS):
            for _ in range(BAR_REQUESTS):
                path = _bars_path(chance)
                started_s = time.perf_counter()
                content = await http.get(path)
                bars_s.append(time.perf_counter() - started_s)
                assert len(orjson.loads(content)["bars"]) == BARS, path
            for _ in range(HEALTH_REQUESTS):
                started_s = time.perf_counter()
                await http.get("/api/v1/health")
                health_s.append(time.perf_counter() - started_s)
    return [
        *_figures("bars", bars_s),
        *_figures("health", health_s),
        Figure("history", "bars / health, p50", _ratio(bars_s, health_s), "x"),
    ]


def _bars_path(chance: random.Random) -> str:
    to_time = chance.randrange(OLDEST_S, int(time.time()))
    return (
        f"/api/v1/datafeed/bars?symbol={chance.choice(SYMBOLS)}&resolution=5"
        f"&from_time={to_time - BARS * BAR_S}&to_time={to_time}&count_back={BARS}"
    )


def _figures(name: str, seconds: list[float]) -> list[Figure]:
    return [
        Figure("history", name, len(seconds) / sum(seconds), "requests / s"),
        Figure("history", f"{name}, p50", percentile(seconds, 50) * 1e3, "ms"),
        Figure("history", f"{name}, p99", percentile(seconds, 99) * 1e3, "ms"),
    ]


def _ratio(bars_s: list[float], health_s: list[float]) -> float:
    return percentile(bars_s, 50) / percentile(health_s, 50)
