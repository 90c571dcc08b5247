"""Recorded bars of one symbol, played as ticks."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from decimal import Decimal

from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.order_book import LEVELS_MAX, OrderBook
from trading_api.domain.quote import Quote
from trading_api.modules.datafeed.replay.modelled_book import modelled_book
from trading_api.modules.datafeed.replay.playable import PlayedTick
from trading_api.modules.datafeed.storage.bar_series import BarSeries
from trading_api.modules.datafeed.storage.tick_schedule import TICKS_PER_BAR


class BarTrack:
    """Plays the bars of one symbol as four ticks each: open, nearer extreme, other extreme, close.
    Implements PlayedTrack. `ticks` counts those that have been played."""

    trade = None

    def __init__(self, series: BarSeries, start_ms: int) -> None:
        self.series = series
        self.ticks = series.schedule.tick_count(start_ms)
        self._tick_size = series.instrument.tick_size
        self._quoted_tick = -1
        self._quote: Quote

    @property
    def instrument(self) -> Instrument:
        return self.series.instrument

    def play(self, step: None) -> bool:
        self.ticks += 1
        return True

    def bars(self, resolution: str, start_ms: int, end_ms: int, count_back: int = 0) -> list[Bar]:
        return self.series.bars(resolution, start_ms, end_ms, count_back, self.ticks)

    @property
    def bar_end_ms(self) -> int:
        return self.series.schedule.bar_end_ms(self._number)

    def closed_reason(self, now_ms: int) -> str:
        series, symbol = self.series, self.series.instrument.symbol
        if series.schedule.is_trading(self._number, now_ms):
            return ""
        if now_ms >= series.schedule.last_end_ms:
            return f"the recording of {symbol} has ended"
        if not series.schedule.is_in_session(now_ms):
            return f"{symbol} is outside its trading hours"
        return f"nothing of {symbol} was recorded at this time"

    def quote(self) -> Quote:
        tick = self.ticks - 1
        if tick != self._quoted_tick:
            self._quoted_tick, self._quote = tick, self._quote_of(tick)
        return self._quote

    def quote_history(self, before_ms: int | None = None) -> Iterator[Quote]:
        ticks = self.ticks
        if before_ms is not None:
            ticks = min(ticks, self.series.schedule.tick_count(before_ms - 1))
        return map(self._quote_of, range(ticks - 1, -1, -1))

    def quotes_since(self, start_ms: int) -> Iterator[Quote]:
        first = self.series.schedule.tick_count(start_ms - 1)
        return map(self._quote_of, range(first, self.ticks))

    def order_book(self, levels: int) -> OrderBook:
        """Model the book: the size at the touch decays over the range of the bar before."""
        return modelled_book(self.quote(), self.instrument, self._level_step(), levels)

    def _level_step(self) -> Decimal:
        if not self._number:
            return self._tick_size
        before = self.series.recorded[self._number - 1]
        return max(1, (before.high - before.low) // LEVELS_MAX) * self._tick_size

    @property
    def bar(self) -> tuple[int, Bar]:
        """The number of the last bar that has begun, and the whole bar."""
        return self._number, self.series.recorded[self._number]

    @property
    def _number(self) -> int:
        """The number of the last bar that has begun."""
        return (self.ticks - 1) // TICKS_PER_BAR

    def _quote_of(self, tick: int) -> Quote:
        """Return the quote of a tick. It shows the tick's share of the bar's volume; without
        recorded volumes, the largest order quantity."""
        series, instrument = self.series, self.series.instrument
        number, part = divmod(tick, TICKS_PER_BAR)
        last, volume = series.last_price(tick + 1), series.recorded[number].volume
        size = instrument.quantity_max
        if series.has_volume:
            size = max(1, volume // TICKS_PER_BAR) * instrument.quantity_step
        traded = volume * (part + 1) // TICKS_PER_BAR - volume * part // TICKS_PER_BAR
        return Quote(
            symbol=instrument.symbol,
            time_ms=series.schedule.tick_ms(tick),
            bid=max(1, last - 1) * self._tick_size,
            ask=(last + 1) * self._tick_size,
            bid_size=size,
            ask_size=size,
            last=last * self._tick_size,
            last_size=Decimal(traded) / instrument.volume_scale,
        )


def timeline(tracks: Sequence[BarTrack], start_ms: int) -> Iterator[PlayedTick]:
    """Yield the ticks of all symbols by time; at the same time, in the order of the symbols."""
    ticks = heapq.merge(*(_ticks_ahead(order, track) for order, track in enumerate(tracks)))
    due_ms, previous_ms = 0, start_ms
    busy_until_ms = max(start_ms, *(track.bar_end_ms for track in tracks))
    for time_ms, order, bar_end_ms in ticks:
        due_ms += min(time_ms, busy_until_ms) - previous_ms
        busy_until_ms, previous_ms = max(busy_until_ms, bar_end_ms), time_ms
        yield PlayedTick(due_ms, time_ms, tracks[order])
    yield PlayedTick(due_ms + busy_until_ms - previous_ms, busy_until_ms, None)


def _ticks_ahead(order: int, track: BarTrack) -> Iterator[tuple[int, int, int]]:
    """Yield the time and order of each tick ahead, and the end of its bar."""
    schedule = track.series.schedule
    first, past = divmod(track.ticks, TICKS_PER_BAR)
    for number in range(first, len(track.series.recorded)):
        end_ms = schedule.bar_end_ms(number)
        for time_ms in schedule.bar_ticks_ms(number)[past:]:
            yield time_ms, order, end_ms
        past = 0
