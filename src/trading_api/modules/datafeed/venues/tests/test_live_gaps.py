"""A live source over a scripted venue: what is missing, repeated, refused or lost."""

from __future__ import annotations

import pytest

from trading_api.connectors.errors import ConnectorError
from trading_api.domain.resolution import MINUTE_MS
from trading_api.modules.datafeed.tests.fakes import RecordingSink
from trading_api.modules.datafeed.venues.bar_history_store import BarHistoryStore
from trading_api.modules.datafeed.venues.messages import (
    CandlesRequest,
    LinkChanged,
    TradeMessage,
    TradesRequest,
)
from trading_api.modules.datafeed.venues.tests.readings import BTC, candle_bars, minutes, trades_of
from trading_api.modules.datafeed.venues.tests.running import live, running, until
from trading_api.modules.datafeed.venues.tests.scripted_venue import (
    ScriptedVenue,
    listing,
)


@pytest.mark.parametrize("has_ids", [True, False])
async def test_a_gap_after_a_reconnect_is_filled_before_anything_newer_is_published(
    store: BarHistoryStore, has_ids: bool
) -> None:
    venue, sink = ScriptedVenue(listing(has_consecutive_ids=has_ids)), RecordingSink()
    source = venue.source(store)
    async with running(source, venue, sink):
        venue.link_up()
        await live(source)
        venue.trade(100_00)
        await live(source)
        venue.trade(100_00)
        venue.link_down()
        assert sink.stale_symbols == {BTC: "dropped"}
        assert sink.stale_reasons == ["dropped"]
        for number in range(250):
            venue.trade(100_01 + number, after_ms=100)
        venue.link_up()
        venue.trade(200_00, after_ms=10)
        before = len(trades_of(sink))
        await live(source)
        venue.trade(201_00, after_ms=10)
        await live(source)
        expected = [*range(100_01, 100_01 + 250), 200_00, 201_00]
        assert [last * 100 for last, _ in trades_of(sink)[before:]] == expected
        assert minutes(source) == candle_bars(venue)
        assert sink.stale_symbols == {}
        assert source.statistics.gaps_filled >= 1


class BusyVenue(ScriptedVenue):
    """A venue at which three trades happen during each request."""

    def _trades(self, params: TradesRequest) -> list[TradeMessage]:
        answer = super()._trades(params)
        for number in range(3):
            self.trade(300_00 + number, after_ms=1)
        return answer


@pytest.mark.parametrize("has_ids", [True, False])
async def test_a_gap_is_filled_though_trades_go_on_during_each_request(
    store: BarHistoryStore, has_ids: bool
) -> None:
    """What was streamed meanwhile ends the requests, not the absence of newer trades."""
    venue, sink = BusyVenue(listing(has_consecutive_ids=has_ids)), RecordingSink()
    source = venue.source(store)
    async with running(source, venue, sink):
        venue.link_up()
        await live(source)
        venue.trade(100_00)
        await live(source)
        before = len(trades_of(sink))
        venue.link_down()
        for number in range(250):
            venue.trade(100_01 + number, after_ms=10)
        venue.requests.clear()
        venue.link_up()
        venue.trade(200_00, after_ms=1)
        await live(source)
        assert len(venue.requests) <= 8
        assert not any(isinstance(each, CandlesRequest) for each in venue.requests)
        count = len(trades_of(sink)) - before
        newest = [trade.price for trade in venue.tape[BTC][-count:]]
        assert [last * 100 for last, _ in trades_of(sink)[before:]] == newest
        assert count >= 250
        assert minutes(source) == candle_bars(venue)


async def test_one_lost_trade_shows_by_its_id_and_is_requested(store: BarHistoryStore) -> None:
    venue, sink = ScriptedVenue(), RecordingSink()
    source = venue.source(store)
    async with running(source, venue, sink):
        venue.link_up()
        await live(source)
        venue.trade(100_00)
        venue.trade(101_00, is_lost=True)
        venue.trade(102_00)
        assert len(trades_of(sink)) == 1
        await live(source)
        assert [last for last, _ in trades_of(sink)] == [100, 101, 102]
        assert minutes(source) == candle_bars(venue)


