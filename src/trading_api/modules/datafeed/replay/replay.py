"""A recording played as a live market."""

from __future__ import annotations

import asyncio
import heapq
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.order_book import LEVELS_MAX, OrderBook, PriceLevel
from trading_api.domain.quote import Quote
from trading_api.modules.datafeed.market.market_clock import monotonic_clock_ms
from trading_api.modules.datafeed.market.ports import MarketSink
from trading_api.modules.datafeed.market.size_decay import decayed_size
from trading_api.modules.datafeed.market.update_builder import build_update
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.storage.bar_series import BarSeries
from trading_api.modules.datafeed.storage.tick_schedule import TICKS_PER_BAR

_HISTORY_PERCENT = 80
_HEARTBEAT_MS = 500
_TICKS_BETWEEN_YIELDS = 200

CATCH_UP_TICKS = 2_000
PAUSE_MAX_MS = 5_000
"""The most that one turn of a running replay counts, before it is multiplied by the speed."""


class Replay:
    """Plays a recording. Implements MarketSource and SteppableSource.

    The ticks up to `start_ms` are history: by default those of the first 80 % of the rows, and at
    least the first tick of each symbol. Later ticks are played at `speed` times their pace, four a
    bar: open, nearer extreme, other extreme, close. Where no bar is under way, as at night, the
    present jumps to the next one. No tick is left out at any speed. `clock` returns milliseconds
    that measure durations. Time between two runs does not count, nor does what a pause of the
    process lasts beyond PAUSE_MAX_MS."""

    def __init__(
        self,
        recording: Recording,
        start_ms: int | None = None,
        speed: float = 60.0,
        clock: Callable[[], int] = monotonic_clock_ms,
    ) -> None:
        if not 0 < speed < math.inf:
            raise ValueError("The speed of a replay is a finite number above zero.")
        self._clock = clock
        self._speed = speed
        self._resolutions = recording.resolutions
        start_ms = _history_end(recording) if start_ms is None else start_ms
        self._recording = recording
        self._start(max(recording.start_ms, min(start_ms, recording.end_ms)))

    def _start(self, start_ms: int) -> None:
        """Make everything up to `start_ms` history, and play what follows."""
        self._tracks = {
            series.instrument.symbol: _Track(series, start_ms) for series in self._recording.series
        }
        self._now_ms = start_ms
        self._timeline = _timeline(list(self._tracks.values()), start_ms)
        self._last = _Tick(0, start_ms, None)
        self._next: _Tick | None = next(self._timeline)
        self._played_ms = 0

    @property
    def now_ms(self) -> int:
        return self._now_ms

    def instruments(self) -> Sequence[Instrument]:
        return tuple(track.series.instrument for track in self._tracks.values())

    def resolutions(self) -> Sequence[str]:
        return self._resolutions

    def bars(
        self, symbol: str, resolution: str, start_ms: int, end_ms: int, count_back: int = 0
    ) -> list[Bar]:
        track = self._tracks[symbol]
        return track.series.bars(resolution, start_ms, end_ms, count_back, track.ticks)

    def quote(self, symbol: str) -> Quote:
        return self._tracks[symbol].quote()

    def quote_history(self, symbol: str) -> Iterator[Quote]:
        return self._tracks[symbol].quote_history()

    def order_book(self, symbol: str, levels: int) -> OrderBook:
        return self._tracks[symbol].order_book(levels)

    def closed_reason(self, symbol: str) -> str:
        return self._tracks[symbol].closed_reason(self._now_ms)

    async def run(self, sink: MarketSink) -> None:
        last_ms, exact_due_ms = self._clock(), float(self._played_ms)
        while True:
            now_ms = self._clock()
            exact_due_ms += max(0, min(now_ms - last_ms, PAUSE_MAX_MS)) * self._speed
            last_ms, due_ms = now_ms, int(exact_due_ms)
            if self.step_to(due_ms, sink):
                await asyncio.sleep(0)
                continue
            sink.heartbeat()
            await asyncio.sleep(self._wait_ms(due_ms) / 1_000)

    def step(self, until_ms: int, sink: MarketSink) -> bool:
        if self._next is None or self._next.time_ms > until_ms:
            self._now_ms = max(self._now_ms, until_ms)
            # A later `run` goes on from here, not from the tick before.
            since_ms = self._now_ms - self._last.time_ms
            next_due_ms = self._next.due_ms if self._next else self._last.due_ms
            self._played_ms = max(self._played_ms, min(self._last.due_ms + since_ms, next_due_ms))
            return False
        self._play(self._next, sink)
        return True

    def move_to(self, instant_ms: int, sink: MarketSink) -> None:
        """Play all ticks up to an instant. If they are more than CATCH_UP_TICKS, they become
        history without being reported."""
        for _ in range(CATCH_UP_TICKS):
            if not self.step(instant_ms, sink):
                return
        self._start(max(self._now_ms, instant_ms))

    def step_to(
        self, due_ms: int, sink: MarketSink, ticks_max: int = _TICKS_BETWEEN_YIELDS
    ) -> bool:
        """Play the ticks that are due after `due_ms` of playing time, `ticks_max` at most. Return
        whether that many were played, so that more may be due."""
        for _ in range(ticks_max):
            if self._next is None:
                return False
            if self._next.due_ms > due_ms:
                self._played_ms = max(self._played_ms, due_ms)
                since_ms = self._played_ms - self._last.due_ms
                self._now_ms = max(self._now_ms, self._last.time_ms + since_ms)
                return False
            self._play(self._next, sink)
        return True

    def _play(self, tick: _Tick, sink: MarketSink) -> None:
        self._last, self._next = tick, next(self._timeline, None)
        self._played_ms = max(self._played_ms, tick.due_ms)
        self._now_ms = max(self._now_ms, tick.time_ms)
        if tick.track is None:
            sink.closed("the recording has ended")
            return
        tick.track.ticks += 1
        if wanted := sink.interest.get(tick.track.series.instrument.symbol):
            sink.publish([build_update(self, tick.track.quote(), wanted)])
        else:
            sink.heartbeat()

    def _wait_ms(self, due_ms: int) -> int:
        if self._next is None:
            return _HEARTBEAT_MS
        return min(_HEARTBEAT_MS, 1 + int((self._next.due_ms - due_ms) / self._speed))


