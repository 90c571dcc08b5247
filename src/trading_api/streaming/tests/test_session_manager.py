"""The sessions of an application: admission, limits and the shutdown."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from fastapi import WebSocketException
from starlette.websockets import WebSocket

from trading_api.auth.principal import Principal
from trading_api.auth.tokens import TokenVerifier
from trading_api.errors import TooManyRequests, Unavailable
from trading_api.limits.connection_limiter import ConnectionLimits, Lease
from trading_api.streaming.fan_out import FanOut
from trading_api.streaming.session import CLIENT_LEFT, SHUTDOWN, Session, SessionOptions
from trading_api.streaming.session_manager import SPREAD_TURN_S, SessionManager
from trading_api.streaming.subscriptions import Subscriptions


class Verifier(TokenVerifier):
    """Lets every client in, as soon as `gate` is set."""

    def __init__(self) -> None:
        super().__init__(None, "DEMO-ACCOUNT")
        self.gate = asyncio.Event()
        self.gate.set()

    async def authenticate(self, token: str | None) -> Principal:
        await self.gate.wait()
        return await super().authenticate(token)


class Server:
    """A manager whose HTTP requests are in progress until `idle` is set."""

    def __init__(self, spread_s: float = 0.0, **limits: int) -> None:
        self.idle = asyncio.Event()
        self.idle.set()
        self.verifier = Verifier()
        self.manager = SessionManager(
            SessionOptions(
                re.compile("http://allowed"),
                outbox_size=8,
                shutdown_spread_s=spread_s,
                limits=ConnectionLimits(**limits),
            ),
            self.verifier,
            FanOut(lambda: 0),
            Subscriptions(),
            self._wait_idle,
        )

    async def _wait_idle(self) -> None:
        await self.idle.wait()

    async def open(self, origin: str = "http://allowed") -> Session:
        events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        events.put_nowait({"type": "websocket.connect"})

        async def discard(message: Any) -> None: ...

        scope = {
            "type": "websocket",
            "client": ("10.0.0.1", 1),
            "headers": [(b"origin", origin.encode()), (b"host", b"server")],
        }
        return await self.manager.open(WebSocket(scope, events.get, discard), Lease())


async def test_a_session_is_registered_until_it_is_released() -> None:
    server = Server()
    session = await server.open()
    assert server.manager.sessions == {session.uid: session}
    server.manager.unregister(session)
    assert server.manager.sessions == {}
    assert session.closed


async def test_a_page_of_a_foreign_origin_opens_no_session() -> None:
    with pytest.raises(WebSocketException):
        await Server().open(origin="http://foreign")


async def test_connections_of_an_address_are_limited() -> None:
    server = Server(connections_per_address=1)
    await server.open()
    with pytest.raises(TooManyRequests):
        await server.open()


async def test_a_shutdown_closes_every_session_once_requests_are_answered() -> None:
    server = Server()
    server.idle.clear()
    session = await server.open()
    closing = asyncio.create_task(server.manager.close_on_shutdown())
    server.manager.request_shutdown()
    with pytest.raises(Unavailable):
        await server.open()
    await asyncio.sleep(0)
    assert not closing.done()
    server.idle.set()
    await closing
    assert session.release() == SHUTDOWN


async def test_a_shutdown_can_spread_the_ends_of_the_sessions() -> None:
    server = Server(spread_s=2 * SPREAD_TURN_S)
    first, second = await server.open(), await server.open()
    server.manager.request_shutdown()
    closing = asyncio.create_task(server.manager.close_on_shutdown())
    await asyncio.sleep(0)
    assert first.release() == SHUTDOWN
    assert second.release() == CLIENT_LEFT
    await closing


async def test_a_session_whose_handshake_ends_after_the_shutdown_is_closed_too() -> None:
    server = Server()
    server.verifier.gate.clear()
    opening = asyncio.create_task(server.open())
    await asyncio.sleep(0)
    server.manager.request_shutdown()
    await server.manager.close_on_shutdown()
    server.verifier.gate.set()
    assert (await opening).release() == SHUTDOWN
