"""The connector's side of the connection to the server, within the connector's own process."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Raw, Struct

from trading_api.connectors.errors import ConnectorError
from trading_api.connectors.frames import (
    ALIVE,
    Failure,
    FrameKind,
    FrameReader,
    Request,
    Result,
    encode_frame,
    encode_value,
)

T = TypeVar("T")
Params = TypeVar("Params")

UNREAD_BYTES_MAX = 16 << 20
"""What is kept for a server that does not read. Above it the connector ends, so that the server
notices the loss: it starts a new connector, and asks for what is missing."""
REQUESTS_MAX = 1_000
"""The requests under way. Above it, one more fails with the code `busy`."""

log = logging.getLogger(__name__)


class Connector(asyncio.Protocol):
    """The connection to the server, which is given to the target.

    Messages and results arrive at the server in the order in which they are published and
    returned. `closed` is set when the server closes the connection, or ends."""

    def __init__(self, unread_bytes_max: int = UNREAD_BYTES_MAX) -> None:
        self.closed = asyncio.Event()
        self.overflowed = False
        self._unread_bytes_max = unread_bytes_max
        self._configuration: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._reader = FrameReader()
        self._outgoing: list[bytes] = []  # of one turn of the loop; bounded by `_write`
        self._outgoing_bytes = 0
        self._drained = asyncio.Event()
        self._drained.set()
        self._handlers: dict[str, Callable[[Raw], Awaitable[Any]]] = {}
        # Requests that came before their handler; bounded by REQUESTS_MAX.
        self._early: defaultdict[str, list[Request]] = defaultdict(list)
        self._under_way: set[asyncio.Task[None]] = set()
        self._on_message: Callable[[bytes], None] = lambda _: None

    def configure(self, type: type[T]) -> T:
        """Return the configuration that the server sent."""
        return msgspec.msgpack.decode(self._configuration.result(), type=type)

    async def wait_configured(self) -> None:
        await self._configuration

    def publish(self, message: Struct) -> None:
        """Send a message to the server. If UNREAD_BYTES_MAX are not read, the process ends."""
        self._write(encode_frame(FrameKind.MESSAGE, message))

    async def drain(self) -> None:
        """Return once the server has read most of what was published. A target that publishes much
        waits here."""
        self.flush()
        await asyncio.sleep(0)
        await self._drained.wait()

    def handle(
        self, method: str, params_type: type[Params], handler: Callable[[Params], Awaitable[Any]]
    ) -> None:
        """Answer the server's requests of a method. A ConnectorError that the handler raises
        crosses over to the caller; any other exception becomes one with the code `internal`."""
        decoder = msgspec.msgpack.Decoder(params_type)

        def call(params: Raw) -> Awaitable[Any]:
            return handler(decoder.decode(params))

        self._handlers[method] = call
        for request in self._early.pop(method, ()):
            self._begin(request)

    def on_message(self, type: Any, handler: Callable[[Any], None]) -> None:
        """Call the handler with each message that the server sends one way. `type` is a Struct, or
        a union of tagged ones. Messages before this call are dropped."""
        decoder = msgspec.msgpack.Decoder(type)
        self._on_message = lambda body: handler(decoder.decode(body))

    def send_frame(self, kind: FrameKind, body: object) -> None:
        self._write(encode_frame(kind, body))

    def flush(self) -> None:
        """Hand what was published to the operating system, or to its buffer."""
        if self._transport is None or not self._outgoing:
            return
        data = b"".join(self._outgoing)
        self._outgoing.clear()
        self._outgoing_bytes = 0
        self._transport.write(data)

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not inherit from asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=1 << 20)

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        for kind, body in self._reader.frames():
            if kind is FrameKind.CONFIGURATION:
                self._configuration.set_result(body)
            elif kind is FrameKind.REQUEST:
                self._accept(msgspec.msgpack.decode(body, type=Request))
            elif kind is FrameKind.MESSAGE:
                self._on_message(body)

    def pause_writing(self) -> None:
        self._drained.clear()

    def resume_writing(self) -> None:
        self._drained.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._drained.set()
        self.closed.set()
        if not self._configuration.done():
            self._configuration.cancel()

    def _write(self, frame: bytes) -> None:
        if self._transport is None or self.overflowed:
            return
        unread = self._transport.get_write_buffer_size() + self._outgoing_bytes + len(frame)
        if unread > self._unread_bytes_max:
            # A part of the stream would be lost without a trace, so all of it ends.
            self.overflowed = True
            self.closed.set()
            return
        if not self._outgoing:
            asyncio.get_running_loop().call_soon(self.flush)
        self._outgoing.append(frame)
        self._outgoing_bytes += len(frame)

    def _accept(self, request: Request) -> None:
        waiting = len(self._under_way) + sum(map(len, self._early.values()))
        if request.method == ALIVE:
            self.send_frame(FrameKind.RESULT, Result(request.id, encode_value(True)))
        elif waiting >= REQUESTS_MAX:
            text = f"{REQUESTS_MAX} requests are under way"
            self.send_frame(FrameKind.FAILURE, Failure(request.id, "busy", text))
        elif request.method in self._handlers:
            self._begin(request)
        else:
            self._early[request.method].append(request)

    def _begin(self, request: Request) -> None:
        task = asyncio.get_running_loop().create_task(self._answer(request))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _answer(self, request: Request) -> None:
        if time.monotonic() > request.deadline_s:
            # This process was stopped meanwhile: an order must not be sent that late.
            log.warning("connector_request_too_late", extra={"method": request.method})
            self.send_frame(FrameKind.FAILURE, Failure(request.id, "too_late", "It came too late."))
            return
        try:
            value = await self._handlers[request.method](request.params)
            self.send_frame(FrameKind.RESULT, Result(request.id, encode_value(value)))
        except ConnectorError as error:
            failure = Failure(request.id, error.code, error.text, error.retry_after_s)
            self.send_frame(FrameKind.FAILURE, failure)
        except Exception as error:
            log.exception("connector_request_failed", extra={"method": request.method})
            text = f"{type(error).__name__}: {error}"
            self.send_frame(FrameKind.FAILURE, Failure(request.id, "internal", text))
