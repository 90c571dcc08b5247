"""One session: how it ends, its deadlines, and what it does with a client's messages."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastws import Message
from pydantic import RootModel
from starlette.websockets import WebSocket

from trading_api.auth.principal import Principal
from trading_api.clock import TICK_S
from trading_api.limits.connection_limiter import ConnectionLimits, Lease
from trading_api.streaming import session as session_module
from trading_api.streaming.frames import texts
from trading_api.streaming.message_format import JSON
from trading_api.streaming.outbox import Outbox
from trading_api.streaming.session import (
    CLIENT_LEFT,
    Session,
    SessionClose,
    SessionClosed,
    SessionOptions,
)
from trading_api.streaming.transports import ConnectionHandler

ANONYMOUS = Principal.anonymous("DEMO-ACCOUNT")
PING = json.dumps({"type": "ping", "payload": {}})


Text = RootModel[str]


def text_of(reply: str) -> bytes:
    """Return the message of a reply whose payload is a text."""
    return b'{"type":"r","payload":"%b"}' % reply.encode()


class ConnectionDouble:
    """A connection that records what was written and how it was closed."""

    shares_compressed_frames = False

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed: SessionClose | None = None
        self.handler: ConnectionHandler | None = None

    @property
    def write(self) -> Callable[[bytes], None]:
        return self.written.append

    def attach(self, handler: ConnectionHandler) -> None:
        self.handler = handler

    def detach(self) -> None:
        self.handler = None

    async def close(self, code: int, reason: str) -> None:
        self.closed = SessionClose(code, reason)


class Client:
    """A client of one session, which replies "pong" to every message by default."""

    def __init__(
        self, principal: Principal | None = ANONYMOUS, outbox_size: int = 8, **options: Any
    ) -> None:
        self.connection = ConnectionDouble()
        self.handled: list[str] = []
        self.error: Exception | None = None
        self.dirty: list[Outbox] = []
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._events.put_nowait({"type": "websocket.connect"})
        ws = WebSocket({"type": "websocket"}, self._events.get, self._discard)
        self.session = Session(
            ws,
            self.connection,
            SessionOptions(re.compile(""), outbox_size=outbox_size, **options),
            JSON,
            Lease(),
            principal,
            self.dirty,
            lambda: None,
            lambda: None,
            lambda: None,
        )

    async def accept(self) -> None:
        await self.session.ws.accept()

    def send(self, text: str) -> None:
        self._events.put_nowait({"type": "websocket.receive", "text": text})

    def leave(self) -> None:
        self._events.put_nowait({"type": "websocket.disconnect", "code": 1000})

    async def handle(self, message: Message[str, Any], session: Session) -> None:
        if self.error:
            raise self.error
        self.handled.append(message.type)
        session.reply("r", Text(root="pong"))

    def received(self) -> list[bytes]:
        return [text for frames in self.connection.written for text in texts(frames)]

    async def _discard(self, message: Any) -> None: ...


@asynccontextmanager
async def served(client: Client) -> AsyncIterator[asyncio.Task[None]]:
    """The session's `serve`, which has ended afterwards."""
    before = asyncio.all_tasks()
    await client.accept()
    serving = asyncio.create_task(client.session.serve(client.handle))
    yield serving
    async with asyncio.timeout(5):
        await serving
    client.session.release()
    assert asyncio.all_tasks() == before


async def test_the_first_request_to_close_wins_and_what_waits_is_sent_before_it() -> None:
    client = Client()
    async with served(client):
        client.session.reply("r", Text(root="last words"))
        client.session.request_close(1008, "first")
        client.session.request_close(1011, "second")
    assert client.received() == [text_of("last words")]
    assert client.connection.closed == (1008, "first")
    assert client.session.release() == (1008, "first")


async def test_a_client_that_leaves_is_sent_no_close_frame() -> None:
    client = Client()
    async with served(client):
        client.send(PING)
        client.leave()
    assert client.handled == ["ping"]
    assert client.connection.closed is None
    assert client.session.release() == CLIENT_LEFT


async def test_a_session_that_is_cancelled_leaves_nothing_behind() -> None:
    client = Client(heartbeat_s=30)
    await client.accept()
    serving = asyncio.create_task(client.session.serve(client.handle))
    await asyncio.sleep(0)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert client.session.release() == CLIENT_LEFT
    assert client.session.closed
    assert client.connection.handler is None


@pytest.mark.parametrize(
    ("error", "close"),
    [
        (SessionClosed("not allowed"), (1008, "not allowed")),
        (ValueError("text"), (1003, "Could not decode message")),
        (ZeroDivisionError(), (1011, "Internal error")),
        (TimeoutError(), (1011, "Internal error")),
    ],
)
async def test_an_exception_of_a_handler_closes_the_session(
    error: Exception, close: tuple[int, str], caplog: pytest.LogCaptureFixture
) -> None:
    client = Client()
    client.error = error
    async with served(client):
        client.send(PING)
    assert client.connection.closed == close
    assert ("session_failed" in caplog.text) == (close[0] == 1011)


