"""The stored history of a venue."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from trading_api.domain.bar import Bar
from trading_api.modules.datafeed.venues.bar_history_store import BarHistoryStore
from trading_api.modules.datafeed.venues.messages import Candle
from trading_api.modules.datafeed.venues.tests.scripted_venue import NOON_MS, listing

BTC = "BTCUSDT"
MINUTE_MS = 60_000


def candle(minute: int, price: int = 100, volume: int = 1) -> Candle:
    return NOON_MS + minute * MINUTE_MS, price, price + 2, price - 1, price + 1, volume


def put(store: BarHistoryStore, first: int, last: int, price: int = 100) -> None:
    candles = [candle(minute, price) for minute in range(first, last)]
    store.put(BTC, candles, NOON_MS + first * MINUTE_MS, NOON_MS + last * MINUTE_MS)


def test_minutes_are_there_after_the_store_was_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "venue.db"
    store = BarHistoryStore(path)
    assert store.coverage(BTC) is None
    put(store, 10, 20)
    put(store, 20, 25)
    put(store, 0, 10)
    again = BarHistoryStore(path)
    assert again.coverage(BTC) == (NOON_MS, NOON_MS + 25 * MINUTE_MS)
    assert again.minutes(BTC, 0).bars() == [Bar(*candle(minute)) for minute in range(25)]
    assert len(again.minutes(BTC, NOON_MS + 20 * MINUTE_MS)) == 5
    assert len(again.minutes("ETHUSDT", 0)) == 0


def test_a_range_that_is_put_again_replaces_what_was_there(store: BarHistoryStore) -> None:
    put(store, 0, 10)
    store.put(BTC, [candle(4, 200)], NOON_MS + 3 * MINUTE_MS, NOON_MS + 6 * MINUTE_MS)
    times = [bar.time_ms for bar in store.minutes(BTC, 0)]
    assert [(time_ms - NOON_MS) // MINUTE_MS for time_ms in times] == [0, 1, 2, 4, 6, 7, 8, 9]
    assert store.minutes(BTC, 0)[3].open == 200


def test_a_minute_without_trades_has_no_row(store: BarHistoryStore) -> None:
    store.put(BTC, [candle(0), candle(1, volume=0)], NOON_MS, NOON_MS + 2 * MINUTE_MS)
    assert len(store.minutes(BTC, 0)) == 1
    assert store.coverage(BTC) == (NOON_MS, NOON_MS + 2 * MINUTE_MS)


def test_listings_are_found_by_the_venues_names(store: BarHistoryStore) -> None:
    btc = listing()
    store.save_listings([btc])
    assert store.listings([BTC, "NO/USDT"]) == {BTC: btc}


def test_minutes_in_other_ticks_are_deleted(store: BarHistoryStore) -> None:
    before = listing()
    store.save_listings([before])
    put(store, 0, 3)
    later = msgspec.structs.replace(before, last_price=7)
    store.save_listings([later])
    assert len(store.minutes(BTC, 0)) == 3, "the same ticks"
    finer = replace(before.instrument, price_scale=1_000)
    store.save_listings([msgspec.structs.replace(before, instrument=finer)])
    assert (len(store.minutes(BTC, 0)), store.coverage(BTC)) == (0, None)


def test_a_listing_that_changed_is_adopted_at_the_next_start(store: BarHistoryStore) -> None:
    before = listing()
    store.save_listings([before])
    put(store, 0, 3)
    finer = replace(before.instrument, price_scale=1_000)
    changed = msgspec.structs.replace(before, instrument=finer)
    store.save_next_listing(changed)
    assert store.listings([BTC]) == {BTC: before}
    assert len(store.minutes(BTC, 0)) == 3
    for _ in range(2):
        store.adopt_next_listings()
        assert store.listings([BTC]) == {BTC: changed}
        assert len(store.minutes(BTC, 0)) == 0


def test_a_write_that_fails_changes_nothing(store: BarHistoryStore) -> None:
    put(store, 0, 3)
    broken = [candle(0, 500), (NOON_MS, None, 1, 1, 1, 1)]
    with pytest.raises(sqlite3.IntegrityError):
        store.put(BTC, broken, NOON_MS, NOON_MS + 9 * MINUTE_MS)  # type: ignore[arg-type]
    assert store.minutes(BTC, 0).bars() == [Bar(*candle(minute)) for minute in range(3)]
    assert store.coverage(BTC) == (NOON_MS, NOON_MS + 3 * MINUTE_MS)
