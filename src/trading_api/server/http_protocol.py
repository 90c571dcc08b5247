"""uvicorn's HTTP protocol, with an end to its patience: uvicorn waits for ever for the rest of a
request's head, however long that has become, and it is all that an upgrade to a WebSocket is before
it has one; and for ever after an answer, once anything came that is no request."""

from __future__ import annotations

import asyncio
import logging
from asyncio import TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from trading_api.errors import TooManyRequests
from trading_api.limits.connection_limiter import RETRY_AFTER_S, ConnectionLimiter

log = logging.getLogger(__name__)

_TOO_LATE = b"408 Request Timeout"
_TOO_LARGE = b"431 Request Header Fields Too Large"
_TOO_MANY = b"429 Too Many Requests\r\nRetry-After: %d" % RETRY_AFTER_S


class ImpatientProtocol(HttpToolsProtocol):
    """A head has to be there within `timeout_keep_alive` and `head_bytes_max`. No more than
    `backlog` connections wait without one: for a further one, the one that waits longest is let
    go. `timeout_keep_alive` after an answer the next request has begun, and what the answer left
    unread of its own request has come; for no longer may the client leave an answer unread. Each
    has one of the places of its peer's address, until it is a WebSocket, or else is refused before
    anything is read."""

    _head_timer: TimerHandle | None = None
    _full_timer: TimerHandle | None = None
    _head_bytes = 0
    _address: str | None = None

    def __init__(
        self,
        *arguments: Any,
        connection_limiter: ConnectionLimiter,
        head_bytes_max: int,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self._connection_limiter = connection_limiter
        self._head_bytes_max = head_bytes_max

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self._acquire_connection():
            self._await_head()
        else:
            self._give_up(_TOO_MANY)

    def data_received(self, data: bytes) -> None:
        awaited, request, idle = self._head_timer, self.scope, self.timeout_keep_alive_task
        super().data_received(data)
        if idle is not None and awaited is None and self.scope is request:
            # No request began; uvicorn takes any data for one, and is no longer idle.
            self.timeout_keep_alive_task = self.loop.call_at(
                idle.when(), self.timeout_keep_alive_handler
            )
        # Else it ended or began in these data, which are then something else's, too.
        if awaited is not None and awaited is self._head_timer:
            self._head_bytes += len(data)
            if self._head_bytes > self._head_bytes_max:
                self._give_up(_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._head_timer is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        self._have_head()
        if self._head_size() > self._head_bytes_max:
            self._give_up(_TOO_LARGE)
            raise _HeadTooLargeError  # The parser ends with it.
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        if not self.transport.is_closing():
            super().send_400_response(msg)

    def handle_websocket_upgrade(self) -> None:
        self._release_connection()
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._full_timer = self.loop.call_later(self.timeout_keep_alive, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._have_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._release_connection()
        self._have_head()
        self._have_room()
        super().connection_lost(exc)

    def _acquire_connection(self) -> bool:
        # Without an address it is a socket of this machine's file system.
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

    def _await_head(self) -> None:
        waiting = _waiting(self.server_state)
        while len(waiting) >= self.config.backlog:
            next(iter(waiting))._give_up(_TOO_LATE)
        waiting[self] = None
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(self.timeout_keep_alive, self._give_up, _TOO_LATE)

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _have_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
            _waiting(self.server_state).pop(self, None)

    def _have_room(self) -> None:
        if self._full_timer is not None:
            self._full_timer.cancel()
            self._full_timer = None

    def _give_up(self, status: bytes) -> None:
        self._have_head()
        if not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 %b\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" % status
            )
            self.transport.close()


class _HeadTooLargeError(Exception): ...


def _waiting(server_state: Any) -> dict[ImpatientProtocol, None]:
    """Of one server, the oldest first."""
    waiting: dict[ImpatientProtocol, None] = server_state.__dict__.setdefault("without_head", {})
    return waiting