@pytest.mark.parametrize("is_up", [True, False])
async def test_a_venue_that_numbers_its_trades_again_is_followed_without_a_restart(
    store: BarHistoryStore, is_up: bool
) -> None:
    venue, sink = ScriptedVenue(), RecordingSink()
    source = venue.source(store)
    async with running(source, venue, sink):
        venue.link_up()
        await live(source)
        venue.trade(100_00)
        if not is_up:
            venue.link_down()
        venue.forget_trades()
        if not is_up:
            venue.link_up()
            await live(source)
        venue.trade(105_00, after_ms=20_000)
        await live(source)
        assert source.quote(BTC).last == 105
        venue.trade(106_00, after_ms=10)
        assert [last for last, _ in trades_of(sink)][-1] == 106
        assert source.is_live(BTC)


async def test_repeated_trades_are_dropped(store: BarHistoryStore) -> None:
    for has_ids in (True, False):
        venue, sink = ScriptedVenue(listing(has_consecutive_ids=has_ids)), RecordingSink()
        source = venue.source(store)
        async with running(source, venue, sink):
            venue.link_up()
            await live(source)
            venue.trade(99_00)
            await live(source)
            trade = venue.trade(100_00)
            venue.stream(trade)
            venue.stream(trade)
            assert minutes(source) == candle_bars(venue)
            assert source.statistics.duplicates == 2


async def test_a_long_gap_is_filled_with_candles_and_the_forming_minute_with_trades(
    store: BarHistoryStore,
) -> None:
    venue, sink = ScriptedVenue(), RecordingSink()
    source = venue.source(store)
    async with running(source, venue, sink):
        venue.link_up()
        await live(source)
        venue.trade(100_00, after_ms=10_000)
        venue.link_down()
        for number in range(100):
            venue.trade(100_01 + number, after_ms=30_000)
        venue.requests.clear()
        venue.link_up()
        await live(source)
        assert minutes(source) == candle_bars(venue)
        assert len([each for each in venue.requests if isinstance(each, CandlesRequest)]) <= 2
        assert source.quote(BTC).last * 100 == 100_01 + 99
        venue.trade(100_00, after_ms=10)
        assert minutes(source) == candle_bars(venue)
        venue.pass_time(2 * MINUTE_MS)
        await source.check_minutes()
        assert source.statistics.corrections == 0
    assert minutes(venue.source(store)) == candle_bars(venue)


async def test_a_venue_that_keeps_few_trades_has_its_gap_filled_with_candles(
    store: BarHistoryStore,
) -> None:
    venue, sink = ScriptedVenue(listing(has_consecutive_ids=False)), RecordingSink()
    venue.trades_kept = 20
    source = venue.source(store)
    async with running(source, venue, sink):
        venue.link_up()
        await live(source)
        venue.trade(100_00, after_ms=50_000)
        await live(source)
        venue.link_down()
        for number in range(100):
            venue.trade(100_01 + number, after_ms=1_000)
        venue.trade(150_00, after_ms=15_000)
        venue.link_up()
        await live(source)
        closed = [each for each in candle_bars(venue) if each.time_ms < venue.now_ms - MINUTE_MS]
        assert minutes(source)[: len(closed)] == closed


async def test_trades_that_rest_returns_late_are_waited_for(store: BarHistoryStore) -> None:
    venue, sink = ScriptedVenue(), RecordingSink()
    source = venue.source(store)
    async with running(source, venue, sink):
        venue.link_up()
        await live(source)
        venue.trade(100_00)
        venue.rest_lag = 2
        venue.trade(101_00, is_lost=True)
        venue.trade(102_00)
        asked = len(venue.requests)
        await until(lambda: len(venue.requests) > asked + 2)
        assert len(trades_of(sink)) == 1
        venue.rest_lag = 0
        await live(source)
        assert [last for last, _ in trades_of(sink)] == [100, 101, 102]


