"""How a session's frames leave: by the connection that our own server protocol offers, or by
ordinary ASGI sends."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from trading_api.clock import running_clock
from trading_api.streaming.frames import TEXT, messages

log = logging.getLogger(__name__)

CONNECTION = "trading_api.connection"
"""The ASGI scope's extension under which a server offers its own connection."""

INVALID_TEXT = {"type": "websocket.receive"}
"""What our own server protocol delivers for a text message that is not UTF-8."""

CLOSE_TIMEOUT_S = 5.0


class ConnectionHandler(Protocol):
    """The session that a connection reports to."""

    def on_frames(self, count: int) -> bool:
        """Called when the client sent frames of any kind. Return False if it sent too many: the
        session ends, and nothing more need be read."""
        ...

    def request_close(self, code: int, reason: str) -> None:
        """Called when the client broke a rule of the connection."""
        ...

    def pause_writing(self) -> None:
        """Called when the connection is full."""
        ...

    def resume_writing(self) -> None:
        """Called when the connection accepts bytes again."""
        ...

    def connection_lost(self) -> None:
        """Called when nothing may be written any more."""
        ...

    @property
    def on_shutdown(self) -> Callable[[], None]:
        """Called when the server stops and leaves it to the session to close the connection."""
        ...


class Connection(Protocol):
    """What a session writes to, and what reports its client's activity."""

    @property
    def write(self) -> Callable[[bytes], None]:
        """The function that takes any number of frames. It never waits, and is not called after
        `connection_lost`."""
        ...

    @property
    def shares_compressed_frames(self) -> bool:
        """Whether the client accepts frames that are compressed once for many clients."""
        ...

    def attach(self, handler: ConnectionHandler) -> None: ...

    def detach(self) -> None:
        """Report nothing to the handler from now on."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Send a close frame after what was written, even to a client that does not read, and drop
        the connection if the client keeps it open for CLOSE_TIMEOUT_S."""
        ...


def offered_connection(ws: WebSocket) -> Connection:
    """Return the connection of our own server, or one by ordinary ASGI sends."""
    offered: Connection | None = ws.scope.get("extensions", {}).get(CONNECTION)
    return offered or AsgiConnection(ws)


class AsgiConnection:
    """A connection by ordinary ASGI sends: full while a `send` has not returned.

    It serves under any ASGI server, and is the slow twin of TradingWebSocketProtocol in tests."""

    shares_compressed_frames = False

    def __init__(self, ws: WebSocket) -> None:
        self._ws = ws
        self._handler: ConnectionHandler | None = None
        # Bounded by the session's outbox, which writes to a full connection only before it closes.
        self._unsent: deque[tuple[int, bytes]] = deque()
        self._sending: asyncio.Task[None] | None = None

    def attach(self, handler: ConnectionHandler) -> None:
        self._handler = handler

    def detach(self) -> None:
        self._handler = None
        if self._sending is not None:
            self._sending.cancel()

    def write(self, frames: bytes) -> None:
        self._unsent.extend(messages(frames))
        if self._sending is None and self._handler is not None:
            self._handler.pause_writing()
            self._sending = asyncio.create_task(self._send(self._handler))

    async def close(self, code: int, reason: str) -> None:
        try:
            async with running_clock().timeout(CLOSE_TIMEOUT_S):
                if self._sending is not None:
                    await asyncio.wait([self._sending])
                if self._is_open():
                    await self._ws.close(code, reason)
        except (TimeoutError, WebSocketDisconnect):
            log.info("client_did_not_read")

    async def _send(self, handler: ConnectionHandler) -> None:
        try:
            while self._unsent:
                kind, content = self._unsent.popleft()
                if kind == TEXT:
                    await self._ws.send_text(content.decode())
                else:
                    await self._ws.send_bytes(content)
        except WebSocketDisconnect:
            handler.connection_lost()
        except Exception:
            log.exception("frame_not_sent")
            handler.connection_lost()
        finally:
            self._sending = None
        handler.resume_writing()

    def _is_open(self) -> bool:
        states = (self._ws.client_state, self._ws.application_state)
        return WebSocketState.DISCONNECTED not in states
