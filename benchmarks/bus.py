"""The CPU time that an update costs the process that publishes it, and each that receives it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.bus_subscriber import COUNTS, PREFIX, UPDATES
from benchmarks.report import Figure, spread
from tests.kit.bus_servers import ServerProgram, running
from trading_api.bus.factory import create_bus
from trading_api.bus.port import Bus

TURNS = 5
MESSAGES = 5_000
BETWEEN_CHECKS = 500
"""So many are on their way at most, so that no server keeps much."""
UPDATE_BYTES = 200
FRAMES = (1, 20)
"""How many updates a message carries."""
TIMEOUT_S = 5.0


async def measure() -> list[Figure]:
    figures = []
    for kind in ("nats", "valkey"):
        with running(kind) as server:
            assert isinstance(server, ServerProgram)
            figures += await _measure(kind, server.url)
    return figures


async def _measure(kind: str, url: str) -> list[Figure]:
    costs_us: dict[str, list[float]] = {}
    async with _subscriber(url):
        bus = create_bus(url, PREFIX)
        await bus.start()
        for _ in range(TURNS):
            for updates in FRAMES:
                published, received = await _turn(bus, bytes(updates * UPDATE_BYTES))
                for name, cpu_s in (("published", published), ("received", received)):
                    label = f"{kind}, {updates} a message, {name}"
                    cost_us = cpu_s / MESSAGES / updates * 1e6
                    costs_us.setdefault(label, []).append(cost_us)
        await bus.close()
    return [
        figure
        for name, costs in costs_us.items()
        for figure in spread("bus", name, costs, "us CPU / update")
    ]


async def _turn(bus: Bus, message: bytes) -> tuple[float, float]:
    """Publish one message in each turn of the loop, and return the CPU seconds of both sides."""
    received_before, subscriber_before_s = await _counts(bus)
    before_s = time.process_time()
    for number in range(1, MESSAGES + 1):
        bus.publish(UPDATES, message)
        await asyncio.sleep(0)
        if number % BETWEEN_CHECKS == 0:
            while (await _counts(bus))[0] < received_before + number:
                pass
    published_s = time.process_time() - before_s
    _, subscriber_s = await _counts(bus)
    return published_s, subscriber_s - subscriber_before_s


async def _counts(bus: Bus) -> tuple[int, float]:
    received, cpu_s = json.loads(await bus.request(COUNTS, b"", TIMEOUT_S))
    return received, cpu_s


@asynccontextmanager
async def _subscriber(url: str) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.bus_subscriber", url),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    await process.stdout.readline()
    try:
        yield
    finally:
        process.stdin.close()
        await process.wait()
