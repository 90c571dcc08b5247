"""A live source that runs within a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

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
    """Wait until no hole of the symbol is left."""
    await until(lambda: source.is_live(symbol))
