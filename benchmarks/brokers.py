"""Orders a second through a gateway, with accounts in 1, 2 and 4 brokers on one PostgreSQL."""

from __future__ import annotations

import asyncio
import itertools
import time
from contextlib import AsyncExitStack
from typing import Any

import orjson

from benchmarks.gateway import ready
from benchmarks.http_client import HttpClient
from benchmarks.report import Figure, percentile
from benchmarks.server_process import HOST, ServerProcess
from tests.kit.postgresql import PostgresqlServer
from trading_api.bus.bus_server import BusServer

BROKERS = (1, 2, 4)
CLIENTS = 64
RUN_S = 5.0
PATH = "/api/v1/broker/orders?account_id="
ORDER = orjson.dumps({"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 1})


async def measure() -> list[Figure]:
    """Place resting orders in CLIENTS accounts. PostgreSQL writes to the disk at each commit."""
    postgresql = PostgresqlServer(options=())
    try:
        return [
            figure
            for count in BROKERS
            for figure in await _measure(postgresql.url(postgresql.create_database()), count)
        ]
    finally:
        postgresql.close()


async def _measure(database_url: str, count: int) -> list[Figure]:
    async with AsyncExitStack() as stack:
        bus = BusServer()
        await bus.start()
        stack.push_async_callback(bus.stop)
        settings: dict[str, Any] = {
            "bus_url": bus.url,
            "database_url": database_url,
            "shards": count,
        }
        await stack.enter_async_context(ServerProcess("market", settings))
        brokers = [
            await stack.enter_async_context(ServerProcess("broker", settings)) for _ in range(count)
        ]
        gateway = await stack.enter_async_context(ServerProcess("gateway", settings))
        await ready(gateway.port)
        await _place_orders(gateway.port, 1.0)
        before_s = gateway.cpu_s(), sum(broker.cpu_s() for broker in brokers)
        took_s = await _place_orders(gateway.port, RUN_S)
        after_s = gateway.cpu_s(), sum(broker.cpu_s() for broker in brokers)
    name = f"{count} brokers" if count > 1 else "1 broker"
    gateway_us, broker_us = (
        (after - before) / len(took_s) * 1e6
        for before, after in zip(before_s, after_s, strict=True)
    )
    return [
        Figure("brokers", f"{name}, {CLIENTS} clients", len(took_s) / RUN_S, "orders / s"),
        Figure("brokers", f"{name}, p50", percentile(took_s, 50) * 1e3, "ms"),
        Figure("brokers", f"{name}, gateway", gateway_us, "us CPU / order"),
        Figure("brokers", f"{name}, brokers", broker_us, "us CPU / order"),
    ]


async def _place_orders(port: int, run_s: float) -> list[float]:
    took_s: list[float] = []
    end_s = time.perf_counter() + run_s

    async def client(number: int) -> None:
        async with HttpClient(HOST, port) as http:
            for _ in itertools.count():
                sent_s = time.perf_counter()
                if sent_s > end_s:
                    return
                await http.post(f"{PATH}TRADER-{number}", ORDER)
                took_s.append(time.perf_counter() - sent_s)

    async with asyncio.TaskGroup() as tasks:
        for number in range(CLIENTS):
            tasks.create_task(client(number))
    return took_s
