"""What a client sees of one seed's market goes on where it was when the server is started again."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from tests.kit.bars_answer import bars_answer
from trading_api.domain.resolution import RESOLUTIONS
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.modules.datafeed.simulator.listings import LISTINGS
from trading_api.modules.datafeed.simulator.price_tree import TICK_MS
from trading_api.modules.datafeed.simulator.simulator import FIRST_MS, Simulator
from trading_api.streaming.subscriptions import Subscriptions

NOW_MS = 1_795_258_915_123

SEEDS = st.integers(0, 2**32)
SYMBOLS = st.sampled_from([listing.instrument.symbol for listing in LISTINGS])
INSTANTS = st.integers(FIRST_MS + 86_400_000, NOW_MS)
PAUSES_MS = st.one_of(st.integers(0, 2_000), st.integers(0, 400_000))

Bar = dict[str, Any]


class Server:
    """From its start at an instant to its end."""

    def __init__(self, seed: int, now_ms: int) -> None:
        self._simulator = Simulator(seed, clock=lambda: now_ms)
        self._feed = MarketFeed(self._simulator, stale_after_ms=5_000)
        self._service = DatafeedService(self._simulator, self._feed, Subscriptions())

    @property
    def now_ms(self) -> int:
        return self._simulator.now_ms

    async def follow(self, symbol: str, resolution: str, published: list[Bar]) -> None:
        topic = f"bars:{json.dumps({'symbol': symbol, 'resolution': resolution})}"
        await self._service.create_topic(topic, lambda data, **_: published.append(_dumped(data)))
        published.extend(map(_dumped, self._service.topic_state(topic)))

    async def history(self, symbol: str, resolution: str, from_ms: int) -> list[Bar]:
        answer = await bars_answer(self._service, symbol, resolution, from_ms, self.now_ms + 1)
        # One bar alone comes with the one before it.
        return [_dumped(bar) for bar in answer.bars if bar.time >= from_ms]

    def run(self, ticks: int) -> None:
        for _ in range(ticks):
            self._simulator.step(self.now_ms + TICK_MS, self._feed)


@given(
    seed=SEEDS,
    symbol=SYMBOLS,
    resolution=st.sampled_from(RESOLUTIONS[:9]),
    instant_ms=INSTANTS,
    lives=st.lists(st.tuples(st.integers(0, 40), PAUSES_MS), min_size=2, max_size=4),
)
@settings(max_examples=40)
def test_times_ascend_and_none_repeats_over_restarts_with_the_same_seed(
    seed: int, symbol: str, resolution: str, instant_ms: int, lives: list[tuple[int, int]]
) -> None:
    async def told_over_all_lives() -> tuple[list[Bar], list[Bar]]:
        published: list[Bar] = []
        now_ms = instant_ms
        for ticks, pause_ms in lives:
            server = Server(seed, now_ms)
            if published:
                published.extend(await server.history(symbol, resolution, published[-1]["time"]))
            await server.follow(symbol, resolution, published)
            server.run(ticks)
            now_ms = server.now_ms + pause_ms
        return published, await server.history(symbol, resolution, published[0]["time"])

    published, history = asyncio.run(told_over_all_lives())
    for bar, later in pairwise(published):
        assert bar["time"] <= later["time"], "an older bar would be a time violation"
        if bar["time"] == later["time"]:
            assert bar["open"] == later["open"]
            assert bar["high"] <= later["high"]
            assert bar["low"] >= later["low"]
            assert bar["volume"] <= later["volume"]
        else:
            assert bar["close"] == later["open"]
    assert list({bar["time"]: bar for bar in published}.values()) == history


@given(seed=SEEDS, symbol=SYMBOLS, instant_ms=INSTANTS, later_ms=st.integers(0, 10**10))
@settings(max_examples=40)
def test_what_was_the_past_stays_as_it_was_for_a_server_that_starts_later(
    seed: int, symbol: str, instant_ms: int, later_ms: int
) -> None:
    earlier = Simulator(seed, clock=lambda: instant_ms)
    later = Simulator(seed, clock=lambda: instant_ms + later_ms)
    for resolution in RESOLUTIONS:
        *closed, _ = earlier.bars(symbol, resolution, instant_ms, instant_ms, 5)
        window = (closed[0].time_ms, closed[-1].time_ms + 1) if closed else (instant_ms, instant_ms)
        assert later.bars(symbol, resolution, *window) == closed


def _dumped(data: BaseModel) -> Bar:
    return data.model_dump()
