"""Where a session's frames leave: by the connection that our own server protocol offers, or by
ordinary ASGI sends."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from trading_api.streaming.frames import texts

log = logging.getLogger(__name__)

CONNECTION = "trading_api.connection"
"""The ASGI scope's extension under which a server offers its own connection."""

CLOSE_TIMEOUT_S = 5.0


class ConnectionUser(Protocol):
    """Told what happens on its connection."""

    def heard(self) -> None:
        """A control frame came."""
        ...

    def full(self) -> None: ...

    def free(self) -> None:
        """Not full any more."""
        ...

    def gone(self) -> None:
        """Nothing may be written any more."""
        ...

    def stopping(self) -> None:
        """The server stops, and leaves it to its user to close the connection."""
        ...


class Connection(Protocol):
    @property
    def write(self) -> Callable[[bytes], None]:
        """Takes frames, any number at once. Never waits; not called after `gone`."""
        ...

    def attach(self, user: ConnectionUser) -> None: ...

    def detach(self) -> None:
        """Nothing is told any more."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Sends a close frame after what was written, even to a client that does not read, and
        drops the connection if it stays."""
        ...


class AsgiConnection:
    """The slow twin of `uvicorn_protocol`: full while an ASGI `send` has not returned."""

    def __init__(self, ws: WebSocket) -> None:
        self._ws = ws
        self._user: ConnectionUser | None = None
        # Bounded by its user, who writes into a full connection only to end it.
        self._unsent: deque[bytes] = deque()
        self._sending: asyncio.Task[None] | None = None

    def attach(self, user: ConnectionUser) -> None:
        self._user = user

    def detach(self) -> None:
        self._user = None
        if self._sending is not None:
            self._sending.cancel()

    def write(self, frames: bytes) -> None:
        self._unsent.extend(texts(frames))
        if self._sending is None and self._user is not None:
            self._user.full()
            self._sending = asyncio.create_task(self._send(self._user))

    async def close(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                if self._sending is not None:
                    await asyncio.wait([self._sending])
                if self._is_open():
                    await self._ws.close(code, reason)
        except (TimeoutError, WebSocketDisconnect):
            log.info("client_did_not_read")

    async def _send(self, user: ConnectionUser) -> None:
        try:
            while self._unsent:
                await self._ws.send_text(self._unsent.popleft().decode())
        except WebSocketDisconnect:
            user.gone()
        except Exception:
            log.exception("frame_not_sent")
            user.gone()
        finally:
            self._sending = None
        user.free()

    def _is_open(self) -> bool:
        states = (self._ws.client_state, self._ws.application_state)
        return WebSocketState.DISCONNECTED not in states
