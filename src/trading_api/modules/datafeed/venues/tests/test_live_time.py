"""A live source over a scripted venue: its clock, and corrections by the venue."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec
import pytest

from trading_api.domain.bar import Bar
from trading_api.domain.resolution import MINUTE_MS
from trading_api.modules.datafeed.tests.fakes import RecordingSink
from trading_api.modules.datafeed.venues.bar_history_store import BarHistoryStore
from trading_api.modules.datafeed.venues.messages import (
    TimeMessage,
    TradeMessage,
)
from trading_api.modules.datafeed.venues.tests.readings import BTC, candle_bars, minutes
from trading_api.modules.datafeed.venues.tests.running import live, running
from trading_api.modules.datafeed.venues.tests.scripted_venue import (
    NOON_MS,
    ScriptedVenue,
)


@pytest.mark.parametrize("offset_ms", [2_000, -2_000, 0])
async def test_the_present_is_the_venues_and_never_ahead_of_its_clock(
    store: BarHistoryStore, offset_ms: int
) -> None:
    venue, sink = ScriptedVenue(), RecordingSink()
    venue.offset_ms = offset_ms
    source = venue.source(store)
    async with running(source, venue, sink):
        venue.link_up()
        await live(source)
        venue.trade(100_00)
        assert source.now_ms == venue.now_ms == venue.clock_ms + offset_ms
        venue.stream(TimeMessage(venue.now_ms + 60_000))
        assert source.now_ms == venue.now_ms
        venue.stream(TradeMessage(BTC, "1002", venue.now_ms + 60_000, 101_00, 1))
        assert source.quote(BTC).time_ms == source.now_ms == venue.now_ms
        assert minutes(source)[-1].time_ms <= source.now_ms
        venue.stream(TimeMessage(venue.now_ms - 60_000))
        assert source.now_ms == venue.now_ms, "it never goes back"
        assert source.statistics.clock_offset_ms == offset_ms


async def test_time_moves_by_the_venues_signs_of_life_alone(store: BarHistoryStore) -> None:
    venue, sink = ScriptedVenue(), RecordingSink()
    source = venue.source(store)
    async with running(source, venue, sink):
        venue.link_up()
        await live(source)
        before, beats = source.now_ms, sink.heartbeats
        venue.now_ms += 10_000
        await asyncio.sleep(0)
        assert (source.now_ms, sink.heartbeats) == (before, beats)
        venue.stream(TimeMessage(venue.now_ms))
        assert (source.now_ms, sink.heartbeats) == (venue.now_ms, beats + 1)


# Corrections


async def test_a_correction_takes_effect_at_the_next_start(store: BarHistoryStore) -> None:
    venue = ScriptedVenue()
    source = venue.source(store)
    async with running(source, venue, RecordingSink()):
        venue.link_up()
        await live(source)
        venue.trade(100_00)
        venue.trade(101_00, after_ms=MINUTE_MS)
        streamed = minutes(source)
        corrected = (NOON_MS, 100_00, 105_00, 99_00, 100_50, 7_000)
        venue.corrected[BTC, NOON_MS] = corrected
        venue.pass_time(10_000)
        await source.check_minutes()
        assert source.statistics.corrections == 1
        await source.check_minutes()
        assert source.statistics.corrections == 1, "each minute is compared once"
        assert minutes(source) == streamed
    assert minutes(venue.source(store)) == [Bar(*corrected)]


async def test_a_late_candle_is_compared_when_it_is_there(store: BarHistoryStore) -> None:
    venue = ScriptedVenue()
    venue.late_candles_ms = 30_000
    source = venue.source(store)
    async with running(source, venue, RecordingSink()):
        venue.link_up()
        await live(source)
        venue.trade(100_00, after_ms=50_000)
        venue.trade(101_00, after_ms=20_000)
        await source.check_minutes()
        assert store.coverage(BTC) is None
        venue.pass_time(60_000)
        await source.check_minutes()
        assert source.statistics.corrections == 0
    assert minutes(venue.source(store)) == candle_bars(venue)[:1]


async def test_a_listing_that_changed_at_the_venue_waits_for_the_next_start(
    store: BarHistoryStore,
) -> None:
    venue = ScriptedVenue()
    store.save_listings(venue.listings)
    source = venue.source(store)
    before = venue.listings
    finer = replace(before[0].instrument, price_scale=1_000)
    venue.listings = (msgspec.structs.replace(before[0], instrument=finer),)
    async with running(source, venue, RecordingSink()):
        venue.link_up()
        await live(source)
        await source.check_listings()
    assert store.listings([BTC]) == {BTC: before[0]}
    store.adopt_next_listings()
    assert store.listings([BTC]) == {BTC: venue.listings[0]}
