"""One connected client."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Hashable
from typing import Any, Protocol

from fastws import Client, Message
from pydantic import ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from trading_api.shared.delivery.outbox import Outbox

log = logging.getLogger(__name__)

CONNECTION = "trading_api.connection"
"""The ASGI scope's extension under which a server's own connection offers itself."""

CLOSE_TIMEOUT_S = 5.0


class Connection(Protocol):
    """What ASGI hides and our server's protocol class shows."""

    on_control_frame: Callable[[], None] | None

    def close(self, code: int, reason: str) -> None:
        """Sends the close frame even to a client that does not read, and drops the connection
        if it stays."""
        ...


class TooSlow(Exception):
    """The client does not keep up with updates that may not be dropped."""


class Session(Client):
    """Reads messages, and sends frames from its outbox by a task of its own, so that a client
    waits for nobody but itself."""

    def __init__(self, ws: WebSocket, outbox_size: int) -> None:
        super().__init__(ws)
        self.outbox = Outbox(outbox_size)
        self.closed = False
        self.ended = "the client went"
        self.on_frame: Callable[[], None] = lambda: None
        self._sender: asyncio.Task[None] | None = None
        self._too_slow = False
        self._connection: Connection | None = ws.scope.get("extensions", {}).get(CONNECTION)
        if self._connection is not None:
            self._connection.on_control_frame = lambda: self.on_frame()

    async def __aiter__(self) -> AsyncIterator[Message[str, Any]]:
        """Messages until the client goes. Raises ValueError for what is none."""
        while (event := await self.ws.receive())["type"] != "websocket.disconnect":
            self.on_frame()
            yield _message(event.get("text"))

    async def send(self, message: str) -> None:
        self.deliver(message)

    def deliver(self, frame: str, key: Hashable | None = None) -> None:
        """Never waits. A client whose outbox is full is cut off."""
        if not self.closed and not self.outbox.put(frame, key):
            self._cut_off()

    async def catch_up(self, timeout_s: float) -> None:
        """Waits until half of its outbox is free. A client that takes too long is cut off."""
        if self.closed or self.outbox.is_calm:
            return
        try:
            async with asyncio.timeout(timeout_s):
                await self.outbox.calm()
        except TimeoutError:
            self._cut_off()

    def _cut_off(self) -> None:
        self.closed = self._too_slow = True
        if self._sender is not None:
            self._sender.cancel()

    async def send_outbox(self) -> None:
        """Until cancelled, or the client goes. Raises TooSlow."""
        self._sender = asyncio.current_task()
        try:
            while True:
                await self.ws.send_text(await self.outbox.get())
        except WebSocketDisconnect:
            self.closed = True
            self.outbox.clear()
        except asyncio.CancelledError:
            if self._too_slow:
                raise TooSlow from None
            raise

    async def close(self, code: int, reason: str) -> None:
        """What still waits in the outbox is sent first, unless the client is too slow for it."""
        self.closed = True
        self.ended = f"{code} {reason}"
        if WebSocketState.DISCONNECTED in (self.ws.client_state, self.ws.application_state):
            return
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                while len(self.outbox) and not self._too_slow:
                    await self.ws.send_text(self.outbox.pop())
                if self._connection is None:
                    await self.ws.close(code, reason)
        except (TimeoutError, WebSocketDisconnect):
            log.info("client_did_not_read", extra={"client": self.uid})
        if self._connection is not None:
            self._connection.close(code, reason)


def _message(text: str | None) -> Message[str, Any]:
    if text is None:
        raise ValueError("a binary frame")
    try:
        return Message.model_validate_json(text)
    except ValidationError as error:
        raise ValueError("not a message") from error
