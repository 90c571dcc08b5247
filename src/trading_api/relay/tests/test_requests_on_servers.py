"""Forwarded requests on each kind of bus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from starlette.types import Receive, Scope, Send

from tests.kit.bus_servers import KINDS, BusTestServer, running
from tests.kit.forwarded_requests import owners
from trading_api.bus.port import Bus

ECHO = "/api/v1/broker/echo"
LARGE = bytes(range(256)) * 6_000
CONFIG = "/api/v1/broker/config"


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest) -> Iterator[BusTestServer]:
    with running(request.param) as server:
        yield server


@asynccontextmanager
async def connected(server: BusTestServer) -> AsyncIterator[Bus]:
    bus = server.bus()
    await bus.start()
    try:
        yield bus
    finally:
        await bus.close()


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = (await receive())["body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def test_long_bodies_travel_both_ways(server: BusTestServer) -> None:
    async with connected(server) as near, connected(server) as far, owners() as owning:
        await owning.host(echo, bus=far)
        client = await owning.client(near, body_bytes_max=len(LARGE))
        assert (await client.post(ECHO, content=LARGE)).content == LARGE


async def test_without_an_owner_nothing_was_done(server: BusTestServer) -> None:
    async with connected(server) as near, owners() as owning:
        client = await owning.client(near, total_timeout_s=0.05)
        answer = await client.post("/api/v1/broker/orders", json={})
        assert (answer.status_code, answer.json()["code"]) == (503, "owner_unavailable")


async def test_requests_are_answered_while_their_shard_moves(server: BusTestServer) -> None:
    async with connected(server) as near, connected(server) as far, owners() as owning:
        hosts = [await owning.host(echo, bus=near), await owning.host(echo, [], bus=far)]
        client = await owning.client(near)

        async def ask() -> list[int]:
            return [(await client.get(CONFIG)).status_code for _ in range(20)]

        async def move() -> None:
            for epoch in range(2, 5):
                await hosts[0].release("shard-0")
                hosts.reverse()
                await hosts[0].claim("shard-0", epoch)

        first, second, _ = await asyncio.gather(ask(), ask(), move())
        assert first + second == [200] * 40
