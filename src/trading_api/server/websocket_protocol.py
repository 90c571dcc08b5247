"""uvicorn's WebSocket protocol, with what ASGI hides: the transport and whether it is full, pings
and pongs, and a close that a client which does not read cannot delay.

server/tests/test_uvicorn_internals.py lists what is used here of uvicorn's private attributes."""

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
_BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class TradingWebSocketProtocol(WebSocketsSansIOProtocol):
    """A `streaming.transports.Connection`, which the ASGI scope offers as an extension. It is full
    while the transport has paused its writing."""

    # uvicorn's own attributes of the handshake are slots too. A dictionary of more than 30
    # attributes does not share its keys with other objects, and costs 1.3 KB for each of them.
    __slots__ = (
        "_abort_timer",
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
    abort_after_s = CLOSE_TIMEOUT_S

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.queue: _Inbox = _Inbox()  # type: ignore[assignment]
        self._handler: ConnectionHandler | None = None
        self._abort_timer: TimerHandle | None = None

    def attach(self, handler: ConnectionHandler) -> None:
        self._handler = handler
        # The handshake is complete.
        del self.request, self.response
        self.writable = _ALWAYS  # type: ignore[assignment]
        # Full as soon as the kernel accepts no more. Outboxes join their frames to one write, so
        # that a loop which joins writes itself (uvloop) should send each immediately.
        self.transport.set_write_buffer_limits(high=0)

    def detach(self) -> None:
        self._handler = None

    @property
    def write(self) -> Callable[[bytes], None]:
        # The transport's own function: a call in between would be one for each client and update.
        return self._write_compressed if self.conn.extensions else self.transport.write

    def _write_compressed(self, frames: bytes) -> None:
        # Compression has a state for each connection, so that the bytes cannot be shared.
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
            # While this is set, uvicorn leaves the transport open for the client's close frame.
            self.close_timer = self.loop.call_later(self.abort_after_s, self.transport.abort)
        self._abort_later()

    async def send(self, message: Any) -> None:
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            # uvicorn does not set it, and then logs a rejected upgrade as an application's error.
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
            # uvicorn ignores an upgrade that cannot be parsed (a header is too long), and the
            # client would never receive a response.
            self.transport.write(_BAD_REQUEST)
            self.transport.close()

    def send_keepalive_ping(self) -> None:
        """Send the same two bytes to every client.

        The session's deadline finds a client that does not answer. uvicorn's own pings, each with a
        random payload, take a tenth of a core with 10,000 clients."""
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
        """Hand text that is not UTF-8 to the application as bytes, which closes with 1003."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.curr_msg_data_type = "bytes"
        super().send_receive_event_to_app()

    # Each of these ends the writing. uvicorn then waits without a limit for a client that does not
    # read what is still unsent.

    def shutdown(self) -> None:
        if self._handler is not None and not (self.close_sent or self.disconnected):
            self._handler.on_shutdown()
            return
        self._report_lost()
        super().shutdown()
        self._abort_later()

    def handle_close(self, event: Frame) -> None:
        self._report_lost()
        super().handle_close(event)
        self._abort_later()

    def handle_parser_exception(self) -> None:
        self._report_lost()
        super().handle_parser_exception()
        self._abort_later()

    def connection_lost(self, exc: Exception | None) -> None:
        self._report_lost()
        if self._abort_timer is not None:
            self._abort_timer.cancel()
        super().connection_lost(exc)

    def _abort_later(self) -> None:
        if self._abort_timer is None and not self.disconnected:
            self._abort_timer = self.loop.call_later(self.abort_after_s, self.transport.abort)

    def _report_lost(self) -> None:
        if self._handler is not None:
            self._handler.connection_lost()

    def _report_activity(self) -> None:
        if self._handler is not None:
            self._handler.on_activity()


class _Inbox:
    """The part of asyncio.Queue that uvicorn uses, for one reader, in a twentieth of its memory."""

    __slots__ = ("_events", "_reader")

    def __init__(self) -> None:
        # Bounded by uvicorn, which stops reading while an event waits: it holds the messages of one
        # read of the socket, and the disconnect.
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
    """The part of asyncio.Event that uvicorn uses: always set, because no frame is sent by ASGI."""

    async def wait(self) -> None: ...
    def set(self) -> None: ...
    def clear(self) -> None: ...


_ALWAYS = _Always()
