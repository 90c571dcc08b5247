"""Subscriptions as asynchronous iterators and as callbacks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from trading_api_client.errors import ConnectionFailed, ConsumerTooSlow, TimedOut, TradingApiError
from trading_api_client.stream.channels import Update
from trading_api_client.stream.shared_topic import SharedTopic
from trading_api_client.stream.stream_client import StreamClient
from trading_api_client.stream.update_buffer import UpdateBuffer

T = TypeVar("T")


class Subscription(Generic[T]):
    """A subscription to one or several topics, until `close` or a rejection by the server.

    It is the listener of its topics. `report` receives each update."""

    def __init__(self, streams: StreamClient) -> None:
        self._streams = streams
        self._topics: list[SharedTopic[Any]] = []
        self._unsynchronized = 1
        self._synchronized: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._synchronized.add_done_callback(asyncio.Future.exception)
        self._error: TradingApiError | None = None
        self._is_closed = False
        self._on_end: list[Callable[[TradingApiError | None], object]] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    async def synchronized(self) -> None:
        """Return once the server has confirmed the subscription and its first state has arrived.

        Raises Refused if the server rejects the subscription, and ConnectionFailed if it is closed
        before."""
        await asyncio.shield(self._synchronized)

    def on_end(self, callback: Callable[[TradingApiError | None], object]) -> None:
        """Call a function once the subscription has ended: with the error, or with None after
        `close`.

        The call is in the event loop of the client, and immediate if the subscription has ended
        already."""
        if self._is_closed:
            callback(self._error)
        else:
            self._on_end.append(callback)

    def close(self) -> None:
        """End the subscription."""
        self._finish(None)

    def __repr__(self) -> str:
        if self._is_closed:
            return f"<{type(self).__name__}, closed>"
        topics = ", ".join(topic.topic for topic in self._topics)
        return f"<{type(self).__name__} of {topics or 'a topic that is not subscribed yet'}>"

    # For the creator of a subscription

    def begin(self, task: asyncio.Task[None]) -> None:
        """Keep the task that subscribes to the topics."""
        self._task = task

    def attach(self, topics: list[SharedTopic[Any]]) -> None:
        """Keep the topics of the subscription."""
        self._topics = topics
        self._unsynchronized = len(topics)
        if self._is_closed:
            self._leave()

    def report(self, update: Update[T]) -> None:
        """Receive an update."""
        raise NotImplementedError

    # The reports of the topics

    def on_update(self, update: Update[T]) -> None:
        self.report(update)

    def on_synchronized(self) -> None:
        self._unsynchronized -= 1
        if self._unsynchronized == 0 and not self._synchronized.done():
            self._synchronized.set_result(None)

    def on_failed(self, error: TradingApiError) -> None:
        self._finish(error)

    def _finish(self, error: TradingApiError | None) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._error = error
        if self._task is not None:
            self._task.cancel()
        self._leave()
        if not self._synchronized.done():
            closed = ConnectionFailed("The subscription was closed")
            self._synchronized.set_exception(error or closed)
        for callback in self._on_end:
            callback(error)

    def _leave(self) -> None:
        topics, self._topics = self._topics, []
        for topic in topics:
            self._streams.unsubscribe(topic, self)


class Stream(Subscription[T]):
    """An asynchronous iterator of the updates of a subscription.

    A loop over it ends the subscription when the loop ends. Inside `async with`, the subscription
    lasts until the end of the block. A rejected subscription raises Refused.

    At most `buffer` updates wait for a slow consumer. When half of them wait, the stream conflates:
    it keeps only the last bar of one time, quote of one symbol, order book and equity. When the
    buffer is full, the stream ends with ConsumerTooSlow."""

    def __init__(
        self, streams: StreamClient, key: Callable[[T], Hashable] | None, buffer: int
    ) -> None:
        super().__init__(streams)
        self._key = key
        self._buffer: UpdateBuffer[Update[T]] = UpdateBuffer(buffer)
        self._waiting: asyncio.Future[None] | None = None
        self._is_managed = False

    def report(self, update: Update[T]) -> None:
        key = None if self._key is None else (update.topic, self._key(update.data))
        if not self._buffer.put(update, key):
            self._finish(ConsumerTooSlow(f"{len(self._buffer)} updates were not read"))
        self._wake()

    async def next(self, timeout_s: float | None = None) -> T:
        """Return the next update. Raises TimedOut, and StopAsyncIteration after `close`."""
        return (await self.next_update(timeout_s)).data

    async def next_update(self, timeout_s: float | None = None) -> Update[T]:
        """Return the next update with `seq`, `prev` and `ts`. Raises TimedOut, and
        StopAsyncIteration after `close`."""
        try:
            async with asyncio.timeout(timeout_s):
                while not self._buffer:
                    if self._error is not None:
                        raise self._error
                    if self._is_closed:
                        raise StopAsyncIteration
                    self._waiting = asyncio.get_running_loop().create_future()
                    await self._waiting
        except TimeoutError:
            raise TimedOut(f"There was no update within {timeout_s} s") from None
        return self._buffer.take()

    async def __anext__(self) -> T:
        return await self.next()

    async def __aiter__(self) -> AsyncIterator[T]:
        try:
            while True:
                try:
                    data = await self.next()
                except StopAsyncIteration:
                    return
                yield data
        finally:
            if not self._is_managed:
                self.close()

    async def __aenter__(self) -> Self:
        self._is_managed = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _finish(self, error: TradingApiError | None) -> None:
        super()._finish(error)
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


class CallbackSubscription(Subscription[T]):
    """Calls a function with the data of each update, in the event loop of the client.

    An exception of the function goes to the loop's exception handler, and the subscription
    continues."""

    def __init__(self, streams: StreamClient, callback: Callable[[T], object]) -> None:
        super().__init__(streams)
        self._callback = callback

    def report(self, update: Update[T]) -> None:
        try:
            self._callback(update.data)
        except Exception as error:  # noqa: BLE001, the loop's handler reports it
            loop = asyncio.get_running_loop()
            name = getattr(self._callback, "__qualname__", repr(self._callback))
            context = {"message": f"The callback {name} failed", "exception": error}
            loop.call_exception_handler(context)
