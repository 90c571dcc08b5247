"""The clock of a stepped market, over each source that can be stepped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from trading_api.errors import Unavailable
from trading_api.modules.datafeed.market.step_clock import StepClock
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.modules.datafeed.tests.fakes import NOON_MS, RecordingSink

TICK_MS = 250


class SlowFeed(RecordingSink):
    """Flushes only after others had their turns; counts what came while it had not."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    async def flush(self) -> None:
        for _ in range(3):
            await asyncio.sleep(0)
        self.calls.append(f"flushed after {len(self.quotes) // 11}")


@asynccontextmanager
async def clock_over(feed: SlowFeed, heartbeat_s: float = 60.0) -> AsyncIterator[StepClock]:
    simulator = Simulator(7, clock=lambda: NOON_MS)

    async def delivered() -> None:
        feed.calls.append(f"delivered at {simulator.now_ms - NOON_MS}")

    clock = StepClock(simulator, delivered, heartbeat_s)
    running = asyncio.create_task(clock.run(feed))
    try:
        yield clock
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_each_move_waits_until_the_one_before_was_acted_on() -> None:
    feed = SlowFeed()
    async with clock_over(feed) as clock:
        assert await clock.advance(lambda now_ms: now_ms + 2 * TICK_MS + 1) == NOON_MS + 501
    assert feed.calls == [
        "flushed after 1",
        "delivered at 250",
        "flushed after 2",
        "delivered at 500",
        "flushed after 2",
        "delivered at 501",
    ]
    times_ms = [quote.time_ms - NOON_MS for quote in feed.quotes if quote.symbol == "AAPL"]
    assert times_ms == [249, 499]


async def test_moves_that_are_asked_for_at_once_are_made_one_after_the_other() -> None:
    feed = SlowFeed()
    async with clock_over(feed) as clock:
        moves = [clock.advance(lambda now_ms: now_ms + TICK_MS) for _ in range(8)]
        assert await asyncio.gather(*moves) == [NOON_MS + TICK_MS * n for n in range(1, 9)]
    times_ms = [quote.time_ms - NOON_MS for quote in feed.quotes if quote.symbol == "AAPL"]
    assert times_ms == [TICK_MS * n - 1 for n in range(1, 9)]


async def test_a_move_that_is_refused_moves_nothing_and_the_next_one_works() -> None:
    def refuse(now_ms: int) -> int:
        raise ValueError(now_ms)

    async with clock_over(SlowFeed()) as clock:
        with pytest.raises(ValueError, match=str(NOON_MS)):
            await clock.advance(refuse)
        for parts in (7, 14):
            assert await clock.advance(lambda now_ms: now_ms + 7) == NOON_MS + parts


async def test_a_market_that_stands_still_is_not_silent() -> None:
    feed = SlowFeed()
    async with clock_over(feed, heartbeat_s=0.001), asyncio.timeout(5):
        while feed.holds < 3:  # noqa: ASYNC110, the feed has no event
            await asyncio.sleep(0.001)
    assert feed.quotes == []


async def test_a_clock_that_is_stopped_ends_a_move_that_is_under_way_early() -> None:
    feed = SlowFeed()
    async with clock_over(feed) as clock:
        month = asyncio.create_task(clock.advance(lambda now_ms: now_ms + 30 * 86_400_000))
        async with asyncio.timeout(5):
            while not feed.quotes:  # noqa: ASYNC110, the feed has no event
                await asyncio.sleep(0)
        clock.stop()
        for move in (month, clock.advance(lambda now_ms: now_ms)):
            with pytest.raises(Unavailable, match=str(NOON_MS)[:6]) as refused:
                await move
            assert refused.value.code == "stopping"
