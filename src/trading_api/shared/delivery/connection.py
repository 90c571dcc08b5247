"""Where a session's frames leave: by the connection that our own server protocol offers, or by
ordinary ASGI sends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from trading_api.shared.delivery.frames import text_of

log = logging.getLogger(__name__)

CONNECTION = "trading_api.connection"
"""The ASGI scope's extension under which a server offers its own connection."""

CLOSE_TIMEOUT_S = 5.0


class ConnectionUser(Protocol):
    """Told what happens on its connection."""

    def heard(self) -> None:
        """A control frame came."""
        ...

    def pause(self) -> None:
        """The connection is full."""
        ...

    def resume(self) -> None:
        """It is not any more."""
        ...


class Connection(Protocol):
    def attach(self, user: ConnectionUser) -> None: ...

    def detach(self) -> None:
        """Nothing is written or told any more."""
        ...

    def write(self, frames: Sequence[bytes]) -> None:
        """Takes all of them, unless the client is gone. Never waits."""
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
        self._unsent: list[bytes] = []
        self._sending: asyncio.Task[None] | None = None

    def attach(self, user: ConnectionUser) -> None:
        self._user = user

    def detach(self) -> None:
        self._user = None
        if self._sending is not None:
            self._sending.cancel()

    def write(self, frames: Sequence[bytes]) -> None:
        if not self._is_open():
            return
        self._unsent += frames
        if self._sending is None and self._user is not None:
            self._user.pause()
            self._sending = asyncio.create_task(self._send())

    async def close(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                if self._sending is not None:
                    await asyncio.wait([self._sending])
                if self._is_open():
                    await self._ws.close(code, reason)
        except (TimeoutError, WebSocketDisconnect):
            log.info("client_did_not_read")

    async def _send(self) -> None:
        try:
            while self._unsent:
                await self._ws.send_text(text_of(self._unsent.pop(0)).decode())
        except WebSocketDisconnect:
            self._unsent.clear()
            return
        except Exception:
            log.exception("frame_not_sent")
            self._unsent.clear()
            return
        finally:
            self._sending = None
        if self._user is not None:
            self._user.resume()

    def _is_open(self) -> bool:
        states = (self._ws.client_state, self._ws.application_state)
        return WebSocketState.DISCONNECTED not in states
