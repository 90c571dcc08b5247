"""One recorded symbol at every resolution, seen from a moment within it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.resolution import (
    DAY_MS,
    MINUTE_MS,
    length_ms,
)
from trading_api.domain.session_hours import Sessions
from trading_api.modules.datafeed.storage.bar_columns import Columns
from trading_api.modules.datafeed.storage.bar_times import BarTimes
from trading_api.modules.datafeed.storage.tick_schedule import MOVES, MoveTimes

_DAYS_OF_MONTH_MAX = 31


class RecordedSeries:
    """A moment is `moves`: how many there were since the first bar, four to each bar.

    Bars are made when they are asked for, from the rows of the coarsest level that they are made
    of: the recorded rows, minutes, or days. So a window costs what it returns."""

    def __init__(
        self,
        instrument: Instrument,
        recorded: Columns,
        resolutions: Sequence[str],
        step_ms: int,
        has_volume: bool,
        sessions: Sessions | None = None,
        levels: Mapping[str, Columns] | None = None,
    ) -> None:
        """`levels` as `make_levels` returns them."""
        self.instrument = instrument
        self.recorded = recorded
        self.resolutions = resolutions
        self.step_ms = step_ms
        self.has_volume = has_volume
        self.move_times = MoveTimes(recorded.time_ms, step_ms, sessions)
        self._times = BarTimes(sessions)
        levels = make_levels(recorded, step_ms, sessions) if levels is None else levels
        self._levels: dict[str | None, Columns] = {None: recorded}
        self._levels.update(levels)
        self._base = next((name for name in resolutions if length_ms(name) == step_ms), None)
        if step_ms >= 28 * DAY_MS:
            self._base = "1M"

    def bars(
        self, resolution: str, start_ms: int, end_ms: int, count_back: int, moves: int
    ) -> list[Bar]:
        level = self._level(resolution)
        rows, under_way = self._levels[level], self._under_way(level, moves)
        end = min(rows.row(self._begin(resolution, level, end_ms)), under_way + 1)
        start = min(rows.row(self._begin(resolution, level, start_ms)), end)
        found = self._made(resolution, level, start, end)
        older = self._older(resolution, level, start, count_back - len(found))
        bars = [*older, *found.bars()]
        if bars and end == under_way + 1:
            bars[-1] = self._forming(resolution, moves)
        return bars

    def last_price(self, moves: int) -> int:
        number, part = divmod(moves - 1, MOVES)
        return _path(self.recorded[number])[part]

    def _made(self, resolution: str, level: str | None, start: int, end: int) -> Columns:
        rows = self._levels[level].part(start, end)
        if self._is(resolution, level):
            return rows
        return rows.grouped(self._times.of(resolution, rows.time_ms))

    def _older(self, resolution: str, level: str | None, end: int, count: int) -> list[Bar]:
        """The last `count` bars made of the rows before `end`, where a bar ends."""
        if count <= 0 or not end:
            return []
        rows, reach = self._levels[level], count * self._rows_each(resolution, level)
        while True:
            start = max(0, end - reach)
            if not self._is(resolution, level):
                bar_ms = int(self._times.of(resolution, rows.time_ms[start : start + 1])[0])
                start = rows.row(self._begin(resolution, level, bar_ms))
            found = self._made(resolution, level, start, end)
            if len(found) >= count or not start:
                return found.part(max(0, len(found) - count), len(found)).bars()
            reach *= 2  # rows closer to each other than their usual step

    def _forming(self, resolution: str | None, moves: int) -> Bar:
        """The newest bar as far as it has come: what is over of the finer level, and that one's
        own forming bar."""
        if resolution is None or resolution == self._base:
            number, part = divmod(moves - 1, MOVES)
            return _part_of(self.recorded[number], part + 1)
        finer = self._level(resolution, is_forming=True)
        rows, under_way = self._levels[finer], self._under_way(finer, moves)
        times_ms = rows.time_ms[under_way : under_way + 1]
        bar_ms = int(self._times.of(resolution, times_ms)[0])
        over = rows.part(rows.row(self._begin(resolution, finer, bar_ms)), under_way)
        return _merged(bar_ms, over, self._forming(finer, moves))

    def _under_way(self, level: str | None, moves: int) -> int:
        """The row of the level that holds the moment."""
        number = (moves - 1) // MOVES
        if level is None:
            return number
        bar_ms = int(self._times.of(level, self.recorded.time_ms[number : number + 1])[0])
        return self._levels[level].row(bar_ms)

    def _begin(self, resolution: str, level: str | None, bar_time_ms: int) -> int:
        if self._is(resolution, level):
            return bar_time_ms
        return self._times.begin(resolution, bar_time_ms)

    def _level(self, resolution: str, is_forming: bool = False) -> str | None:
        """The rows that bars of the resolution are made of; a level's forming row is made of
        finer ones."""
        if resolution == self._base:
            return None
        if resolution in self._levels and not is_forming:
            return resolution
        if resolution in ("1W", "1M") and "1D" in self._levels:
            return "1D"
        length = length_ms(resolution)
        is_finer_than_minutes = length is not None and length <= MINUTE_MS
        return None if is_finer_than_minutes or "1" not in self._levels else "1"

    def _is(self, resolution: str, level: str | None) -> bool:
        """Whether the level's rows are the resolution's bars."""
        return resolution == (self._base if level is None else level)

    def _rows_each(self, resolution: str, level: str | None) -> int:
        if self._is(resolution, level):
            return 1
        row_ms = self.step_ms if level is None else length_ms(level)
        assert row_ms is not None
        return -(-(length_ms(resolution) or _DAYS_OF_MONTH_MAX * DAY_MS) // row_ms)


def make_levels(recorded: Columns, step_ms: int, sessions: Sessions | None) -> dict[str, Columns]:
    """Minutes of what is finer, and days of what is intraday, by the name of their resolution."""
    times, levels = BarTimes(sessions), {}
    if step_ms < MINUTE_MS and MINUTE_MS % step_ms == 0:
        levels["1"] = recorded.grouped(times.of("1", recorded.time_ms))
    if step_ms < DAY_MS and DAY_MS % step_ms == 0:
        levels["1D"] = recorded.grouped(times.of("1D", recorded.time_ms))
    return levels


def _merged(time_ms: int, over: Columns, forming: Bar) -> Bar:
    if not len(over):
        return Bar(time_ms, forming.open, forming.high, forming.low, forming.close, forming.volume)
    return Bar(
        time_ms,
        int(over.open[0]),
        max(int(over.high.max()), forming.high),
        min(int(over.low.min()), forming.low),
        forming.close,
        int(over.volume.sum()) + forming.volume,
    )


def _path(bar: Bar) -> tuple[int, int, int, int]:
    """Open, the extreme nearer to it, the other one, close."""
    if bar.open - bar.low <= bar.high - bar.open:
        return bar.open, bar.low, bar.high, bar.close
    return bar.open, bar.high, bar.low, bar.close


def _part_of(bar: Bar, moves: int) -> Bar:
    path = _path(bar)[:moves]
    volume = bar.volume * moves // MOVES
    return Bar(bar.time_ms, bar.open, max(path), min(path), path[-1], volume)
