"""uvicorn's WebSocket protocol, with what ASGI hides: the transport and how full it is, pings and
pongs, and a close that a client cannot hold up by not reading."""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from trading_api.streaming.frames import texts
from trading_api.streaming.transports import CLOSE_TIMEOUT_S, CONNECTION, ConnectionHandler

_PING = b"\x89\x00"
_UNREADABLE = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class TradingProtocol(WebSocketsSansIOProtocol):
    """A `delivery.connection.Connection`, put into the ASGI scope's extensions. Full while the
    transport says so."""

    # uvicorn's too, of the handshake: in a dictionary of more than 30 attributes, which Python
    # does not share between objects, they cost 1.3 KB.
    __slots__ = (
        "_drop_timer",
        "_handler",
        "app_state",
        "asgi_version",
        "default_headers",
        "handshake_complete",
        "handshake_initiated",
        "initial_response",
        "request",
        "response",
        "root_path",
        "scheme",
    )
    drop_after_s = CLOSE_TIMEOUT_S

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.queue: _Inbox = _Inbox()  # type: ignore[assignment]
        self._handler: ConnectionHandler | None = None
        self._drop_timer: TimerHandle | None = None

    def attach(self, handler: ConnectionHandler) -> None:
        self._handler = handler
        # Of the handshake, which is over.
        del self.request, self.response
        self.writable = _ALWAYS  # type: ignore[assignment]
        # Full as soon as the kernel takes no more. A user gathers what it writes by itself, so that
        # a loop which would gather it once more (uvloop) is to send it at once.
        self.transport.set_write_buffer_limits(high=0)

    def detach(self) -> None:
        self._handler = None

    @property
    def write(self) -> Callable[[bytes], None]:
        # The transport's own, because every call between it and the outbox is one a client.
        return self._write_compressed if self.conn.extensions else self.transport.write

    def _write_compressed(self, frames: bytes) -> None:
        """Compressed for this client by itself, so that the bytes are no one else's."""
        for text in texts(frames):
            self.conn.send_text(text)
        self.transport.write(b"".join(self.conn.data_to_send()))

    async def close(self, code: int, reason: str) -> None:
        if not (self.close_sent or self.disconnected or self.transport.is_closing()):
            self.conn.send_close(code, reason)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            if self.read_paused:
                self.read_paused = False
                self.transport.resume_reading()
            # uvicorn leaves the transport open for the client's reply while this is set.
            self.close_timer = self.loop.call_later(self.drop_after_s, self.transport.abort)
        self._drop_if_it_stays()

    async def send(self, message: Any) -> None:
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            # uvicorn forgets it, and calls a refused upgrade a fault of the application.
            self.handshake_complete = True

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._handler is not None:
            self._handler.pause_writing()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._handler is not None:
            self._handler.resume_writing()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[CONNECTION] = self

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self.handshake_initiated and self.conn.handshake_exc is not None:
            # uvicorn passes over an upgrade that can't be parsed (a header is too long), and the
            # client would wait for an answer for ever.
            self.transport.write(_UNREADABLE)
            self.transport.close()

    def send_keepalive_ping(self) -> None:
        """The same two bytes to everyone: whether anything came back is for the session to notice,
        and with 10,000 clients uvicorn's own cost a tenth of a core."""
        self.ping_timer = None
        if not (self.close_sent or self.transport.is_closing()):
            self.transport.write(_PING)
            self.schedule_ping()

    def handle_ping(self) -> None:
        super().handle_ping()
        self._report_activity()

    def handle_pong(self, event: Frame) -> None:
        super().handle_pong(event)
        self._report_activity()

    def send_receive_event_to_app(self) -> None:
        """Text that is no UTF-8 reaches the application as the bytes it is."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.curr_msg_data_type = "bytes"
        super().send_receive_event_to_app()

    # Each of these ends the writing, and uvicorn then waits for what is still unsent.

    def shutdown(self) -> None:
        if self._handler is not None and not (self.close_sent or self.disconnected):
            self._handler.on_shutdown()
            return
        self._report_lost()
        super().shutdown()
        self._drop_if_it_stays()

    def handle_close(self, event: Frame) -> None:
        self._report_lost()
        super().handle_close(event)
        self._drop_if_it_stays()

    def handle_parser_exception(self) -> None:
        self._report_lost()
        super().handle_parser_exception()
        self._drop_if_it_stays()

    def connection_lost(self, exc: Exception | None) -> None:
        self._report_lost()
        if self._drop_timer is not None:
            self._drop_timer.cancel()
        super().connection_lost(exc)

    def _drop_if_it_stays(self) -> None:
        if self._drop_timer is None and not self.disconnected:
            self._drop_timer = self.loop.call_later(self.drop_after_s, self.transport.abort)

    def _report_lost(self) -> None:
        if self._handler is not None:
            self._handler.connection_lost()

    def _report_activity(self) -> None:
        if self._handler is not None:
            self._handler.on_activity()


class _Inbox:
    """What uvicorn uses of an asyncio.Queue, in a twentieth of its memory. For one reader."""

    __slots__ = ("_events", "_reader")

    def __init__(self) -> None:
        # Bounded by uvicorn, which stops reading while an event waits; it holds what was in one
        # read of the socket, and the end.
        self._events: list[Any] = []
        self._reader: asyncio.Future[None] | None = None

    def put_nowait(self, event: Any) -> None:
        self._events.append(event)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def get(self) -> Any:
        while not self._events:
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        self._reader = None
        return self._events.pop(0)

    def empty(self) -> bool:
        return not self._events


class _Always:
    """What uvicorn uses of an asyncio.Event, once nothing leaves by ASGI any more."""

    async def wait(self) -> None: ...
    def set(self) -> None: ...
    def clear(self) -> None: ...


_ALWAYS = _Always()
