"""Market seconds per second of wall time, in ticks of 250 ms, with resting stops."""

from __future__ import annotations

import time

import orjson

from benchmarks.http_client import HttpClient
from benchmarks.report import Figure
from benchmarks.server_process import HOST, ServerProcess

ADVANCES = 5
ADVANCE_MS = 600_000
MONTH_S = 30 * 86_400
RESTING = 20
SYMBOL = "AAPL"
"""The symbol of the resting stops, which are too far from the market to be reached."""

_STOP = 3


async def measure() -> list[Figure]:
    settings = {"datafeed_clock": "step", "datafeed_start": "2026-01-05T10:30:00Z"}
    async with (
        ServerProcess("trading_api", settings) as server,
        HttpClient(HOST, server.port) as http,
    ):
        idle = await _market_seconds_a_second(http)
        for number in range(RESTING):
            side = (-1) ** number
            order = {"symbol": SYMBOL, "type": _STOP, "side": side, "qty": 1}
            order["stopPrice"] = 1_000 if side > 0 else 1
            await http.post("/api/v1/broker/orders", orjson.dumps(order))
        resting = await _market_seconds_a_second(http)
    return [
        Figure("step_clock", "no orders", idle, "market s / s"),
        Figure("step_clock", f"{RESTING} resting stops", resting, "market s / s"),
        Figure("step_clock", "a month, from that", MONTH_S / resting / 60, "min"),
    ]


async def _market_seconds_a_second(http: HttpClient) -> float:
    """Return the fastest of several advances: other load on the machine only slows them down."""
    took_s = []
    for _ in range(ADVANCES):
        started_s = time.perf_counter()
        await http.post("/api/v1/datafeed/clock/advance", orjson.dumps({"by_ms": ADVANCE_MS}))
        took_s.append(time.perf_counter() - started_s)
    return ADVANCE_MS / 1_000 / min(took_s)
