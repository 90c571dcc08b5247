"""uvicorn's HTTP protocol, with an end to its patience: uvicorn waits for ever for the rest of a
request's head, which is all that an upgrade to a WebSocket is before it has one."""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class ImpatientProtocol(HttpToolsProtocol):
    """A head has to be there within `timeout_keep_alive`. No more than `backlog` connections wait
    without one: for a further one, the one that waits longest is let go."""

    _head_timer: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._head_timer is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        self._have_head()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._have_head()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        waiting = _waiting(self.server_state)
        while len(waiting) >= self.config.backlog:
            next(iter(waiting))._give_up()
        waiting[self] = None
        self._head_timer = self.loop.call_later(self.timeout_keep_alive, self._give_up)

    def _have_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
            _waiting(self.server_state).pop(self, None)

    def _give_up(self) -> None:
        self._have_head()
        if not self.transport.is_closing():
            self.transport.write(_TOO_LATE)
            self.transport.close()


def _waiting(server_state: Any) -> dict[ImpatientProtocol, None]:
    """Of one server, the oldest first."""
    waiting: dict[ImpatientProtocol, None] = server_state.__dict__.setdefault("without_head", {})
    return waiting
