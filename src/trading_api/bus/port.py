"""The port to the bus: messages between processes, at most once and in no promised order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

MESSAGE_BYTES_MAX = 1_000_000
"""The longest message of any bus. NATS allows 1 MiB by default."""

MessageHandler: TypeAlias = Callable[[bytes], None]
"""Receives a message on the event loop. It must not block; an exception is logged."""
RequestHandler: TypeAlias = Callable[[bytes], Awaitable[bytes]]
"""Answers a request. An exception is logged, and the request is not answered."""
Unsubscribe: TypeAlias = Callable[[], None]


class BusUnavailable(Exception):
    """Raised when the bus has no connection."""


class NoResponder(Exception):
    """Raised when no process serves the subject, so that no process has received the request."""


class RequestTimeout(Exception):
    """Raised when no answer came in time: the request may have been handled."""


class Bus(Protocol):
    """Carries bytes between processes on named subjects.

    A message may be lost, repeated, delayed or overtaken. A subject is one or more words of
    `A-Z a-z 0-9 _ -` with dots between them; the bus puts its own prefix in front. No message is
    longer than MESSAGE_BYTES_MAX."""

    async def start(self) -> None:
        """Connect. Raises ConfigurationError if the server cannot be reached. Later losses of the
        connection are repaired in the background."""
        ...

    async def close(self) -> None:
        """Disconnect, and end every subscription. Never raises."""
        ...

    @property
    def is_connected(self) -> bool: ...

    def publish(self, subject: str, message: bytes) -> None:
        """Send a message to all who subscribe. Never blocks and never raises: without a connection
        the message is lost."""
        ...

    async def subscribe(self, subject: str, handler: MessageHandler) -> Unsubscribe:
        """Call the handler with each message from now on, also after a reconnect. Messages that
        were published after `flush` returned are received. Raises BusUnavailable."""
        ...

    async def serve(self, subject: str, handler: RequestHandler) -> Unsubscribe:
        """Answer the requests of a subject, several at the same time. If several processes serve
        it, each may receive a request. After the end of the serving, requests that were on their
        way are answered too; `flush` returns after they were received. Raises BusUnavailable."""
        ...

    async def request(self, subject: str, message: bytes, timeout_s: float) -> bytes:
        """Return the answer that came first. Raises NoResponder, RequestTimeout and
        BusUnavailable."""
        ...

    async def flush(self) -> None:
        """Return once the server has everything sent before, subscriptions too. Raises
        BusUnavailable."""
        ...

    def on_reconnect(self, call: Callable[[], None]) -> None:
        """Call after each reconnect that the bus noticed. Messages may have been lost."""
        ...
