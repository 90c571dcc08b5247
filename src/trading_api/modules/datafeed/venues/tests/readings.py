"""What tests read of a live source and of what it reported."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.bar import Bar
from trading_api.modules.datafeed.tests.fakes import FOREVER_MS, RecordingSink
from trading_api.modules.datafeed.venues.live_source import LiveSource
from trading_api.modules.datafeed.venues.tests.scripted_venue import (
    ScriptedVenue,
)

BTC = "BTCUSDT"


def minutes(source: LiveSource, symbol: str = BTC) -> list[Bar]:
    return source.bars(symbol, "1", 0, FOREVER_MS)


def trades_of(sink: RecordingSink) -> list[tuple[Decimal, Decimal]]:
    return [(each.last, each.last_size) for each in sink.quotes if each.last_size]


def candle_bars(venue: ScriptedVenue, symbol: str = BTC) -> list[Bar]:
    return [Bar(*each) for each in venue.candles(symbol) if each[5]]
