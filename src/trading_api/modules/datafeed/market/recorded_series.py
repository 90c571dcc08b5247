"""One recorded symbol at every resolution, seen from a moment within it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from trading_api.modules.datafeed.market.resolution import bar_start, is_whole, length_ms
from trading_api.modules.datafeed.market.source import MarketBar
from trading_api.shared.market_data import Instrument

MOVES = 4


class RecordedSeries:
    """A moment is `moves`: how many there were since the first bar, four to each bar."""

    def __init__(
        self,
        instrument: Instrument,
        bars: Sequence[MarketBar],
        resolutions: Sequence[str],
        step_ms: int,
        has_volume: bool,
    ) -> None:
        self.instrument = instrument
        self.recorded = bars
        self.step_ms = step_ms
        self.has_volume = has_volume
        self._recorded = _Column(bars)
        self._resolutions = resolutions
        self._columns: dict[str | None, _Column] = {None: self._recorded}
        for name in resolutions:
            is_base = length_ms(name) == step_ms
            finer = self._columns[self._finer(name)].bars
            self._columns[name] = self._recorded if is_base else _Column(_aggregated(name, finer))

    def bars(
        self, resolution: str, start_ms: int, end_ms: int, count_back: int, moves: int
    ) -> list[MarketBar]:
        column = self._columns[resolution]
        newest = column.holding(self._newest_time(moves))
        end = min(bisect_left(column.times_ms, end_ms), newest + 1)
        start = max(0, min(bisect_left(column.times_ms, start_ms), end, end - count_back))
        found = list(column.bars[start:end])
        if found and end == newest + 1:
            found[-1] = self._forming(resolution, moves)
        return found

    def bar_end(self, number: int) -> int:
        """When the bar is over: a step after its start, or where the next one begins."""
        times_ms = self._recorded.times_ms
        end_ms = times_ms[number] + self.step_ms
        return min(end_ms, times_ms[number + 1]) if number + 1 < len(times_ms) else end_ms

    def move_time(self, move: int) -> int:
        number, part = divmod(move, MOVES)
        start_ms = self._recorded.times_ms[number]
        return start_ms + (self.bar_end(number) - start_ms) * part // MOVES

    def last_price(self, moves: int) -> int:
        number, part = divmod(moves - 1, MOVES)
        return _path(self.recorded[number])[part]

    def _newest_time(self, moves: int) -> int:
        return self._recorded.times_ms[(moves - 1) // MOVES]

    def _forming(self, resolution: str | None, moves: int) -> MarketBar:
        """The newest bar as far as it has come: what is over of the next finer resolution, and
        that one's own forming bar."""
        if self._columns[resolution] is self._recorded:
            number, part = divmod(moves - 1, MOVES)
            return _part_of(self.recorded[number], part + 1)
        assert resolution is not None
        column, finer = self._columns[resolution], self._finer(resolution)
        fine_column = self._columns[finer]
        newest_ms = self._newest_time(moves)
        start_ms = column.times_ms[column.holding(newest_ms)]
        over = fine_column.bars[
            bisect_left(fine_column.times_ms, start_ms) : fine_column.holding(newest_ms)
        ]
        return _merged(start_ms, [*over, self._forming(finer, moves)])

    def _finer(self, resolution: str) -> str | None:
        coarser_first = reversed(self._resolutions[: self._resolutions.index(resolution)])
        return next(
            (name for name in coarser_first if is_whole(resolution, length_ms(name) or 0)), None
        )


class _Column:
    def __init__(self, bars: Sequence[MarketBar]) -> None:
        self.bars = bars
        self.times_ms = [bar.time_ms for bar in bars]

    def holding(self, instant_ms: int) -> int:
        return bisect_right(self.times_ms, instant_ms) - 1


def _aggregated(resolution: str, bars: Sequence[MarketBar]) -> list[MarketBar]:
    parts: dict[int, list[MarketBar]] = {}
    for bar in bars:
        parts.setdefault(bar_start(resolution, bar.time_ms), []).append(bar)
    return [_merged(time_ms, together) for time_ms, together in parts.items()]


def _merged(time_ms: int, bars: Sequence[MarketBar]) -> MarketBar:
    return MarketBar(
        time_ms,
        bars[0].open,
        max(bar.high for bar in bars),
        min(bar.low for bar in bars),
        bars[-1].close,
        sum(bar.volume for bar in bars),
    )


def _path(bar: MarketBar) -> tuple[int, int, int, int]:
    """Open, the extreme nearer to it, the other one, close."""
    if bar.open - bar.low <= bar.high - bar.open:
        return bar.open, bar.low, bar.high, bar.close
    return bar.open, bar.high, bar.low, bar.close


def _part_of(bar: MarketBar, moves: int) -> MarketBar:
    path = _path(bar)[:moves]
    volume = bar.volume * moves // MOVES
    return MarketBar(bar.time_ms, bar.open, max(path), min(path), path[-1], volume)
