"""Stored symbols behind a service: their live bars and resolutions."""

from __future__ import annotations

import pytest

from tests.kit.bars_answer import bars_answer
from trading_api.errors import Invalid
from trading_api.models.market import Bar as WireBar
from trading_api.models.market import QuoteValues
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.modules.datafeed.tests.fakes import RecordingSink
from trading_api.modules.datafeed.tests.recordings import (
    FOREVER_MS,
    HEADER,
    NEW_YORK,
    Load,
    at,
    minute,
    opened,
)
from trading_api.shared.ws.router_interface import buildTopicParams
from trading_api.streaming.subscriptions import Subscriptions


class Followed:
    """A stored symbol behind a service, and the updates of its topics."""

    def __init__(self, store: BarStore) -> None:
        self.replay = Replay(Recording([opened(store)]), clock=lambda: 0)
        self.feed = MarketFeed(self.replay, stale_after_ms=60_000)
        self.service = DatafeedService(self.replay, self.feed, Subscriptions())
        self.published: list[WireBar] = []

    def publish(self, bar: WireBar) -> None:
        self.published.append(bar)


async def test_the_day_of_a_night_session_is_live_before_its_date(
    store: BarStore, load: Load
) -> None:
    clocks = [f"{hour:02}:{n:02}" for hour in (18, 19) for n in range(60)]
    lines = [minute(clock, price=n + 10, day="2025-03-09") for n, clock in enumerate(clocks)]
    load(HEADER, *lines, timezone=NEW_YORK, session="1800-1700")
    market = Followed(store)
    info = market.service.resolve("ONE")
    assert (info.session, info.timezone) == ("1800-1700", NEW_YORK)
    topic = f"bars:{buildTopicParams({'symbol': 'ONE', 'resolution': '1D'})}"
    await market.service.create_topic(topic, market.publish)  # type: ignore[arg-type]
    (state,) = market.service.topic_state(topic)
    assert isinstance(state, WireBar)
    assert state.time == at("2025-03-10") > market.replay.now_ms
    (quote,) = market.service.quotes(["ONE"])
    assert isinstance(quote.v, QuoteValues)
    assert quote.v.open_price == 10
    market.replay.step_to(10 * 60_000, market.feed)
    assert {bar.time for bar in market.published} == {at("2025-03-10")}
    found = await bars_answer(market.service, "ONE", "1D", at("2025-03-01"), at("2025-03-20"))
    assert found.bars == market.published[-1:]


async def test_symbols_of_different_steps_are_played_together(store: BarStore, load: Load) -> None:
    load(HEADER, *(minute(f"10:{n:02}") for n in range(10)), symbol="MINUTES")
    days = [f"2025-03-{n:02},1,1,1,1,1" for n in range(1, 11)]
    load(HEADER, *days, symbol="DAYS")
    recording = Recording([opened(store, "DAYS"), opened(store, "MINUTES")])
    replay = Replay(recording, clock=lambda: 0)
    service = DatafeedService(replay, MarketFeed(replay, stale_after_ms=60_000), Subscriptions())
    assert service.configuration().supported_resolutions[0] == "1"
    assert service.resolve("DAYS").supported_resolutions == ["1D", "1W", "1M"]
    assert service.resolve("MINUTES").supported_resolutions[0] == "1"
    with pytest.raises(Invalid, match="of DAYS; there are 1D, 1W, 1M"):
        await service.bars("DAYS", "60", 0, 1, 0)
    sink = RecordingSink()
    while replay.step_to(FOREVER_MS, sink):
        pass
    assert sink.closings == ["the recording has ended"]
