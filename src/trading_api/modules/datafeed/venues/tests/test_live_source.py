"""A live source over a scripted venue: starts, bars, quotes and order books."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.bar import Bar
from trading_api.domain.order_book import PriceLevel
from trading_api.domain.ports.market_data import book
from trading_api.domain.resolution import DAY_MS, MINUTE_MS
from trading_api.modules.datafeed.market.interest import InterestSet
from trading_api.modules.datafeed.tests.fakes import FOREVER_MS, RecordingSink
from trading_api.modules.datafeed.venues.bar_history_store import BarHistoryStore
from trading_api.modules.datafeed.venues.messages import (
    CandlesRequest,
    DepthInterest,
    DepthMessage,
    TouchMessage,
    TradesRequest,
)
from trading_api.modules.datafeed.venues.tests.readings import BTC, candle_bars, minutes, trades_of
from trading_api.modules.datafeed.venues.tests.running import live, running, until
from trading_api.modules.datafeed.venues.tests.scripted_venue import (
    NOON_MS,
    ScriptedVenue,
    listing,
)


async def test_the_first_start_takes_closed_minutes_from_candles_and_the_rest_from_trades(
    store: BarHistoryStore,
) -> None:
    venue, sink = ScriptedVenue(), RecordingSink()
    for number in range(12):
        venue.trade(100_00 + number, after_ms=20_000)
    source = venue.source(store)
    async with running(source, venue, sink):
        assert minutes(source) == []
        venue.link_up()
        await live(source)
        assert minutes(source) == candle_bars(venue)
        assert source.quote(BTC).last == Decimal("100.11")
        assert source.now_ms == venue.now_ms
        assert trades_of(sink) == [], "trades from before the start are no news"
        venue.trade(101_00, 2_500, after_ms=1)
        assert trades_of(sink) == [(Decimal(101), Decimal("2.5"))]
        assert minutes(source) == candle_bars(venue)


async def test_a_start_without_a_trade_has_the_price_of_the_listing(store: BarHistoryStore) -> None:
    source = ScriptedVenue().source(store)
    quote = source.quote(BTC)
    assert [quote.bid, quote.last, quote.ask] == [Decimal("99.99"), 100, Decimal("100.01")]
    assert quote.time_ms == source.now_ms == NOON_MS - MINUTE_MS
    assert source.bars(BTC, "5", 0, FOREVER_MS, 10) == []


async def test_what_is_streamed_while_history_loads_is_neither_lost_nor_repeated(
    store: BarHistoryStore,
) -> None:
    venue, sink = ScriptedVenue(), RecordingSink()
    venue.trade(100_00)
    source = venue.source(store)
    venue.released.clear()
    async with running(source, venue, sink):
        venue.link_up()
        await until(lambda: bool(venue.requests))
        for number in range(5):
            venue.trade(100_10 + number, after_ms=10)
            venue.touch(100_00 + number, 100_20 + number)
        assert sink.quotes == []
        venue.released.set()
        await live(source)
        venue.trade(100_50, after_ms=10)
        assert minutes(source) == candle_bars(venue)
        assert source.statistics.gaps_unfilled == 0
        assert source.quote(BTC).bid == Decimal("100.04")


async def test_after_a_restart_only_the_missing_part_is_requested(store: BarHistoryStore) -> None:
    venue = ScriptedVenue()
    for number in range(30):
        venue.trade(100_00 + number, after_ms=20_000)
    source = venue.source(store)
    async with running(source, venue, RecordingSink()):
        venue.link_up()
        await live(source)
        venue.pass_time(70_000)
        await source.check_minutes()
    before = candle_bars(venue)
    for number in range(9):
        venue.trade(101_00 + number, after_ms=20_000)
    venue.requests.clear()
    venue.has_started.clear()
    again = venue.source(store)
    assert minutes(again) == before, "history is there before the venue is reached"
    async with running(again, venue, RecordingSink()):
        venue.link_up()
        await live(again)
    assert minutes(again) == candle_bars(venue)
    first = next(each for each in venue.requests if isinstance(each, CandlesRequest))
    assert first.start_ms >= before[-1].time_ms + MINUTE_MS
    assert first.count <= 6


async def test_older_history_follows_page_by_page_and_is_stored(store: BarHistoryStore) -> None:
    venue = ScriptedVenue(start_ms=NOON_MS - 2 * DAY_MS)
    for number in range(2 * 1_440 // 5):
        venue.trade(100_00 + number % 50, after_ms=5 * MINUTE_MS)
    source = venue.source(store, history_days=2)
    async with running(source, venue, RecordingSink()):
        venue.link_up()
        await live(source)
        recent = minutes(source)
        await source.extend_history()
        assert len(recent) < len(minutes(source))
        wanted = [each for each in candle_bars(venue) if each.time_ms >= venue.now_ms - 2 * DAY_MS]
        assert minutes(source) == wanted
    again = venue.source(store, history_days=2)
    assert minutes(again) == wanted[: len(minutes(again))]
    assert len(minutes(again)) >= len(wanted) - 1


async def test_history_that_is_too_old_to_be_continued_is_requested_again(
    store: BarHistoryStore,
) -> None:
    venue = ScriptedVenue()
    venue.trade(100_00)
    source = venue.source(store)
    async with running(source, venue, RecordingSink()):
        venue.pass_time(70_000)
        venue.link_up()
        await live(source)
        await source.check_minutes()
    assert minutes(venue.source(store)) != []
    venue.now_ms += 3 * DAY_MS
    assert minutes(venue.source(store)) == []


async def test_a_closed_bar_that_was_streamed_equals_history_at_every_resolution(
    store: BarHistoryStore,
) -> None:
    venue = ScriptedVenue()
    venue.trade(100_00)
    source = venue.source(store)
    streamed: dict[tuple[str, int], Bar] = {}

    def note(_: object) -> None:
        for resolution in source.resolutions():
            (bar,) = source.bars(BTC, resolution, FOREVER_MS, FOREVER_MS, 1)
            streamed[resolution, bar.time_ms] = bar

    async with running(source, venue, RecordingSink(note)):
        venue.link_up()
        await live(source)
        for number in range(400):
            venue.trade(100_00 + number * 37 % 113, 1 + number, after_ms=17_000)
    for (resolution, time_ms), bar in streamed.items():
        assert source.bars(BTC, resolution, time_ms, time_ms + 1) == [bar]
    assert minutes(source) == candle_bars(venue)


async def test_a_minute_stays_open_for_trades_that_come_a_little_late(
    store: BarHistoryStore,
) -> None:
    venue = ScriptedVenue(listing(), listing("ETHUSDT"))
    source = venue.source(store)
    async with running(source, venue, RecordingSink()):
        venue.link_up()
        await live(source)
        await live(source, "ETHUSDT")
        venue.trade(100_00, after_ms=59_900)
        venue.trade(3_000_00, symbol="ETHUSDT", after_ms=150)  # the present is in the next minute
        venue.trade(101_00, at_ms=NOON_MS + 59_950)
        assert minutes(source) == [Bar(NOON_MS, 100_00, 101_00, 100_00, 101_00, 2_000)]
        assert source.quote(BTC).time_ms == source.now_ms == NOON_MS + MINUTE_MS + 50
        venue.pass_time(3_000)
        venue.trade(50_00, at_ms=NOON_MS + 59_960)
        assert minutes(source) == [Bar(NOON_MS, 100_00, 101_00, 100_00, 101_00, 2_000)]
        assert source.statistics.late_trades == 1
        assert source.quote(BTC).last == 101


async def test_a_minute_without_trades_has_no_bar(store: BarHistoryStore) -> None:
    venue = ScriptedVenue()
    source = venue.source(store)
    async with running(source, venue, RecordingSink()):
        venue.link_up()
        await live(source)
        venue.trade(100_00)
        venue.trade(101_00, after_ms=5 * MINUTE_MS)
        assert [each.time_ms for each in minutes(source)] == [NOON_MS, NOON_MS + 5 * MINUTE_MS]
        venue.pass_time(MINUTE_MS + 10_000)
        await source.check_minutes()
        assert source.statistics.corrections == 0
    assert minutes(venue.source(store)) == candle_bars(venue)


async def test_quotes_have_the_venues_own_touch(store: BarHistoryStore) -> None:
    venue, sink = ScriptedVenue(), RecordingSink()
    source = venue.source(store)
    async with running(source, venue, sink):
        venue.link_up()
        await live(source)
        venue.trade(100_00)
        venue.touch(99_50, 100_50, 1_500)
        quote = sink.quotes[-1]
        assert (quote.bid, quote.ask) == (Decimal("99.5"), Decimal("100.5"))
        assert [quote.bid_size, quote.last_size] == [Decimal("1.5"), 0]
        count = len(sink.quotes)
        venue.touch(100_50, 100_50)
        venue.stream(TouchMessage(BTC, 99_00, 0, 101_00, 5))
        assert len(sink.quotes) == count, "a crossed or empty touch is no quote"


async def test_depth_is_requested_where_there_is_interest_and_begins_at_the_touch(
    store: BarHistoryStore,
) -> None:
    venue, sink = ScriptedVenue(), RecordingSink()
    source = venue.source(store)
    interest = InterestSet(source)
    sink.interest = interest  # type: ignore[assignment]
    async with running(source, venue, sink):
        venue.link_up()
        await live(source)
        venue.trade(100_00)
        assert venue.sent == []
        interest.add(BTC, book(20))
        venue.pass_time(1_000)
        venue.pass_time(1_000)
        assert venue.sent == [DepthInterest({BTC: 20})]
        venue.touch(99_00, 101_00, 2_000)
        bids, asks = [(99_50, 1), (99_00, 7), (98_00, 3_000)], [(101_00, 7), (102_00, 4_000)]
        venue.stream(DepthMessage(BTC, bids, asks))
        order_book = source.order_book(BTC, 20)
        assert order_book.bids == (
            PriceLevel(Decimal(99), Decimal(2)),
            PriceLevel(Decimal(98), Decimal(3)),
        )
        assert order_book.asks[1:] == (PriceLevel(Decimal(102), Decimal(4)),)
        assert sink.quotes[-1].last_size == 0, "depth is no trade"
        interest.remove(BTC, book(20))
        venue.pass_time(1_000)
        assert venue.sent[-1] == DepthInterest({})


async def test_trades_are_requested_by_id_where_the_venue_has_ids(store: BarHistoryStore) -> None:
    venue = ScriptedVenue()
    source = venue.source(store)
    async with running(source, venue, RecordingSink()):
        venue.link_up()
        await live(source)
        trade = venue.trade(100_00)
        venue.link_down()
        venue.requests.clear()
        venue.link_up()
        await live(source)
    requests = [each for each in venue.requests if isinstance(each, TradesRequest)]
    assert [each.from_id for each in requests] == [str(int(trade.id) + 1)]
