"""One connected client."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from fastws import Client, Message
from pydantic import ValidationError
from starlette.websockets import WebSocket

from trading_api.auth.principal import Principal
from trading_api.limits.connection_limiter import ConnectionLimits, Lease
from trading_api.limits.json_nesting import exceeds_nesting
from trading_api.streaming.frames import text_frame
from trading_api.streaming.outbox import Outbox
from trading_api.streaming.transports import CONNECTION, AsgiConnection, Connection

STOPPING = 1012, "The server stops; connect again"


class Expelled(Exception):
    """A client that is not known, or no longer, or wants too much; the sentence says why."""

    def __init__(self, reason: str, code: int = 1008) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Session(Client):
    """Reads messages; what is put into its outbox leaves by its connection, so that a client
    waits for nobody but itself. Something in `dirty` leaves when the loop's tick ends if
    `schedule_flush` is called."""

    def __init__(
        self,
        ws: WebSocket,
        outbox_size: int,
        dirty: list[Outbox],
        schedule_flush: Callable[[], None],
        limits: ConnectionLimits,
        lease: Lease,
    ) -> None:
        super().__init__(ws)
        self.principal: Principal | None = None
        self.limits = limits
        self.lease = lease
        self.expulsion: Expelled | None = None
        self.connected_ms = time.time_ns() // 1_000_000
        self.address = ws.client.host if ws.client else ""
        self.close_code = 0
        self.on_admission: Callable[[], None] = lambda: None
        self.on_stopping: Callable[[], None] = lambda: self.expel(*STOPPING)
        self.too_slow = False
        self.ended = "the client went"
        self.on_heard: Callable[[], None] = lambda: None
        self.on_cut_off: Callable[[], None] = lambda: None
        offered: Connection | None = ws.scope.get("extensions", {}).get(CONNECTION)
        self._connection = offered or AsgiConnection(ws)
        self.outbox = Outbox(outbox_size, self._connection.write, dirty, self.cut_off)
        self._schedule_flush = schedule_flush
        self._connection.attach(self)

    @property
    def closed(self) -> bool:
        return self.outbox.is_closed

    async def next_message(self) -> Message[str, Any] | None:
        """None: the client has gone. Raises ValueError for what is no message."""
        event = await self.ws.receive()
        if event["type"] == "websocket.disconnect":
            return None
        self.heard()
        return _message(event.get("text"), self.limits.json_depth)

    async def send(self, message: str) -> None:
        self.outbox.put(text_frame(message.encode()))
        self._schedule_flush()

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
        self.close_code = code
        self.outbox.close(send_rest=not self.too_slow)
        await self._connection.close(code, reason)

    def end(self) -> None:
        """The client is gone, however it went."""
        self.outbox.close(send_rest=False)
        self._connection.detach()

    def expel(self, code: int, reason: str) -> None:
        """Ends it, from outside, once what waits in its outbox is sent."""
        self.expulsion = Expelled(reason, code)
        self.on_admission()

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

    def stopping(self) -> None:
        self.on_stopping()


def _message(text: str | None, depth_max: int) -> Message[str, Any]:
    if text is None:
        raise ValueError("a binary frame")
    if exceeds_nesting(text, depth_max):
        raise ValueError("nested too deep")
    try:
        return Message.model_validate_json(text)
    except ValidationError as error:
        raise ValueError("not a message") from error
