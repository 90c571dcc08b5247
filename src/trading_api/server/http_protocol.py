"""uvicorn's HTTP protocol with limits on connections that are not yet, or no longer, of use.

uvicorn waits without a limit for the rest of a request's head, however long that is. An upgrade to
a WebSocket is nothing else until its head is complete. After a response, uvicorn waits without a
limit once anything arrived that is not a request. A self-hosted server often has no reverse proxy
in front of it that would bound this.

server/tests/test_uvicorn_internals.py lists what is used here of uvicorn's private attributes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from trading_api.clock import RunningTimer, running_clock
from trading_api.errors import TooManyRequests
from trading_api.limits.connection_limiter import RETRY_AFTER_S, ConnectionLimiter
from trading_api.server.parse_turns import ParseTurns

log = logging.getLogger(__name__)

SLICE_BYTES = 1024
"""Input that is parsed without a look at what it holds: 170 chunks or 40 requests at most."""
SLICE_FRAMES = 32
"""WebSocket frames that take as long to parse as a slice."""

_TIMEOUT = b"408 Request Timeout"
_HEAD_TOO_LARGE = b"431 Request Header Fields Too Large"
_TOO_MANY_CONNECTIONS = b"429 Too Many Requests\r\nRetry-After: %d" % RETRY_AFTER_S


class TimeoutHttpProtocol(HttpToolsProtocol):
    """An HTTP connection with time limits of `timeout_keep_alive` seconds each:

    * A request's head is complete within the limit, and within `head_bytes_max`. At most as many
      connections as `pending_heads` holds wait for one; a further one replaces the oldest.
    * After a response, the next request begins within the limit. What is left of the previous
      request's body does not extend it.
    * The client reads: a full write buffer empties within the limit.

    Each connection counts towards `connection_limiter` by its peer's address until it becomes a
    WebSocket, which is counted elsewhere."""

    _head_timer: RunningTimer | None = None
    _idle_timer: RunningTimer | None = None
    _write_timer: RunningTimer | None = None
    _head_bytes = 0
    _address: str | None = None

    def __init__(
        self,
        *arguments: Any,
        connection_limiter: ConnectionLimiter,
        pending_heads: PendingHeads,
        head_bytes_max: int,
        turns: ParseTurns,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self._connection_limiter = connection_limiter
        self._pending_heads = pending_heads
        self._head_bytes_max = head_bytes_max
        self._turns = turns
        # Bounded by one read of the socket, which is paused while there is any.
        self._input = bytearray()
        self._is_waiting = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = _InputFlow(transport, self._read_on)
        if self._acquire_connection():
            self._await_head()
        else:
            self._reject(_TOO_MANY_CONNECTIONS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._release_connection()
        self._stop_head_timer()
        self._stop_idle_timer()
        self._stop_write_timer()
        self._input.clear()
        super().connection_lost(exc)

    # Input, in slices: a read may hold thousands of pipelined requests or chunks of a body

    def data_received(self, data: bytes) -> None:
        if not self._input and len(data) <= SLICE_BYTES and self._turns.has_room:
            self._parse(data)
        else:
            self._input += data
            self.transport.pause_reading()
            self._parse_later()

    def parse_slice(self) -> bool:
        """Parse a slice of the input that waits. Return whether more of it can be parsed now."""
        self._is_waiting = False
        if self._may_parse():
            data = bytes(self._input[:SLICE_BYTES])
            del self._input[:SLICE_BYTES]
            self._parse(data)
        self._is_waiting = self._may_parse()
        if not self._is_waiting:
            self._read_on()
        return self._is_waiting

    def _may_parse(self) -> bool:
        """Return whether input waits and the requests before it are being answered."""
        if self.parser is None or self.transport.is_closing():
            self._input.clear()
        return bool(self._input) and not self.flow.read_paused and not self.pipeline

    def _parse_later(self) -> None:
        if not self._is_waiting and self._may_parse():
            self._is_waiting = True
            self._turns.wait(self)

    def _read_on(self) -> None:
        """Parse the input that waits, or else read more of it."""
        if self._input:
            self._parse_later()
        elif not (self.flow.read_paused or self.pipeline or self.transport.is_closing()):
            self.transport.resume_reading()

    # The head of a request

    def _parse(self, data: bytes) -> None:
        self._turns.spend(SLICE_FRAMES)
        awaited = self._head_timer
        super().data_received(data)
        # Where the timer has changed, a head was completed or begun within these data, and they
        # are not of one head alone: `on_headers_complete` measures that head.
        if awaited is not None and awaited is self._head_timer:
            self._head_bytes += len(data)
            if self._head_bytes > self._head_bytes_max:
                self._reject(_HEAD_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._stop_idle_timer()
        if self._head_timer is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        self._stop_head_timer()
        if self._head_size() > self._head_bytes_max:
            self._reject(_HEAD_TOO_LARGE)
            raise _HeadTooLargeError  # The parser stops at any exception.
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        # Not after a rejection, which has closed the transport.
        if not self.transport.is_closing():
            super().send_400_response(msg)

    def handle_websocket_upgrade(self) -> None:
        self._release_connection()
        # uvicorn ignores what follows the head before it is answered.
        if self._input:
            self._input.clear()
            self.transport.resume_reading()
        super().handle_websocket_upgrade()

    def _await_head(self) -> None:
        self._pending_heads.add(self)
        self._head_bytes = 0
        self._head_timer = self._call_later(self._reject)

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
            self._pending_heads.pop(self, None)

    def _reject(self, status: bytes = _TIMEOUT) -> None:
        """Answer with an empty response of this status, and close the connection."""
        self._stop_head_timer()
        if not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 %b\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" % status
            )
            self.transport.close()
            self._input.clear()

    # After a response

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._read_on()
        # uvicorn's own timer ends with the next data, whatever they are.
        if self.cycle.response_complete and self._head_timer is None:
            self._stop_idle_timer()
            self._idle_timer = running_clock().call_later(
                self.timeout_keep_alive, self.transport.close
            )

    def timeout_keep_alive_handler(self) -> None:
        """Leave the connection to `_idle_timer`: uvicorn's timer counts pauses of the process."""

    def _stop_idle_timer(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None

    # A client that does not read

    def pause_writing(self) -> None:
        super().pause_writing()
        self._write_timer = running_clock().call_later(
            self.timeout_keep_alive, self.transport.abort
        )

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_write_timer()

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _call_later(self, call: Callable[[], object]) -> RunningTimer:
        return running_clock().call_later(self.timeout_keep_alive, call)

    # The limit of connections

    def _acquire_connection(self) -> bool:
        # A connection without an address comes by a UNIX socket of this machine.
        if self.client is not None:
            try:
                self._connection_limiter.acquire(self.client[0])
            except TooManyRequests:
                log.info("connection_refused", extra={"address": self.client[0]})
                return False
            self._address = self.client[0]
        return True

    def _release_connection(self) -> None:
        if self._address is not None:
            self._connection_limiter.release(self._address)
            self._address = None


class _InputFlow(FlowControl):
    """uvicorn's flow control, which calls `read_on` where uvicorn would read the socket again."""

    def __init__(self, transport: asyncio.Transport, read_on: Callable[[], None]) -> None:
        super().__init__(transport)
        self._read_on = read_on

    def resume_reading(self) -> None:
        if self.read_paused:
            self.read_paused = False
            self._read_on()


class PendingHeads(dict[TimeoutHttpProtocol, None]):
    """The connections of one server that wait for the head of a request, the oldest first."""

    def __init__(self, count_max: int) -> None:
        super().__init__()
        self._count_max = count_max

    def add(self, connection: TimeoutHttpProtocol) -> None:
        """Add a connection. Full: the oldest connection is rejected with 408."""
        while len(self) >= self._count_max:
            next(iter(self))._reject()
        self[connection] = None


class _HeadTooLargeError(Exception): ...
