"""The clock of a market that moves only when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from trading_api.errors import Unavailable
from trading_api.modules.datafeed.market.ports import MarketSink, MarketSource

HEARTBEAT_S = 0.25
_TICKS_BETWEEN_YIELDS = 16


class SteppableSource(MarketSource, Protocol):
    def step(self, until_ms: int, sink: MarketSink) -> bool:
        """Makes the next move, where there is one at or before `until_ms`, else moves the present
        there; whether there was a move."""
        ...


class SteppedFeed(MarketSink, Protocol):
    async def flush(self) -> None:
        """Returns once all that was reported up to now is acted on."""
        ...


class StepClock:
    """Makes every move of the source, each after the one before was acted on by everyone and
    `delivered` to those who follow it, so that how long that takes changes nothing."""

    def __init__(
        self,
        source: SteppableSource,
        delivered: Callable[[], Awaitable[None]],
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self._source = source
        self._delivered = delivered
        self._heartbeat_s = heartbeat_s
        self._feed: asyncio.Future[SteppedFeed] | None = None
        self._turn = asyncio.Lock()
        self._is_stopped = False

    async def run(self, feed: SteppedFeed) -> None:
        """In place of the source's own `run`: lives on."""
        self._running().set_result(feed)
        try:
            while True:
                feed.heartbeat()
                await asyncio.sleep(self._heartbeat_s)
        finally:
            self._feed = None

    def stop(self) -> None:
        """For good: moves that are under way end early. It may be called by a signal handler."""
        self._is_stopped = True

    async def advance(self, instant: Callable[[int], int]) -> int:
        """To the instant that is made of the present, once earlier calls have ended; the present
        that it reached. Nothing that was caused is outstanding then. Raises Unavailable once it is
        stopped."""
        async with self._turn:
            until_ms, moves = instant(self._source.now_ms), 0
            feed = await self._running()
            is_moving = True
            while is_moving:
                if self._is_stopped:
                    raise Unavailable(
                        f"The server stops; the clock got to {self._source.now_ms}.", "stopping"
                    )
                is_moving = self._source.step(until_ms, feed)
                await feed.flush()
                await self._delivered()
                moves += 1
                if moves % _TICKS_BETWEEN_YIELDS == 0:
                    await asyncio.sleep(0)
            return self._source.now_ms

    def _running(self) -> asyncio.Future[SteppedFeed]:
        if self._feed is None:
            self._feed = asyncio.get_running_loop().create_future()
        return self._feed
