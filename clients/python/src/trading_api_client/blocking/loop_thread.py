"""A thread with an event loop, which runs the asynchronous client."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from trading_api_client.blocking.blocking_stream import BlockingStream, BlockingSubscription
from trading_api_client.stream.stream import Stream, Subscription

T = TypeVar("T")


class LoopThread:
    """Runs coroutines for other threads, and returns their results."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="trading-api-client", daemon=True
        )
        self._thread.start()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine, and return its result. Raises RuntimeError in a callback of the client,
        where the call would wait for itself."""
        if threading.current_thread() is self._thread:
            coroutine.close()
            raise RuntimeError("A callback cannot call the client: it runs in the client's thread")
        if not self.is_running:
            coroutine.close()
            raise RuntimeError("The client was closed")
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()  # an interrupted caller waits no longer
            raise

    def call(self, function: Callable[[], T]) -> T:
        """Call a function in the event loop, and return its result."""

        async def call() -> T:
            return function()

        return self.run(call())

    def stream(self, make: Callable[[], Stream[T]]) -> BlockingStream[T]:
        """Create a stream, and return a blocking one."""
        return BlockingStream(self, self.call(make))

    def subscription(self, make: Callable[[], Subscription[T]]) -> BlockingSubscription[T]:
        """Create a subscription, and return a blocking one."""
        return BlockingSubscription(self, self.call(make))

    def listening(self, listen: Callable[[], Callable[[], None]]) -> Callable[[], None]:
        """Register a listener, and return the function that removes it."""
        end = self.call(listen)
        return lambda: self.call(end)

    def stop(self) -> None:
        """End the remaining tasks, and then the thread."""
        self.run(_cancel_rest())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _cancel_rest() -> None:
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()
