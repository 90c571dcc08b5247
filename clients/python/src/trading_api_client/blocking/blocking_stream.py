"""Subscriptions for code without an event loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from trading_api_client.errors import TradingApiError
from trading_api_client.stream.channels import Update
from trading_api_client.stream.stream import Stream, Subscription

if TYPE_CHECKING:
    from trading_api_client.blocking.loop_thread import LoopThread

T = TypeVar("T")


class BlockingSubscription(Generic[T]):
    """A subscription whose function is called in the thread of the client, until `close`.

    The function must not call the client; use a queue to hand its data to another thread."""

    def __init__(self, loop: LoopThread, subscription: Subscription[T]) -> None:
        self._loop = loop
        self._subscription = subscription

    def __repr__(self) -> str:
        return f"<Blocking{repr(self._subscription).removeprefix('<')}"

    @property
    def is_closed(self) -> bool:
        return self._subscription.is_closed

    def synchronized(self) -> None:
        """Return once the server has confirmed the subscription and its first state has arrived.

        Raises Refused if the server refuses the subscription."""
        self._loop.run(self._subscription.synchronized())

    def on_end(self, callback: Callable[[TradingApiError | None], object]) -> None:
        """Call a function once the subscription has ended: with the error, or with None after
        `close`.

        The call is in the thread of the client, and immediate if the subscription has ended
        already."""
        self._loop.call(lambda: self._subscription.on_end(callback))

    def close(self) -> None:
        """End the subscription."""
        self._loop.call(self._subscription.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class BlockingStream(BlockingSubscription[T]):
    """An iterator of the updates of a subscription that blocks until the next one.

    A loop over it ends the subscription when the loop ends. Inside `with`, the subscription lasts
    until the end of the block. Buffering and errors are those of Stream."""

    def __init__(self, loop: LoopThread, stream: Stream[T]) -> None:
        super().__init__(loop, stream)
        self._stream = stream
        self._is_managed = False

    def next(self, timeout_s: float | None = None) -> T:
        """Return the next update. Raises TimedOut, and StopIteration after `close`."""
        return self.next_update(timeout_s).data

    def next_update(self, timeout_s: float | None = None) -> Update[T]:
        """Return the next update with `seq`, `prev` and `ts`. Raises TimedOut, and StopIteration
        after `close`."""
        try:
            return self._loop.run(self._stream.next_update(timeout_s))
        except StopAsyncIteration:
            raise StopIteration from None

    def __next__(self) -> T:
        return self.next()

    def __iter__(self) -> Iterator[T]:
        try:
            while True:
                try:
                    data = self.next()
                except StopIteration:
                    return
                yield data
        finally:
            if not self._is_managed:
                self.close()

    def __enter__(self) -> Self:
        self._is_managed = True
        return self
