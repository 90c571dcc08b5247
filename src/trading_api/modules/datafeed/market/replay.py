"""A recording played as a live market."""

from __future__ import annotations

import asyncio
import heapq
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trading_api.modules.datafeed.market.depth import LEVELS_MAX, Depth, Level, thinned
from trading_api.modules.datafeed.market.recorded_series import MOVES, RecordedSeries
from trading_api.modules.datafeed.market.recording import Recording
from trading_api.modules.datafeed.market.source import MarketBar, MarketSink
from trading_api.shared.clock import wall_clock_ms
from trading_api.shared.market_data import Instrument, Quote

_HISTORY_PERCENT = 80
_HEARTBEAT_MS = 500
_MOVES_AT_ONCE_MAX = 200


class Replay:
    """What was recorded before `start_ms` (by default the first 80 % of the rows, and never less
    than each symbol's first bar) is history; the rest is played at `speed` times its pace, each
    bar as four moves within its interval: open, nearer extreme, other extreme, close. Nobody
    waits through nights: where no bar is under way, the present jumps to the next. No move is
    left out at any speed, and none is caught up on that fell into a pause between two runs."""

    def __init__(
        self,
        recording: Recording,
        start_ms: int | None = None,
        speed: float = 60.0,
        clock: Callable[[], int] = wall_clock_ms,
    ) -> None:
        if not 0 < speed < math.inf:
            raise ValueError("The speed of a replay is a finite number above zero.")
        self._clock = clock
        self._speed = speed
        self._resolutions = recording.resolutions
        start_ms = _start(recording, start_ms)
        self._tracks = {
            series.instrument.symbol: _Track(series, start_ms) for series in recording.series
        }
        self._now_ms = max(track.time_ms for track in self._tracks.values())
        self._moves = _timeline(list(self._tracks.values()))
        self._next: _Move | None = next(self._moves)
        self._step_ms = max(series.step_ms for series in recording.series)
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
    ) -> list[MarketBar]:
        track = self._tracks[symbol]
        return track.series.bars(resolution, start_ms, end_ms, count_back, track.moves)

    def quote(self, symbol: str) -> Quote:
        return self._tracks[symbol].quote()

    def depth(self, symbol: str, levels: int) -> Depth:
        return self._tracks[symbol].depth(levels)

    async def run(self, sink: MarketSink) -> None:
        began_ms, played_ms = self._clock(), self._played_ms
        while True:
            due_ms = played_ms + int((self._clock() - began_ms) * self._speed)
            if self.step_to(due_ms, sink):
                await asyncio.sleep(0)
                continue
            sink.heartbeat()
            await asyncio.sleep(self._wait_ms(due_ms) / 1_000)

    def step(self, until_ms: int, sink: MarketSink) -> bool:
        """Makes the next move, where it happened at or before `until_ms`; whether it did. Where
        time goes on for longer than a bar without one, the market is closed until the next."""
        if self._next is None or self._next.time_ms > until_ms:
            if self._next is not None and until_ms - self._now_ms > self._step_ms:
                sink.closed("nothing was recorded at this time")
            return False
        self._make(self._next, sink)
        return True

    def step_to(self, due_ms: int, sink: MarketSink, moves_max: int = _MOVES_AT_ONCE_MAX) -> bool:
        """Plays what is due after so much time of playing, up to `moves_max` moves; whether that
        many were made, and more may be due."""
        for _ in range(moves_max):
            if self._next is None or self._next.due_ms > due_ms:
                self._played_ms = max(self._played_ms, due_ms)
                return False
            self._make(self._next, sink)
        return True

    def _make(self, move: _Move, sink: MarketSink) -> None:
        self._next = next(self._moves, None)
        self._played_ms = max(self._played_ms, move.due_ms)
        self._now_ms = max(self._now_ms, move.time_ms)
        if move.track is None:
            sink.closed("the recording has ended")
        else:
            move.track.moves += 1
            sink.quote(move.track.quote())

    def _wait_ms(self, due_ms: int) -> int:
        if self._next is None:
            return _HEARTBEAT_MS
        return min(_HEARTBEAT_MS, 1 + int((self._next.due_ms - due_ms) / self._speed))


