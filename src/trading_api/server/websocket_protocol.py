"""uvicorn's WebSocket protocol, with what ASGI hides: the transport and whether it is full, frames
of every kind, and a close that a client which does not read cannot delay.

server/tests/test_uvicorn_internals.py lists what is used here of uvicorn's private attributes."""

from __future__ import annotations

from asyncio import TimerHandle
from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request

from trading_api.clock import RunningTimer, running_clock
from trading_api.server.inbox import Inbox
from trading_api.server.parse_turns import ParseTurns
from trading_api.server.websocket_compression import Deflate, DeflateFactory
from trading_api.streaming.frames import messages
from trading_api.streaming.transports import (
    CLOSE_TIMEOUT_S,
    CONNECTION,
    INVALID_TEXT,
    ConnectionHandler,
)

FRAGMENTS_MAX = 128
"""The most fragments of one message."""
SLICE_BYTES = 256
"""Input that is parsed without looking at its frames in between: at most 43 of them."""
LATE_FRAMES_MAX = 4096
"""The most frames that are parsed after the close frame was sent, to find the client's own."""
DISCARD_INTERVAL_S = 0.01
"""The pause between two reads of input that is discarded."""

_PING = b"\x89\x00"
_OTHER_VERSION = (
    b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Connection: Upgrade, close\r\nContent-Length: 0\r\n\r\n"
)
_BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class TradingWebSocketProtocol(WebSocketsSansIOProtocol):
    """A `streaming.transports.Connection`, which the ASGI scope offers as an extension. It is full
    while the transport has paused its writing.

    Input is parsed in slices, and as many frames in one turn of the loop as `turns` allows. The
    socket is not read while input waits for a later turn, or a message for the application."""

    # uvicorn's own attributes of the handshake are slots too. A dictionary of more than 30
    # attributes does not share its keys with other objects, and costs 1.3 KB for each of them.
    __slots__ = (
        "_abort_timer",
        "_deflate",
        "_handler",
        "_input",
        "_is_discarding",
        "_is_waiting",
        "_late_frames",
        "_turns",
        "_unsent_pong",
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

    def __init__(
        self,
        *arguments: Any,
        turns: ParseTurns | None = None,
        compression: DeflateFactory | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        if compression is not None:
            self.conn.available_extensions = [compression]
        # The compression that was agreed on, if there is one.
        self._deflate: list[Deflate] = []
        self.queue: Inbox = Inbox()  # type: ignore[assignment]
        self._turns = turns or ParseTurns()
        # Bounded by one read of the socket, which is paused while there is any.
        self._input = bytearray()
        self._is_waiting = False
        self._is_discarding = False
        self._late_frames = 0
        self._unsent_pong: bytes | None = None
        self._handler: ConnectionHandler | None = None
        self._abort_timer: RunningTimer | None = None

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
        has_context = any(not deflate.is_shared for deflate in self._deflate)
        return self._write_compressed if has_context else self.transport.write

    @property
    def shares_compressed_frames(self) -> bool:
        return any(deflate.is_shared for deflate in self._deflate)

    def _write_compressed(self, frames: bytes) -> None:
        # The context is that of the connection, so that the bytes cannot be shared. What was
        # conflated is not compressed.
        (deflate,) = self._deflate
        self.transport.write(b"".join([deflate.frame(*message) for message in messages(frames)]))

    async def close(self, code: int, reason: str) -> None:
        if not (self.close_sent or self.disconnected or self.transport.is_closing()):
            for deflate in self._deflate:
                deflate.stop()
            self.conn.send_close(code, reason)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self._end_output()
            self._wait_for_client()
        self._abort_later()

    async def send(self, message: Any) -> None:
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            # uvicorn does not set it, and then logs a rejected upgrade as an application's error.
            self.handshake_complete = True
        if self.handshake_complete:
            self._read_on()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unsent_pong = b""
        if self._handler is not None:
            self._handler.pause_writing()

    def resume_writing(self) -> None:
        super().resume_writing()
        pong, self._unsent_pong = self._unsent_pong, None
        if pong and not (self.close_sent or self.transport.is_closing()):
            self.transport.write(pong)
        if self._handler is not None:
            self._handler.resume_writing()

    def handle_connect(self, event: Request) -> None:
        versions = event.headers.get_all("Sec-WebSocket-Version")
        if versions and versions != ["13"]:
            # websockets answers 400, and does not name the version that it knows.
            self.handshake_initiated = self.handshake_complete = self.close_sent = True
            self.transport.write(_OTHER_VERSION)
            self.transport.close()
            return
        super().handle_connect(event)
        if not self.handshake_complete:
            self._deflate = cast(list[Deflate], self.conn.extensions)
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[CONNECTION] = self

    # Input

    def data_received(self, data: bytes) -> None:
        if not self.handshake_initiated:
            self._receive_head(data)
        elif self._is_discarding:
            self._pause_reading()
            self.loop.call_later(DISCARD_INTERVAL_S, self._read_on)
        elif not self._input and len(data) <= SLICE_BYTES and self._may_parse_immediately():
            self._parse(data)
        else:
            self._input += data
            self._pause_reading()
            if self._may_parse():
                self._parse_later()

    def parse_slice(self) -> bool:
        """Parse a slice of the input that waits. Return whether more of it can be parsed now."""
        self._is_waiting = False
        if self._may_parse():
            data = self._input[:SLICE_BYTES]
            del self._input[:SLICE_BYTES]
            self._parse(data)
        self._is_waiting = bool(self._input) and self._may_parse()
        if not self._is_waiting:
            self._read_on()
        return self._is_waiting

    async def receive(self) -> Any:
        message = await self.queue.get()
        self._read_on()
        return message

    def _parse(self, data: bytes | bytearray) -> None:
        self.conn.receive_data(data)
        frames = len(self.conn.events)
        self._turns.spend(frames or 1)
        for deflate in self._deflate:
            # As many as a message of this size costs that is not compressed.
            self._turns.spend(deflate.take_inflated_bytes() // SLICE_BYTES)
        if self.conn.parser_exc is not None:
            self.handle_parser_exception()
        elif frames and self._accept_frames(frames):
            self.handle_events()

    def _accept_frames(self, count: int) -> bool:
        """Count frames. Over a limit, discard them and all input that follows."""
        if self.close_sent:
            self._late_frames += count
            is_over = self._late_frames > LATE_FRAMES_MAX
        else:
            is_over = self._handler is not None and not self._handler.on_frames(count)
        if is_over:
            self._discard_input()
        return not is_over

    def _discard_input(self) -> None:
        """Parse nothing any more. Without a limit, a flood would be parsed until it ends."""
        self._is_discarding = True
        self.conn.events_received()
        self._pause_reading()
        self._end_output()

    def _end_output(self) -> None:
        # The client's close frame is not seen any more. The end of the output lets the client close
        # the connection itself.
        if self._is_discarding and self.close_sent and self.transport.can_write_eof():
            self.transport.write_eof()

    def _may_parse(self) -> bool:
        """Return whether a frame can be handled: the application has taken each message."""
        if self.disconnected or self.transport.is_closing():
            return False
        return self.handshake_complete and (self.close_sent or self.queue.empty())

    def _may_parse_immediately(self) -> bool:
        return self._turns.has_room and self._may_parse()

    def _parse_later(self) -> None:
        if not self._is_waiting:
            self._is_waiting = True
            self._turns.wait(self)

    def _pause_reading(self) -> None:
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def _read_on(self) -> None:
        """Parse the input that waits, or else read more of it, if there is a use for it."""
        if self._is_discarding:
            self._input.clear()
        if not self._may_parse():
            return
        if self._input:
            self._parse_later()
        elif self.read_paused and (self.close_sent or not self._is_discarding):
            self.read_paused = False
            self.transport.resume_reading()

    def _receive_head(self, data: bytes) -> None:
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
        """Answer a ping. A client that does not read receives the answer to its last one only."""
        if self._unsent_pong is None and not self.close_sent:
            super().handle_ping()
        elif pong := b"".join(self.conn.data_to_send()):
            self._unsent_pong = pong

    def handle_cont(self, event: Frame) -> None:
        super().handle_cont(event)
        if len(self.frames) >= FRAGMENTS_MAX and self._handler is not None:
            self._handler.request_close(
                CloseCode.POLICY_VIOLATION,
                f"Too many fragments; a message has at most {FRAGMENTS_MAX}",
            )
            self._discard_input()

    def send_receive_event_to_app(self) -> None:
        """Let the session answer what came before text that is not UTF-8, and then close."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self.queue.put_nowait(INVALID_TEXT)
                self._pause_reading()
                return
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
        """Send the close frame, and discard what the client sends until it closes. To close while
        input is unread would reset the connection, and the client would miss the frame."""
        self._report_lost()
        assert self.conn.close_sent is not None
        self.queue.put_nowait({"type": "websocket.disconnect", "code": self.conn.close_sent.code})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self._discard_input()
        self._wait_for_client()

    def _wait_for_client(self) -> None:
        """Read on until the client closes, for `abort_after_s` at most."""
        self._read_on()
        # While this is set, uvicorn leaves the transport open for the client's close frame.
        self.close_timer = cast(TimerHandle, self._call_abort_later())

    def connection_lost(self, exc: Exception | None) -> None:
        self._report_lost()
        if self._abort_timer is not None:
            self._abort_timer.cancel()
        super().connection_lost(exc)

    def _abort_later(self) -> None:
        if self._abort_timer is None and not self.disconnected:
            self._abort_timer = self._call_abort_later()

    def _call_abort_later(self) -> RunningTimer:
        return running_clock().call_later(self.abort_after_s, self.transport.abort)

    def _report_lost(self) -> None:
        if self._handler is not None:
            self._handler.connection_lost()


class _Always:
    """The part of asyncio.Event that uvicorn uses: always set, because no frame is sent by ASGI."""

    async def wait(self) -> None: ...
    def set(self) -> None: ...
    def clear(self) -> None: ...


_ALWAYS = _Always()
