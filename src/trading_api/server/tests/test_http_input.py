"""How much of an HTTP connection's input is parsed in one turn of the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import uvicorn
from uvicorn.server import ServerState

from tests.kit.server import TIMEOUT_S
from trading_api.limits.connection_limiter import ConnectionLimiter
from trading_api.server.http_protocol import (
    SLICE_BYTES,
    SLICE_FRAMES,
    PendingHeads,
    TimeoutHttpProtocol,
)
from trading_api.server.parse_turns import FRAMES_PER_TURN, ParseTurns
from trading_api.server.tests.test_parse_turns import TransportDouble, turns

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK = b"1\r\nx\r\n"
COUNT = 5000
SLICES_PER_TURN = FRAMES_PER_TURN // SLICE_FRAMES


class Transport(TransportDouble):
    def pause_reading(self) -> None:
        self.is_paused = True

    def resume_reading(self) -> None:
        self.is_paused = False

    def get_protocol(self) -> None: ...


class Connection(TimeoutHttpProtocol):
    chunks = 0

    def on_body(self, body: bytes) -> None:
        self.chunks += 1
        super().on_body(body)


@asynccontextmanager
async def connection(app: Any) -> AsyncIterator[tuple[Connection, Transport]]:
    config = uvicorn.Config(app, interface="asgi3", log_config=None)
    config.load()
    state, transport = ServerState(), Transport()
    protocol = Connection(
        config,
        state,
        {},
        connection_limiter=ConnectionLimiter(10, "address"),
        pending_heads=PendingHeads(10),
        head_bytes_max=65536,
        turns=ParseTurns(),
    )
    protocol.connection_made(cast(asyncio.Transport, transport))
    async with asyncio.timeout(TIMEOUT_S):
        yield protocol, transport
    protocol.connection_lost(None)
    for task in list(state.tasks):
        task.cancel()
    await asyncio.gather(*state.tasks, return_exceptions=True)


async def test_pipelined_requests_are_parsed_no_faster_than_they_are_answered() -> None:
    answered = 0
    most_waiting = 0

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal answered, most_waiting
        most_waiting = max(most_waiting, len(protocol.pipeline))
        answered += 1
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async with connection(app) as (protocol, transport):
        protocol.data_received(REQUEST * COUNT)
        assert transport.is_paused
        while answered < COUNT:
            await turns(1)
        assert most_waiting <= SLICE_BYTES // len(REQUEST) + 1
        await turns(1)
        assert not transport.is_paused


async def test_the_chunks_of_a_body_that_is_not_read_are_parsed_in_many_turns() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 401, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async with connection(app) as (protocol, transport):
        protocol.data_received(CHUNKED + CHUNK * COUNT)
        assert transport.is_paused
        while protocol.chunks < COUNT:
            before = protocol.chunks
            await turns(1)
            assert protocol.chunks <= before + SLICES_PER_TURN * (SLICE_BYTES // len(CHUNK) + 1)
        await turns(1)
        assert not transport.is_paused