class _Track:
    """One symbol, and how far it has been played."""

    def __init__(self, series: RecordedSeries, start_ms: int) -> None:
        self.series = series
        self.moves = max(1, series.recorded.row(start_ms)) * MOVES
        self._tick_size = series.instrument.tick_size

    @property
    def time_ms(self) -> int:
        return self.series.move_time(self.moves - 1)

    def quote(self) -> Quote:
        instrument, last = self.series.instrument, self.series.last_price(self.moves)
        size = self._size()
        return Quote(
            symbol=instrument.symbol,
            time_ms=self.time_ms,
            bid=max(1, last - 1) * self._tick_size,
            ask=(last + 1) * self._tick_size,
            bid_size=size,
            ask_size=size,
            last=last * self._tick_size,
            last_size=Decimal(self._last_volume()) / instrument.volume_scale,
        )

    def depth(self, levels: int) -> Depth:
        """The size at the touch thins out over as much as the bar before this one moved."""
        quote, step = self.quote(), self._level_step()
        bids = self._side(Level(quote.bid, quote.bid_size), -step, levels)
        asks = self._side(Level(quote.ask, quote.ask_size), step, levels)
        return Depth(quote.symbol, quote.time_ms, bids, asks)

    def _side(self, best: Level, step: Decimal, levels: int) -> tuple[Level, ...]:
        side = [best]
        quantity_step = self.series.instrument.quantity_step
        while len(side) < levels and (price := side[-1].price + step) > 0:
            side.append(Level(price, thinned(best.size, quantity_step, len(side))))
        return tuple(side)

    def _level_step(self) -> Decimal:
        before = self.series.recorded[max(0, (self.moves - 1) // MOVES - 1)]
        return max(1, (before.high - before.low) // LEVELS_MAX) * self._tick_size

    def _last_volume(self) -> int:
        number, part = divmod(self.moves - 1, MOVES)
        volume = self.series.recorded[number].volume
        return volume * (part + 1) // MOVES - volume * part // MOVES

    def _size(self) -> Decimal:
        """A move's share of the bar's volume. A recording without volumes limits nobody."""
        instrument = self.series.instrument
        if not self.series.has_volume:
            return instrument.quantity_max
        volume = self.series.recorded[(self.moves - 1) // MOVES].volume
        return max(1, volume // MOVES) * instrument.quantity_step


@dataclass(frozen=True, slots=True)
class _Move:
    """`due_ms` counts time of playing. Without a track, it is the end of the recording."""

    due_ms: int
    time_ms: int
    track: _Track | None


def _start(recording: Recording, start_ms: int | None) -> int:
    series = recording.series
    if start_ms is None:
        start_ms = _time_of_row(series, sum(len(each.recorded) for each in series))
    return max(start_ms, *(each.recorded[0].time_ms + 1 for each in series))


def _time_of_row(series: Sequence[RecordedSeries], rows: int) -> int:
    """The time of the row at _HISTORY_PERCENT of all symbols' rows, without merging them."""
    number = rows * _HISTORY_PERCENT // 100
    low_ms = min(each.recorded[0].time_ms for each in series)
    high_ms = max(each.recorded[-1].time_ms for each in series)
    while low_ms < high_ms:
        middle_ms = (low_ms + high_ms) // 2
        if sum(each.recorded.row(middle_ms + 1) for each in series) > number:
            high_ms = middle_ms
        else:
            low_ms = middle_ms + 1
    return low_ms


def _timeline(tracks: Sequence[_Track]) -> Iterator[_Move]:
    """All symbols' moves in the order of their times; at one time, in the symbols' order."""
    moves = heapq.merge(*(_moves_ahead(order, track) for order, track in enumerate(tracks)))
    due_ms, busy_until_ms, previous_ms = 0, 0, None
    for time_ms, order, bar_end_ms in moves:
        if previous_ms is not None:
            due_ms += min(time_ms, busy_until_ms) - previous_ms
        busy_until_ms, previous_ms = max(busy_until_ms, bar_end_ms), time_ms
        yield _Move(due_ms, time_ms, tracks[order])
    if previous_ms is not None:
        due_ms += busy_until_ms - previous_ms
    yield _Move(due_ms, busy_until_ms, None)


def _moves_ahead(order: int, track: _Track) -> Iterator[tuple[int, int, int]]:
    """Time, order, and the end of the bar under way."""
    series = track.series
    for move in range(track.moves, MOVES * len(series.recorded)):
        yield series.move_time(move), order, series.bar_end(move // MOVES)
