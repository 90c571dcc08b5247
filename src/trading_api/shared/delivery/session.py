"""One connected client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable
from typing import Any

from fastws import Client, Message
from pydantic import ValidationError
from starlette.websockets import WebSocket

from trading_api.shared.delivery.connection import CONNECTION, AsgiConnection, Connection
from trading_api.shared.delivery.frames import text_frame
from trading_api.shared.delivery.outbox import Outbox

WRITE_BYTES_MAX = 64 * 1024
"""About so much is handed to a connection before it is asked again whether it is full."""


class Session(Client):
    """Reads messages. Its frames wait in its outbox until the loop's tick ends, and longer only
    while the connection is full: then the client is slow, and waits for nobody but itself.
    `on_filled` is told that something waits, and calls `flush` when the tick ends."""

    def __init__(
        self, ws: WebSocket, outbox_size: int, on_filled: Callable[[Session], None]
    ) -> None:
        super().__init__(ws)
        self.outbox = Outbox(outbox_size)
        self.closed = False
        self.too_slow = False
        self.ended = "the client went"
        self.on_heard: Callable[[], None] = lambda: None
        self.on_cut_off: Callable[[], None] = lambda: None
        self._on_filled = on_filled
        self._to_flush = False
        self._paused = False
        offered: Connection | None = ws.scope.get("extensions", {}).get(CONNECTION)
        self._connection = offered or AsgiConnection(ws)
        self._connection.attach(self)

    async def __aiter__(self) -> AsyncIterator[Message[str, Any]]:
        """Messages until the client goes. Raises ValueError for what is none."""
        while (event := await self.ws.receive())["type"] != "websocket.disconnect":
            self.heard()
            yield _message(event.get("text"))

    async def send(self, message: str) -> None:
        self.deliver(text_frame(message.encode()))

    def deliver(self, frame: bytes, key: Hashable | None = None) -> None:
        """Never waits. A slow client whose outbox is full is cut off."""
        if self.closed:
            return
        outbox = self.outbox
        if outbox.half_full:
            # Only what a slow client has not read yet may give way to something newer.
            self.flush()
        if not outbox.put(frame, key):
            self._cut_off()
        elif not self._to_flush:
            self._to_flush = True
            self._on_filled(self)

    def flush(self) -> None:
        """Writes what waits, as far as the connection is not full."""
        self._to_flush = False
        outbox = self.outbox
        while outbox and not self._paused:
            self._connection.write(outbox.take(WRITE_BYTES_MAX))

    async def catch_up(self, timeout_s: float) -> None:
        """Waits until half of its outbox is free. A client that takes too long is cut off."""
        self.flush()
        if self.closed or not self.outbox.half_full:
            return
        try:
            async with asyncio.timeout(timeout_s):
                await self.outbox.calm()
        except TimeoutError:
            self._cut_off()

    async def close(self, code: int, reason: str) -> None:
        """What still waits in the outbox is sent first, unless the client is too slow for it."""
        self.closed = True
        self.ended = f"{code} {reason}"
        while self.outbox and not self.too_slow:
            self._connection.write(self.outbox.take(WRITE_BYTES_MAX))
        await self._connection.close(code, reason)

    def end(self) -> None:
        """The client is gone, however it went."""
        self.closed = True
        self.outbox.clear()
        self._connection.detach()

    def heard(self) -> None:
        self.on_heard()

    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        self._paused = False
        self.flush()

    def _cut_off(self) -> None:
        self.closed = self.too_slow = True
        self.outbox.clear()
        self.on_cut_off()


def _message(text: str | None) -> Message[str, Any]:
    if text is None:
        raise ValueError("a binary frame")
    try:
        return Message.model_validate_json(text)
    except ValidationError as error:
        raise ValueError("not a message") from error
