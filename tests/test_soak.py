"""Clients that connect and disconnect, 100 a second for SOAK_S seconds, leak nothing."""

import asyncio
import gc
import os
import random
from pathlib import Path

from tests.kit.echo_route import REQUEST, EchoApp, bar
from tests.kit.server import connected, serving, until

SOAK_S = float(os.environ.get("SOAK_S", "5"))
WARM_UP_S = 1.0
COMING_S = 1 / 100
STAYING_S = 0.5
TELLING_S = 0.01

OBJECTS_MORE_MAX = 2_000
"""The growth that caches may cause. One leaked object per client is 400 in five seconds."""

RESIDENT_MORE_MAX = 16 * 2**20


async def test_connecting_and_disconnecting_clients_leak_nothing() -> None:
    echo = EchoApp(outbox_size=64)
    choice = random.Random(7)
    async with serving(echo.api_app) as address:
        tasks = len(asyncio.all_tasks())
        await _soak(echo, address, WARM_UP_S, choice)
        before, resident = await _left_behind(echo, tasks), _resident_bytes()
        await _soak(echo, address, SOAK_S - WARM_UP_S, choice)
        after = await _left_behind(echo, tasks)
        assert after - before < OBJECTS_MORE_MAX
        assert _resident_bytes() - resident < RESIDENT_MORE_MAX


async def _soak(echo: EchoApp, address: str, seconds: float, choice: random.Random) -> None:
    loop = asyncio.get_running_loop()
    telling = asyncio.create_task(_tell(echo))
    end = loop.time() + seconds
    async with asyncio.TaskGroup() as clients:
        while loop.time() < end:
            clients.create_task(_visit(address, random.Random(choice.random())))
            await asyncio.sleep(COMING_S)
    telling.cancel()


async def _tell(echo: EchoApp) -> None:
    number = 0
    while True:
        number += 1
        echo.bars.publish(bar(number % 5, close=number))
        echo.fills.publish(bar(number))
        await asyncio.sleep(TELLING_S)


async def _visit(address: str, choice: random.Random) -> None:
    async with connected(address, close_timeout=0.1) as client:
        for route in ("bars", "fills"):
            await client.subscribe(route, **REQUEST | {"symbol": choice.choice("ABC")})
        match choice.choice(["leaves", "unsubscribes", "stops reading", "dies"]):
            case "unsubscribes":
                await client.send("bars.unsubscribe", REQUEST)
            case "stops reading":
                client.connection.transport.pause_reading()
        await asyncio.sleep(choice.random() * STAYING_S)
        if choice.random() < 0.3:
            client.connection.transport.abort()


async def _left_behind(echo: EchoApp, tasks: int) -> int:
    """Return the number of objects, once all clients are disconnected."""
    await until(lambda: not echo.ws_app.connections)
    await until(lambda: len(asyncio.all_tasks()) <= tasks)
    assert (echo.bars.live, echo.fills.live) == ({}, {})
    assert len(echo.ws_app.subscriptions) == 0
    gc.collect()
    return len(gc.get_objects())


def _resident_bytes() -> int:
    """Return the resident bytes, or 0 where the system does not report them."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return 0
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
