"""The clock of a market that moves only on request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, runtime_checkable

from trading_api.errors import Unavailable
from trading_api.modules.datafeed.market.ports import MarketSink, MarketSource, QuietMarket

HEARTBEAT_S = 0.25
_STEPS_BETWEEN_YIELDS = 16


@runtime_checkable
class SteppableSource(MarketSource, Protocol):
    """A source that can be moved step by step, from outside its `run`."""

    def step(self, until_ms: int, sink: MarketSink) -> bool:
        """Make the next step of the source, if there is one at or before `until_ms`, and return
        True. Otherwise move the present there, and return False."""
        ...


@runtime_checkable
class SkippingSource(SteppableSource, Protocol):
    """A source that can leave out the reports of steps that change nothing."""

    def skip_quiet(self, until_ms: int, market: QuietMarket) -> None:
        """Make steps ahead, up to `until_ms`, that change nothing for the market, without a report.
        Make none where it is not known, or where it would not be faster."""
        ...


class HeldSink(MarketSink, Protocol):
    """A sink of a market that stands still until a client moves it. It can wait until its reports
    were handled."""

    def hold(self) -> None:
        """Report that the market stands still on purpose: it is not stale."""
        ...

    async def flush(self) -> None:
        """Return once all reports up to now have been handled."""
        ...


class StepClock:
    """Makes every step of the source after the one before was handled by all listeners, and after
    `wait_delivered` returned because all updates had left the server. How long that takes
    therefore changes nothing. A SkippingSource leaves out the steps that would change nothing."""

    def __init__(
        self,
        source: SteppableSource,
        wait_delivered: Callable[[], Awaitable[None]],
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self._source = source
        self._wait_delivered = wait_delivered
        self._heartbeat_s = heartbeat_s
        self._feed: asyncio.Future[HeldSink] | None = None
        self._lock = asyncio.Lock()
        self._is_stopped = False

    async def run(self, feed: HeldSink) -> None:
        """Replace the source's own `run`: hold the market, and let `advance` step the source."""
        self._running().set_result(feed)
        try:
            while True:
                feed.hold()
                await asyncio.sleep(self._heartbeat_s)
        finally:
            self._feed = None

    def stop(self) -> None:
        """Stop for ever. An `advance` in progress ends early. Safe in a signal handler."""
        self._is_stopped = True

    async def advance(self, instant: Callable[[int], int]) -> int:
        """Move to the instant that `instant` returns for the present, once earlier calls have
        ended. Return the present that was reached. All effects are then done and delivered. Raises
        Unavailable once the clock is stopped."""
        async with self._lock:
            await self._make_steps(instant(self._source.now_ms))
            return self._source.now_ms

    async def _make_steps(
        self, until_ms: int, is_wanted: Callable[[], bool] = lambda: True
    ) -> None:
        """Make the steps up to an instant, as long as they are wanted."""
        steps = 0
        feed = await self._running()
        skipping = self._source if isinstance(self._source, SkippingSource) else None
        quiet = feed if isinstance(feed, QuietMarket) else None
        has_stepped = True
        while has_stepped and is_wanted():
            if self._is_stopped:
                raise Unavailable(
                    f"The server stops; the clock got to {self._source.now_ms}.", "stopping"
                )
            if skipping is not None and quiet is not None:
                skipping.skip_quiet(until_ms, quiet)
            has_stepped = self._source.step(until_ms, feed)
            await feed.flush()
            await self._wait_delivered()
            steps += 1
            if steps % _STEPS_BETWEEN_YIELDS == 0:
                await asyncio.sleep(0)

    def _running(self) -> asyncio.Future[HeldSink]:
        if self._feed is None:
            self._feed = asyncio.get_running_loop().create_future()
        return self._feed