async def test_trades_that_the_venue_never_returns_are_given_up_and_counted(
    store: BarHistoryStore,
) -> None:
    venue, sink = ScriptedVenue(), RecordingSink()
    source = venue.source(store)
    async with running(source, venue, sink):
        venue.link_up()
        await live(source)
        venue.trade(100_00)
        lost = venue.trade(101_00, is_lost=True)
        venue.tape[BTC].remove(lost)
        venue.rest_lag = 1
        venue.trade(102_00)
        await live(source)
        assert source.quote(BTC).last == 102
        assert source.statistics.gaps_unfilled <= 1
        venue.trade(103_00)
        assert source.quote(BTC).last == 103


async def test_a_link_that_drops_while_a_gap_is_filled_begins_again(
    store: BarHistoryStore,
) -> None:
    venue, sink = ScriptedVenue(), RecordingSink()
    source = venue.source(store)
    async with running(source, venue, sink):
        venue.link_up()
        await live(source)
        venue.trade(100_00)
        venue.link_down()
        venue.trade(101_00, after_ms=10)
        venue.released.clear()
        venue.link_up()
        asked = len(venue.requests)
        await until(lambda: len(venue.requests) > asked)
        venue.link_down()
        venue.trade(102_00, after_ms=10)
        venue.released.set()
        venue.link_up()
        await live(source)
        assert [last for last, _ in trades_of(sink)] == [100, 101, 102]


async def test_a_refused_request_is_repeated_after_what_the_venue_asks_for(
    store: BarHistoryStore,
) -> None:
    venue = ScriptedVenue()
    venue.failures = [
        ConnectorError("rejected", "no touch"),
        ConnectorError("rate_limited", "429", retry_after_s=0.01),
        ConnectorError("network", "reset"),
    ]
    source = venue.source(store)
    async with running(source, venue, RecordingSink()):
        venue.link_up()
        await live(source)
        assert venue.failures == []


async def test_a_connector_that_ends_is_started_again_and_its_gap_filled(
    store: BarHistoryStore,
) -> None:
    venue, sink = ScriptedVenue(), RecordingSink()
    source = venue.source(store)
    async with running(source, venue, sink):
        venue.link_up()
        await live(source)
        venue.trade(100_00)
        venue.end("status -9")
        await until(lambda: venue.runs == 2)
        assert sink.stale_reasons == ["the connector of venue ended: status -9"]
        venue.trade(101_00, after_ms=10)
        venue.link_up()
        await live(source)
        assert [last for last, _ in trades_of(sink)] == [100, 101]


async def test_maintenance_closes_the_market_with_its_reason(store: BarHistoryStore) -> None:
    venue, sink = ScriptedVenue(), RecordingSink()
    source = venue.source(store)
    async with running(source, venue, sink):
        venue.link_down("until 12:00", "venue_maintenance")
        assert sink.closings == ["venue is under maintenance: until 12:00"]
        assert sink.stale_reasons == []


async def test_one_symbol_is_stale_while_the_others_go_on(store: BarHistoryStore) -> None:
    venue, sink = ScriptedVenue(listing(), listing("ETHUSDT")), RecordingSink()
    source = venue.source(store)
    async with running(source, venue, sink):
        venue.link_up()
        await live(source)
        await live(source, "ETHUSDT")
        venue.stream(LinkChanged([BTC], False, "no sign of life", "timeout"))
        assert sink.stale_symbols == {BTC: "no sign of life"}
        assert sink.stale_reasons == []
        venue.trade(3_000_00, symbol="ETHUSDT")
        assert sink.quotes[-1].symbol == "ETHUSDT"


async def test_a_source_that_is_run_again_fills_the_gap_between(store: BarHistoryStore) -> None:
    venue, sink = ScriptedVenue(), RecordingSink()
    source = venue.source(store)
    async with running(source, venue, sink):
        venue.link_up()
        await live(source)
        venue.trade(100_00)
    assert not source.is_live(BTC)
    venue.is_up = False
    venue.trade(101_00, after_ms=10)
    venue.has_started.clear()
    async with running(source, venue, sink):
        venue.link_up()
        await live(source)
        assert [last for last, _ in trades_of(sink)] == [100, 101]
