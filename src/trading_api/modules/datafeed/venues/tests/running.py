"""A live source that runs within a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from trading_api.domain.market_update import MarketUpdate
from trading_api.modules.datafeed.market.interest import InterestView
from trading_api.modules.datafeed.market.ports import MarketSink
from trading_api.modules.datafeed.tests.fakes import RecordingSink
from trading_api.modules.datafeed.venues.live_source import LiveSource
from trading_api.modules.datafeed.venues.tests.scripted_venue import ScriptedVenue

TIMEOUT_S = 10.0


@asynccontextmanager
async def running(
    source: LiveSource, venue: ScriptedVenue, sink: RecordingSink
) -> AsyncIterator[None]:
    task = asyncio.create_task(source.run(sink))
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await venue.has_started.wait()
            yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while not condition():  # noqa: ASYNC110, a condition of any kind
            await asyncio.sleep(0)


async def live(source: LiveSource, symbol: str = "BTCUSDT") -> None:
    """Wait until no gap of the symbol is left."""
    await until(lambda: source.is_live(symbol))


class SteppedRun:
    """A live source that runs in a loop of its own, which stands still between two steps of a test
    without a loop. `sink.target` receives what it reports."""

    def __init__(self, source: LiveSource, venue: ScriptedVenue) -> None:
        self.source = source
        self.sink = ForwardingSink(RecordingSink())
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(source.run(self.sink))
        self._loop.run_until_complete(venue.has_started.wait())
        venue.link_up()
        self._loop.run_until_complete(live(source))

    def close(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)
        self._loop.close()


class ForwardingSink:
    """A sink that passes everything on to another one."""

    def __init__(self, target: MarketSink) -> None:
        self.target = target

    @property
    def interest(self) -> InterestView:
        return self.target.interest

    def publish(self, updates: Sequence[MarketUpdate]) -> None:
        self.target.publish(updates)

    def heartbeat(self) -> None:
        self.target.heartbeat()

    def closed(self, reason: str) -> None:
        self.target.closed(reason)

    def stale(self, reason: str) -> None:
        self.target.stale(reason)

    def symbol_stale(self, symbol: str, reason: str) -> None:
        self.target.symbol_stale(symbol, reason)

    def symbol_fresh(self, symbol: str) -> None:
        self.target.symbol_fresh(symbol)