class _Track:
    """One symbol, and the number of its ticks that have been played."""

    def __init__(self, series: BarSeries, start_ms: int) -> None:
        self.series = series
        self.ticks = series.schedule.tick_count(start_ms)
        self._tick_size = series.instrument.tick_size

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
        return self._quote_of(self.ticks - 1)

    def quote_history(self) -> Iterator[Quote]:
        return map(self._quote_of, range(self.ticks - 1, -1, -1))

    def order_book(self, levels: int) -> OrderBook:
        """Model the book: the size at the touch decays over the range of the bar before."""
        quote, step = self.quote(), self._level_step()
        bids = self._side(PriceLevel(quote.bid, quote.bid_size), -step, levels)
        asks = self._side(PriceLevel(quote.ask, quote.ask_size), step, levels)
        return OrderBook(quote.symbol, quote.time_ms, bids, asks)

    def _side(self, best: PriceLevel, step: Decimal, levels: int) -> tuple[PriceLevel, ...]:
        side = [best]
        quantity_step = self.series.instrument.quantity_step
        while len(side) < levels and (price := side[-1].price + step) > 0:
            side.append(PriceLevel(price, decayed_size(best.size, quantity_step, len(side))))
        return tuple(side)

    def _level_step(self) -> Decimal:
        if not self._number:
            return self._tick_size
        before = self.series.recorded[self._number - 1]
        return max(1, (before.high - before.low) // LEVELS_MAX) * self._tick_size

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


@dataclass(frozen=True, slots=True)
class _Tick:
    """A tick of one symbol, due after `due_ms` of playing time. Without a track, the end of the
    recording."""

    due_ms: int
    time_ms: int
    track: _Track | None


def _history_end(recording: Recording) -> int:
    """Return the last instant at which no more than _HISTORY_PERCENT of all symbols' rows have
    begun, without merging them."""
    number = sum(len(each.recorded) for each in recording.series) * _HISTORY_PERCENT // 100
    low_ms = min(each.schedule.tick_ms(0) for each in recording.series)
    high_ms = recording.end_ms
    while low_ms < high_ms:
        middle_ms = (low_ms + high_ms) // 2
        if sum(each.schedule.bar_count(middle_ms) for each in recording.series) > number:
            high_ms = middle_ms
        else:
            low_ms = middle_ms + 1
    return low_ms - 1


def _timeline(tracks: Sequence[_Track], start_ms: int) -> Iterator[_Tick]:
    """Yield the ticks of all symbols by time; at the same time, in the order of the symbols."""
    ticks = heapq.merge(*(_ticks_ahead(order, track) for order, track in enumerate(tracks)))
    due_ms, previous_ms = 0, start_ms
    busy_until_ms = max(start_ms, *(track.bar_end_ms for track in tracks))
    for time_ms, order, bar_end_ms in ticks:
        due_ms += min(time_ms, busy_until_ms) - previous_ms
        busy_until_ms, previous_ms = max(busy_until_ms, bar_end_ms), time_ms
        yield _Tick(due_ms, time_ms, tracks[order])
    yield _Tick(due_ms + busy_until_ms - previous_ms, busy_until_ms, None)


def _ticks_ahead(order: int, track: _Track) -> Iterator[tuple[int, int, int]]:
    """Yield the time and order of each tick ahead, and the end of its bar."""
    schedule = track.series.schedule
    first, past = divmod(track.ticks, TICKS_PER_BAR)
    for number in range(first, len(track.series.recorded)):
        end_ms = schedule.bar_end_ms(number)
        for time_ms in schedule.bar_ticks_ms(number)[past:]:
            yield time_ms, order, end_ms
        past = 0
