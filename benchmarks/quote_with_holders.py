"""What a quote costs by the number of accounts that hold its symbol."""

from __future__ import annotations

import asyncio
import os
import time

import orjson

from benchmarks.holders_app import HOLDERS_VARIABLE
from benchmarks.http_client import HttpClient
from benchmarks.report import Figure, percentile
from benchmarks.server_process import HOST, ServerProcess

HOLDERS = (0, 1_000, 20_000, 100_000)
ORDERS = 300
ORDER_EVERY_S = 0.02
IDLE_S = 5.0
QUOTES_PER_S = 4
START_TIMEOUT_S = 60.0
READY_CHECK_S = 0.2
PATH = "/api/v1/broker/orders"
ORDER = {"symbol": "MSFT", "type": 2, "side": 1, "qty": 1}
"""The order's symbol is one that the holders do not hold."""


async def measure() -> list[Figure]:
    """Place orders in another symbol, one after the other, and then none."""
    figures = []
    for holders in HOLDERS:
        os.environ[HOLDERS_VARIABLE] = str(holders)
        async with (
            ServerProcess("holders", start_timeout_s=START_TIMEOUT_S) as server,
            HttpClient(HOST, server.port) as http,
        ):
            await _ready(http)
            took_s = await _place_orders(http)
            cpu_s = server.cpu_s()
            await asyncio.sleep(IDLE_S)
            cpu_ms = (server.cpu_s() - cpu_s) / (IDLE_S * QUOTES_PER_S) * 1e3
        name = f"{holders:,} holders"
        figures += [
            Figure("quote_with_holders", f"{name}, order p50", percentile(took_s, 50) * 1e3, "ms"),
            Figure("quote_with_holders", f"{name}, order p95", percentile(took_s, 95) * 1e3, "ms"),
            Figure("quote_with_holders", f"{name}, server", cpu_ms, "ms CPU / quote"),
        ]
    return figures


async def _ready(http: HttpClient) -> None:
    """Wait until the accounts are loaded, and the first quotes are matched."""
    for _ in range(round(START_TIMEOUT_S / READY_CHECK_S)):
        if b'"ready"' in await http.get("/health/ready", statuses=(200, 503)):
            break
        await asyncio.sleep(READY_CHECK_S)
    await http.post(PATH, orjson.dumps(ORDER))
    await asyncio.sleep(1)


async def _place_orders(http: HttpClient) -> list[float]:
    took_s = []
    first_s = time.perf_counter()
    for number in range(ORDERS):
        await asyncio.sleep(first_s + number * ORDER_EVERY_S - time.perf_counter())
        order = orjson.dumps({**ORDER, "side": (-1) ** number})
        sent_s = time.perf_counter()
        await http.post(PATH, order)
        took_s.append(time.perf_counter() - sent_s)
    return took_s
