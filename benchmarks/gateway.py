"""What an update costs a gateway, and how much later it arrives, compared with one process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from benchmarks.http_client import HttpClient
from benchmarks.report import Figure, percentile
from benchmarks.server_process import HOST, ServerProcess
from benchmarks.socket_client import connect_many
from trading_api.bus.bus_server import BusServer

CLIENTS = 100
RUN_S = 10.0
TURNS = 3
READY_S = 20.0
READY_CHECK_S = 0.05
SYMBOLS = ("AAPL", "MSFT", "NVDA", "TSLA", "AMZN", "EURUSD", "GBPUSD", "USDJPY", "BTCUSD", "ETHUSD")


@dataclass(slots=True)
class _Server:
    """What answers clients, and the process that owns the market where that is another one."""

    port: int
    serving: ServerProcess
    owner: ServerProcess | None = None


@dataclass(slots=True)
class _Run:
    serving_us: list[float] = field(default_factory=list)
    owner_us: list[float] = field(default_factory=list)
    delay_ms: list[float] = field(default_factory=list)


async def measure() -> list[Figure]:
    """Let the same clients follow the same market, turn by turn."""
    embedded, gateway = _Run(), _Run()
    for _ in range(TURNS):
        async with _one_process() as server:
            await _run(server, embedded)
        async with _core_and_gateway() as server:
            await _run(server, gateway)
    return [
        *_figures("one process", embedded),
        *_figures("gateway", gateway),
        Figure("gateway", "core, CPU", min(gateway.owner_us), "us / delivered update"),
    ]


async def _run(server: _Server, run: _Run) -> None:
    clients = await connect_many(HOST, server.port, CLIENTS)
    counter = _Counter(run)
    for client in clients:
        client.on_text = counter.count
        await client.subscribe("quotes", symbols=[], fast_symbols=list(SYMBOLS))
        for symbol in SYMBOLS:
            await client.subscribe("trades", symbol=symbol)
    clients[0].on_text = counter.count_and_time
    await asyncio.sleep(1)
    counter.updates = 0
    serving_s, owner_s = server.serving.cpu_s(), server.owner.cpu_s() if server.owner else 0.0
    await asyncio.sleep(RUN_S)
    updates = counter.updates
    run.serving_us.append((server.serving.cpu_s() - serving_s) / updates * 1e6)
    if server.owner:
        run.owner_us.append((server.owner.cpu_s() - owner_s) / updates * 1e6)
    for client in clients:
        client.close()


class _Counter:
    def __init__(self, run: _Run) -> None:
        self._run = run
        self.updates = 0

    def count(self, text: bytes) -> None:
        self.updates += 1

    def count_and_time(self, text: bytes) -> None:
        self.updates += 1
        self._run.delay_ms.append(time.time() * 1e3 - orjson.loads(text)["payload"]["ts"])


def _figures(name: str, run: _Run) -> list[Figure]:
    return [
        Figure("gateway", f"{name}, CPU", min(run.serving_us), "us / delivered update"),
        Figure("gateway", f"{name}, delay p50", percentile(run.delay_ms, 50), "ms"),
        Figure("gateway", f"{name}, delay p99", percentile(run.delay_ms, 99), "ms"),
    ]


@asynccontextmanager
async def _one_process() -> AsyncIterator[_Server]:
    async with ServerProcess("trading_api") as server:
        await ready(server.port)
        yield _Server(server.port, server)


@asynccontextmanager
async def _core_and_gateway() -> AsyncIterator[_Server]:
    async with AsyncExitStack() as stack:
        bus = BusServer()
        await bus.start()
        stack.push_async_callback(bus.stop)
        settings: dict[str, Any] = {"bus_url": bus.url, "shards": 1}
        core = await stack.enter_async_context(ServerProcess("core", settings))
        gateway = await stack.enter_async_context(ServerProcess("gateway", settings))
        await ready(gateway.port)
        yield _Server(gateway.port, gateway, core)


async def ready(port: int) -> None:
    """Wait until a gateway has the market and accounts. Raises TimeoutError."""
    async with HttpClient(HOST, port) as http:
        for _ in range(round(READY_S / READY_CHECK_S)):
            if b'"ready"' in await http.get("/health/ready", statuses=(200, 503)):
                return
            await asyncio.sleep(READY_CHECK_S)
    raise TimeoutError("the gateway is not ready")
