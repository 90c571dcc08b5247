"""A recording played as a live market."""

from __future__ import annotations

import asyncio
import heapq
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trading_api.clock import wall_clock_ms
from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.order_book import LEVELS_MAX, OrderBook, PriceLevel
from trading_api.domain.quote import Quote
from trading_api.modules.datafeed.market.ports import MarketSink
from trading_api.modules.datafeed.market.size_decay import decayed_size
from trading_api.modules.datafeed.market.update_builder import build_update
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.storage.bar_series import RecordedSeries
from trading_api.modules.datafeed.storage.tick_schedule import MOVES

_HISTORY_PERCENT = 80
_HEARTBEAT_MS = 500
_MOVES_AT_ONCE_MAX = 200


class Replay:
    """The moves up to `start_ms` are history: by default the first 80 % of the rows, and never less
    than each symbol's first move. The others are played at `speed` times their pace, each bar as
    four moves: open, nearer extreme, other extreme, close. Nobody waits through nights: where no
    bar is under way, the present jumps to the next. No move is left out at any speed, and none is
    caught up on that fell into a pause between two runs."""

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
        start_ms = _history_end(recording) if start_ms is None else start_ms
        start_ms = max(recording.start_ms, min(start_ms, recording.end_ms))
        self._tracks = {
            series.instrument.symbol: _Track(series, start_ms) for series in recording.series
        }
        self._now_ms = start_ms
        self._moves = _timeline(list(self._tracks.values()), start_ms)
        self._made = _Move(0, start_ms, None)
        self._next: _Move | None = next(self._moves)
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
        return track.series.bars(resolution, start_ms, end_ms, count_back, track.moves)

    def quote(self, symbol: str) -> Quote:
        return self._tracks[symbol].quote()

    def quote_history(self, symbol: str) -> Iterator[Quote]:
        return self._tracks[symbol].quote_history()

    def order_book(self, symbol: str, levels: int) -> OrderBook:
        return self._tracks[symbol].order_book(levels)

    def closed_reason(self, symbol: str) -> str:
        return self._tracks[symbol].closed_reason(self._now_ms)

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
        if self._next is None or self._next.time_ms > until_ms:
            self._now_ms = max(self._now_ms, until_ms)
            return False
        self._make(self._next, sink)
        return True

    def step_to(self, due_ms: int, sink: MarketSink, moves_max: int = _MOVES_AT_ONCE_MAX) -> bool:
        """Plays what is due after so much time of playing, up to `moves_max` moves; whether that
        many were made, and more may be due."""
        for _ in range(moves_max):
            if self._next is None:
                return False
            if self._next.due_ms > due_ms:
                self._played_ms = max(self._played_ms, due_ms)
                since_ms = self._played_ms - self._made.due_ms
                self._now_ms = max(self._now_ms, self._made.time_ms + since_ms)
                return False
            self._make(self._next, sink)
        return True

    def _make(self, move: _Move, sink: MarketSink) -> None:
        self._made, self._next = move, next(self._moves, None)
        self._played_ms = max(self._played_ms, move.due_ms)
        self._now_ms = max(self._now_ms, move.time_ms)
        if move.track is None:
            sink.closed("the recording has ended")
            return
        move.track.moves += 1
        if wanted := sink.interest.get(move.track.series.instrument.symbol):
            sink.publish([build_update(self, move.track.quote(), wanted)])
        else:
            sink.heartbeat()

    def _wait_ms(self, due_ms: int) -> int:
        if self._next is None:
            return _HEARTBEAT_MS
        return min(_HEARTBEAT_MS, 1 + int((self._next.due_ms - due_ms) / self._speed))


class _Track:
    """One symbol, and how far it has been played."""

    def __init__(self, series: RecordedSeries, start_ms: int) -> None:
        self.series = series
        self.moves = series.move_times.moves(start_ms)
        self._tick_size = series.instrument.tick_size

    @property
    def bar_end_ms(self) -> int:
        return self.series.move_times.end(self._number)

    def closed_reason(self, now_ms: int) -> str:
        series, symbol = self.series, self.series.instrument.symbol
        if series.move_times.is_trading(self._number, now_ms):
            return ""
        if now_ms >= series.move_times.last_end:
            return f"the recording of {symbol} has ended"
        if not series.move_times.is_in_session(now_ms):
            return f"{symbol} is outside its trading hours"
        return f"nothing of {symbol} was recorded at this time"

    def quote(self) -> Quote:
        return self._quote_of(self.moves - 1)

    def quote_history(self) -> Iterator[Quote]:
        return map(self._quote_of, range(self.moves - 1, -1, -1))

    def order_book(self, levels: int) -> OrderBook:
        """The size at the touch thins out over as much as the bar before this one moved."""
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
        """Of the last bar that has begun."""
        return (self.moves - 1) // MOVES

    def _quote_of(self, move: int) -> Quote:
        """It shows a move's share of the bar's volume; a recording without volumes limits
        nobody."""
        series, instrument = self.series, self.series.instrument
        number, part = divmod(move, MOVES)
        last, volume = series.last_price(move + 1), series.recorded[number].volume
        size = instrument.quantity_max
        if series.has_volume:
            size = max(1, volume // MOVES) * instrument.quantity_step
        traded = volume * (part + 1) // MOVES - volume * part // MOVES
        return Quote(
            symbol=instrument.symbol,
            time_ms=series.move_times.of(move),
            bid=max(1, last - 1) * self._tick_size,
            ask=(last + 1) * self._tick_size,
            bid_size=size,
            ask_size=size,
            last=last * self._tick_size,
            last_size=Decimal(traded) / instrument.volume_scale,
        )


@dataclass(frozen=True, slots=True)
class _Move:
    """`due_ms` counts time of playing. Without a track, it is the end of the recording."""

    due_ms: int
    time_ms: int
    track: _Track | None


def _history_end(recording: Recording) -> int:
    """The last instant at which no more than _HISTORY_PERCENT of all symbols' rows have begun,
    without merging them."""
    number = sum(len(each.recorded) for each in recording.series) * _HISTORY_PERCENT // 100
    low_ms = min(each.move_times.of(0) for each in recording.series)
    high_ms = recording.end_ms
    while low_ms < high_ms:
        middle_ms = (low_ms + high_ms) // 2
        if sum(each.move_times.bars(middle_ms) for each in recording.series) > number:
            high_ms = middle_ms
        else:
            low_ms = middle_ms + 1
    return low_ms - 1


def _timeline(tracks: Sequence[_Track], start_ms: int) -> Iterator[_Move]:
    """All symbols' moves in the order of their times; at one time, in the symbols' order."""
    moves = heapq.merge(*(_moves_ahead(order, track) for order, track in enumerate(tracks)))
    due_ms, previous_ms = 0, start_ms
    busy_until_ms = max(start_ms, *(track.bar_end_ms for track in tracks))
    for time_ms, order, bar_end_ms in moves:
        due_ms += min(time_ms, busy_until_ms) - previous_ms
        busy_until_ms, previous_ms = max(busy_until_ms, bar_end_ms), time_ms
        yield _Move(due_ms, time_ms, tracks[order])
    yield _Move(due_ms + busy_until_ms - previous_ms, busy_until_ms, None)


def _moves_ahead(order: int, track: _Track) -> Iterator[tuple[int, int, int]]:
    """Time, order, and the end of the bar under way."""
    times = track.series.move_times
    first, past = divmod(track.moves, MOVES)
    for number in range(first, len(track.series.recorded)):
        end_ms = times.end(number)
        for time_ms in times.of_bar(number)[past:]:
            yield time_ms, order, end_ms
        past = 0