async def test_a_request_to_close_cancels_a_handler_that_waits() -> None:
    client = Client()
    cancelled = asyncio.Event()

    async def wait_forever(message: Message[str, Any], session: Session) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    client.handle = wait_forever  # type: ignore[method-assign]
    async with served(client):
        client.send(PING)
        await asyncio.sleep(0.01)
        client.session.request_close(1012, "restart")
    assert cancelled.is_set()
    assert client.connection.closed == (1012, "restart")


async def test_silence_for_a_heartbeat_interval_ends_the_session() -> None:
    client = Client(heartbeat_s=0.05)
    async with served(client):
        pass
    assert client.connection.closed == (
        1003,
        "Connection timed out. Heartbeat interval 0.05. Max connection lifespan unset",
    )


async def test_activity_renews_the_heartbeat_with_one_timer() -> None:
    client = Client(heartbeat_s=0.1)
    async with served(client) as serving:
        timers = set()
        for _ in range(10):
            await asyncio.sleep(0.03)
            client.session.on_activity()
            timers.add(id(client.session._timer))
        assert not serving.done()
        assert len(timers) <= 5, "a timer for each interval, not for each activity"
    assert client.connection.closed is not None


async def test_the_lifespan_ends_an_active_session() -> None:
    client = Client(heartbeat_s=10, lifespan_s=0.05)
    async with served(client):
        client.send(PING)
    assert client.connection.closed == (
        1003,
        "Connection timed out. Heartbeat interval 10. Max connection lifespan 0.05",
    )


async def test_a_client_has_to_authenticate_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "AUTH_TIMEOUT_S", 0.05)
    silent = Client(principal=None)
    async with served(silent):
        pass
    assert silent.connection.closed == (1008, "No token came within 0.05 s")
    early = Client(principal=None)
    async with served(early):
        early.send(PING)
    assert early.connection.closed == (1008, "Say who you are first, by a message of type auth")


async def test_a_renewed_token_moves_the_deadline() -> None:
    def expiring(after_s: float) -> Principal:
        return Principal("me", frozenset(), None, None, time.time() + after_s)

    client = Client(expiring(0.05))
    async with served(client) as serving:
        client.session.authenticate(expiring(0.15))
        await asyncio.sleep(0.1)
        assert not serving.done()
    assert client.connection.closed == (
        1008,
        "The token has expired; connect again with a fresh one",
    )


async def test_a_token_that_expired_while_the_machine_was_suspended_ends_the_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    suspended_s, wall_clock_s = [0.0], time.time
    monkeypatch.setattr(time, "time", lambda: wall_clock_s() + suspended_s[0])
    for valid_s, is_over in ((3_600, True), (7_200, False)):
        passive = Client(Principal("me", frozenset(), None, None, time.time() + valid_s))
        async with served(passive) as serving:
            await asyncio.sleep(2 * TICK_S)
            suspended_s[0] += 3_601
            await asyncio.wait([serving], timeout=5 if is_over else 3 * TICK_S)
            assert serving.done() == is_over
            passive.session.request_close(*CLIENT_LEFT)
        assert (passive.connection.closed is not None) == is_over


async def test_a_slow_consumer_is_disconnected_and_sent_nothing_more() -> None:
    client = Client(outbox_size=2)
    async with served(client):
        client.session.pause_writing()
        for number in range(3):
            client.session.reply("r", Text(root=str(number)))
        client.session.request_close(1008, "too late")
    assert client.received() == []
    assert client.connection.closed is not None
    assert client.connection.closed.code == 1013


async def test_catching_up_waits_for_a_reader_and_disconnects_who_does_not_read() -> None:
    client = Client(outbox_size=2, catch_up_s=0.05)
    async with served(client):
        client.session.pause_writing()
        client.session.reply("r", Text(root="a"))
        catching_up = asyncio.create_task(client.session.catch_up())
        await asyncio.sleep(0)
        client.session.resume_writing()
        await catching_up
        assert client.received() == [text_of("a")]
        client.session.pause_writing()
        client.session.reply("r", Text(root="b"))
        await client.session.catch_up()
    assert client.connection.closed is not None
    assert client.connection.closed.code == 1013


async def test_messages_beyond_the_limit_close_the_session() -> None:
    client = Client(limits=ConnectionLimits(messages_per_s=1))
    async with served(client):
        for _ in range(20):
            client.send(PING)
            client.dirty.clear()
    assert client.connection.closed == (1008, "Too many messages; at most 1 a second")
