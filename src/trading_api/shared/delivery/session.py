"""One connected client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastws import Client, Message
from pydantic import ValidationError
from starlette.websockets import WebSocket

from trading_api.shared.delivery.connection import CONNECTION, AsgiConnection, Connection
from trading_api.shared.delivery.frames import text_frame
from trading_api.shared.delivery.outbox import Outbox


class Session(Client):
    """Reads messages; what is put into its outbox leaves by its connection, so that a client
    waits for nobody but itself. Something in `filled` leaves when the loop's tick ends if
    `flush_soon` is called."""

    def __init__(
        self, ws: WebSocket, outbox_size: int, filled: list[Outbox], flush_soon: Callable[[], None]
    ) -> None:
        super().__init__(ws)
        self.too_slow = False
        self.ended = "the client went"
        self.on_heard: Callable[[], None] = lambda: None
        self.on_cut_off: Callable[[], None] = lambda: None
        offered: Connection | None = ws.scope.get("extensions", {}).get(CONNECTION)
        self._connection = offered or AsgiConnection(ws)
        self.outbox = Outbox(outbox_size, self._connection.write, filled, self.cut_off)
        self._flush_soon = flush_soon
        self._connection.attach(self)

    @property
    def closed(self) -> bool:
        return self.outbox.is_closed

    async def __aiter__(self) -> AsyncIterator[Message[str, Any]]:
        """Messages until the client goes. Raises ValueError for what is none."""
        while (event := await self.ws.receive())["type"] != "websocket.disconnect":
            self.heard()
            yield _message(event.get("text"))

    async def send(self, message: str) -> None:
        self.outbox.put(text_frame(message.encode()))
        self._flush_soon()

    async def catch_up(self, timeout_s: float) -> None:
        """Waits until half of its outbox is free. A client that takes too long is cut off."""
        self.outbox.flush()
        if not self.outbox.is_half_full:
            return
        try:
            async with asyncio.timeout(timeout_s):
                await self.outbox.calm()
        except TimeoutError:
            self.cut_off()

    async def close(self, code: int, reason: str) -> None:
        """What still waits in the outbox is sent first, unless the client is too slow for it."""
        self.ended = f"{code} {reason}"
        self.outbox.close(send_rest=not self.too_slow)
        await self._connection.close(code, reason)

    def end(self) -> None:
        """The client is gone, however it went."""
        self.outbox.close(send_rest=False)
        self._connection.detach()

    def cut_off(self) -> None:
        """The client is too slow."""
        self.too_slow = True
        self.outbox.close(send_rest=False)
        self.on_cut_off()

    # What the connection tells.

    def heard(self) -> None:
        self.on_heard()

    def full(self) -> None:
        self.outbox.pause()

    def free(self) -> None:
        self.outbox.resume()

    def gone(self) -> None:
        self.outbox.close(send_rest=False)


def _message(text: str | None) -> Message[str, Any]:
    if text is None:
        raise ValueError("a binary frame")
    try:
        return Message.model_validate_json(text)
    except ValidationError as error:
        raise ValueError("not a message") from error
