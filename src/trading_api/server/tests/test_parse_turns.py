"""How many frames of WebSockets are parsed in one turn of the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
import uvicorn
from uvicorn.server import ServerState

from tests.kit.raw_websocket import PING, PONG, TEXT, frame
from tests.kit.server import TIMEOUT_S
from trading_api.server.parse_turns import FRAMES_PER_TURN, ParseTurns
from trading_api.server.websocket_protocol import (
    DISCARD_INTERVAL_S,
    SLICE_BYTES,
    TradingWebSocketProtocol,
)

HEAD = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
READ_BYTES = 64 * 1024
MOST = FRAMES_PER_TURN + SLICE_BYTES // len(frame(PONG)) + 1


class TransportDouble:
    """Records what is written and whether reading is paused."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.is_paused = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def pause_reading(self) -> None:
        assert not self.is_paused
        self.is_paused = True

    def resume_reading(self) -> None:
        assert self.is_paused
        self.is_paused = False

    def is_closing(self) -> bool:
        return False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def set_write_buffer_limits(self, high: int) -> None: ...
    def close(self) -> None: ...


class Client:
    """A connected client. `frames` is the number of its frames that were reported; they are too
    many if `is_over`. `texts` are the messages that the application received."""

    def __init__(self, turns: ParseTurns) -> None:
        self.frames = 0
        self.is_over = False
        self.texts: list[str] = []
        self.transport = TransportDouble()
        config = uvicorn.Config(self._app, interface="asgi3", log_config=None)
        config.load()
        self.state = ServerState()
        self.connection = TradingWebSocketProtocol(config, self.state, {}, turns=turns)
        self.connection.connection_made(cast(asyncio.Transport, self.transport))
        self.connection.data_received(HEAD)
        self.receive = self.connection.data_received

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        self.connection.attach(self)
        while (event := await receive())["type"] == "websocket.receive":
            self.texts.append(event["text"])

    def on_frames(self, count: int) -> bool:
        self.frames += count
        return not self.is_over

    def request_close(self, code: int, reason: str) -> None: ...
    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...
    def connection_lost(self) -> None: ...
    def on_shutdown(self) -> None: ...


Connect = Callable[[], Client]


@asynccontextmanager
async def connecting() -> AsyncIterator[Connect]:
    """Yield a function that makes clients of one server."""
    turns = ParseTurns()
    clients: list[Client] = []

    def connect() -> Client:
        clients.append(Client(turns))
        return clients[-1]

    async with asyncio.timeout(TIMEOUT_S):
        yield connect
    tasks = [task for client in clients for task in client.state.tasks]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize("opcode", [PING, PONG])
async def test_a_read_full_of_empty_frames_is_parsed_in_many_turns(opcode: int) -> None:
    async with connecting() as connect:
        client = connect()
        await turns()
        count = READ_BYTES // len(frame(opcode))
        client.receive(frame(opcode) * count)
        assert client.transport.is_paused
        before = client.frames
        while client.frames < count:
            await asyncio.sleep(0)
            assert before < client.frames <= before + MOST
            before = client.frames
        await turns(1)
        assert not client.transport.is_paused


async def test_many_connections_share_the_frames_of_a_turn() -> None:
    async with connecting() as connect:
        clients = [connect() for _ in range(50)]
        await turns()
        for client in clients:
            client.receive(frame(PONG) * 40)  # less than a slice
        assert sum(client.frames for client in clients) <= MOST
        await turns(1)
        assert sum(client.frames for client in clients) <= 2 * MOST
        await turns(40 * 50 // FRAMES_PER_TURN + 2)
        assert [client.frames for client in clients] == [40] * 50


async def test_a_message_is_handled_while_the_flood_of_another_connection_waits() -> None:
    async with connecting() as connect:
        flood, other = connect(), connect()
        await turns()
        flood.receive(frame(PONG) * 10_000)
        other.receive(frame(TEXT, b"hello"))
        while not other.texts:
            await turns(1)
        assert flood.frames < 3 * MOST


async def test_texts_are_parsed_no_faster_than_the_application_takes_them() -> None:
    async with connecting() as connect:
        client = connect()
        await turns()
        client.receive(frame(TEXT, b"1") * 1000)
        await turns(3)
        assert client.frames <= SLICE_BYTES // len(frame(TEXT, b"1")) * 3 + 3
        while len(client.texts) < 1000:
            await turns(1)


async def test_what_arrives_before_the_handshake_is_complete_waits_for_it() -> None:
    async with connecting() as connect:
        client = connect()
        client.receive(frame(TEXT, b"early"))
        assert client.transport.is_paused
        await turns(8)
        assert client.texts == ["early"]
        assert not client.transport.is_paused


async def test_a_client_that_does_not_read_receives_one_pong_for_its_pings() -> None:
    async with connecting() as connect:
        client = connect()
        await turns()
        client.transport.written.clear()
        client.connection.pause_writing()
        for number in range(100):
            client.receive(frame(PING, b"%d" % number))
            await turns(1)
        assert client.transport.written == []
        client.connection.resume_writing()
        assert client.transport.written == [b"\x8a\x0299"]


async def test_what_arrives_after_the_limit_is_discarded_one_read_in_an_interval() -> None:
    async with connecting() as connect:
        client = connect()
        await turns()
        states: list[bool] = []
        client.is_over = True
        client.receive(frame(PONG))
        states.append(client.transport.is_paused)
        client.connection.close_sent = True
        client.connection.parse_slice()
        for _ in range(3):
            states.append(client.transport.is_paused)
            client.receive(frame(PONG) * 1_000)
            states.append(client.transport.is_paused)
            await asyncio.sleep(2 * DISCARD_INTERVAL_S)
        assert states == [True, False, True, False, True, False, True]
        assert client.frames == 1
