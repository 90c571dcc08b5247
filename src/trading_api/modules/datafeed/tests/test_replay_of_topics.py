"""The bars and trades that follow the last one which a subscriber has."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from trading_api.errors import SymbolNotFound
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.modules.datafeed.simulator.price_tree import TICK_MS
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.modules.datafeed.streams.ports import REPLAY_MAX
from trading_api.streaming.subscriptions import Subscriptions

NOON_MS = 1_795_262_400_000


class Market:
    """The simulator, and the updates of one topic."""

    def __init__(self, topic: str) -> None:
        self.simulator = Simulator(seed=7, clock=lambda: NOON_MS)
        self.feed = MarketFeed(self.simulator, stale_after_ms=5_000)
        self.service = DatafeedService(self.simulator, self.feed, Subscriptions())
        self.topic = topic
        self.published: list[BaseModel] = []

    async def open(self) -> list[BaseModel]:
        await self.service.create_topic(self.topic, self._receive)
        return list(self.service.topic_state(self.topic))

    def _receive(self, data: BaseModel, **_: int | str) -> None:
        self.published.append(data)

    def run_ticks(self, count: int) -> None:
        for _ in range(count):
            self.simulator.move_to(self.simulator.now_ms + TICK_MS, self.feed)

    async def replay(self, position: int) -> list[BaseModel] | None:
        updates = await self.service.replay_since(self.topic, position)
        return None if updates is None else [update.data for update in updates]


TRADES = 'trades:{"symbol":"AAPL"}'


@pytest.mark.parametrize("resolution", ["1S", "5S", "1"])
async def test_replayed_bars_are_those_that_were_published(resolution: str) -> None:
    market = Market(f'bars:{{"resolution":"{resolution}","symbol":"AAPL"}}')
    (state,) = await market.open()
    market.run_ticks(4 * 130)
    last: dict[int, Any] = {bar.time: bar for bar in [state, *market.published]}  # type: ignore[attr-defined]
    for time in [*last][:3]:
        assert await market.replay(time) == [bar for at, bar in last.items() if at >= time]


async def test_replayed_trades_are_those_that_were_published() -> None:
    market = Market(TRADES)
    (state,) = await market.open()
    market.run_ticks(40)
    every: list[Any] = [state, *market.published]
    assert len(every) > 10
    for index in (0, 5, len(every) - 1):
        assert await market.replay(every[index].time) == every[index + 1 :]


async def test_the_last_trades_are_those_that_were_published_and_older_ones() -> None:
    market = Market(TRADES)
    (state,) = await market.open()
    market.run_ticks(40)
    published: list[Any] = [state, *market.published]
    trades = market.service.trades("NASDAQ:AAPL", 500)
    assert trades[-len(published) :] == published
    assert 200 < len(trades) <= 500
    assert [each.time for each in trades] == sorted({each.time for each in trades})
    for limit in (1, 5, len(published) + 3):
        assert market.service.trades("AAPL", limit) == trades[-limit:]
    with pytest.raises(SymbolNotFound):
        market.service.trades("NOPE", 5)


@pytest.mark.parametrize("topic", [TRADES, 'bars:{"resolution":"1S","symbol":"AAPL"}'])
async def test_too_many_are_not_replayed(topic: str) -> None:
    market = Market(topic)
    await market.open()
    assert await market.replay(NOON_MS - (REPLAY_MAX + 10) * 1000) is None
    assert await market.replay(1) is None
    assert await market.replay(NOON_MS - 100_000) is not None


async def test_without_a_last_trade_those_of_the_latest_quotes_are_replayed() -> None:
    market = Market(TRADES)
    await market.open()
    replayed = await market.replay(0)
    assert replayed
    assert replayed == (await market.replay(NOON_MS - REPLAY_MAX * TICK_MS))
