"""One recorded symbol at every resolution, as it was known at a moment within it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.resolution import (
    DAY_MS,
    MINUTE_MS,
    length_ms,
)
from trading_api.domain.session_hours import TradingSessions
from trading_api.modules.datafeed.storage.bar_columns import BarColumns
from trading_api.modules.datafeed.storage.bar_times import BarTimes
from trading_api.modules.datafeed.storage.tick_schedule import TICKS_PER_BAR, TickSchedule

_DAYS_OF_MONTH_MAX = 31


class BarSeries:
    """The bars of one symbol. A moment in it is `ticks`: how many there were since the first bar,
    TICKS_PER_BAR to each recorded bar.

    Bars are built on request from rows of the coarsest level that divides them: recorded rows,
    minutes, or days. The cost of a window is therefore proportional to what it returns."""

    def __init__(
        self,
        instrument: Instrument,
        recorded: BarColumns,
        resolutions: Sequence[str],
        step_ms: int,
        has_volume: bool,
        sessions: TradingSessions | None = None,
        levels: Mapping[str, BarColumns] | None = None,
    ) -> None:
        """Take `levels` as `build_levels` returns them, or build them where they are None."""
        self.instrument = instrument
        self.recorded = recorded
        self.resolutions = resolutions
        self.step_ms = step_ms
        self.has_volume = has_volume
        self.schedule = TickSchedule(recorded.time_ms, step_ms, sessions)
        self._times = BarTimes(sessions)
        levels = build_levels(recorded, step_ms, sessions) if levels is None else levels
        self._levels: dict[str | None, BarColumns] = {None: recorded}
        self._levels.update(levels)
        self._base = next((name for name in resolutions if length_ms(name) == step_ms), None)
        if step_ms >= 28 * DAY_MS:
            self._base = "1M"

    def bars(
        self, resolution: str, start_ms: int, end_ms: int, count_back: int, ticks: int
    ) -> list[Bar]:
        """Return bars as `MarketSource.bars` does, as they were at the moment of `ticks`."""
        level = self._level(resolution)
        rows, current_row = self._levels[level], self._current_row(level, ticks)
        end = min(rows.row_at(self._first_row_ms(resolution, level, end_ms)), current_row + 1)
        start = min(rows.row_at(self._first_row_ms(resolution, level, start_ms)), end)
        found = self._build(resolution, level, start, end)
        older = self._older(resolution, level, start, count_back - len(found))
        bars = [*older, *found.bars()]
        if bars and end == current_row + 1:
            bars[-1] = self._forming(resolution, ticks)
        return bars

    def last_price(self, ticks: int) -> int:
        """Return the price of the last tick, in price ticks."""
        number, part = divmod(ticks - 1, TICKS_PER_BAR)
        return _path(self.recorded[number])[part]

    def _build(self, resolution: str, level: str | None, start: int, end: int) -> BarColumns:
        rows = self._levels[level].slice(start, end)
        if self._is_built(resolution, level):
            return rows
        return rows.grouped(self._times.bar_times(resolution, rows.time_ms))

    def _older(self, resolution: str, level: str | None, end: int, count: int) -> list[Bar]:
        """Return the last `count` bars of the rows before `end`, at which a bar ends."""
        if count <= 0 or not end:
            return []
        rows, reach = self._levels[level], count * self._rows_per_bar(resolution, level)
        while True:
            start = max(0, end - reach)
            if not self._is_built(resolution, level):
                bar_ms = int(self._times.bar_times(resolution, rows.time_ms[start : start + 1])[0])
                start = rows.row_at(self._first_row_ms(resolution, level, bar_ms))
            found = self._build(resolution, level, start, end)
            if len(found) >= count or not start:
                return found.slice(max(0, len(found) - count), len(found)).bars()
            reach *= 2  # rows closer to each other than their usual step

    def _forming(self, resolution: str | None, ticks: int) -> Bar:
        """Return the newest bar as it is so far: the closed bars of the finer level, and that
        level's own forming bar."""
        if resolution is None or resolution == self._base:
            number, part = divmod(ticks - 1, TICKS_PER_BAR)
            return _part_of(self.recorded[number], part + 1)
        finer = self._level(resolution, is_forming=True)
        rows, current_row = self._levels[finer], self._current_row(finer, ticks)
        times_ms = rows.time_ms[current_row : current_row + 1]
        bar_ms = int(self._times.bar_times(resolution, times_ms)[0])
        over = rows.slice(rows.row_at(self._first_row_ms(resolution, finer, bar_ms)), current_row)
        return _merge(bar_ms, over, self._forming(finer, ticks))

    def _current_row(self, level: str | None, ticks: int) -> int:
        """Return the row of the level that holds the moment."""
        number = (ticks - 1) // TICKS_PER_BAR
        if level is None:
            return number
        bar_ms = int(self._times.bar_times(level, self.recorded.time_ms[number : number + 1])[0])
        return self._levels[level].row_at(bar_ms)

    def _first_row_ms(self, resolution: str, level: str | None, bar_time_ms: int) -> int:
        if self._is_built(resolution, level):
            return bar_time_ms
        return self._times.first_row_ms(resolution, bar_time_ms)

    def _level(self, resolution: str, is_forming: bool = False) -> str | None:
        """Return the level of whose rows bars of the resolution are built; None for the recorded
        rows. A level's own forming row is built of finer ones."""
        if resolution == self._base:
            return None
        if resolution in self._levels and not is_forming:
            return resolution
        if resolution in ("1W", "1M") and "1D" in self._levels:
            return "1D"
        length = length_ms(resolution)
        is_finer_than_minutes = length is not None and length <= MINUTE_MS
        return None if is_finer_than_minutes or "1" not in self._levels else "1"

    def _is_built(self, resolution: str, level: str | None) -> bool:
        """Return whether the level's rows are the resolution's bars already."""
        return resolution == (self._base if level is None else level)

    def _rows_per_bar(self, resolution: str, level: str | None) -> int:
        if self._is_built(resolution, level):
            return 1
        row_ms = self.step_ms if level is None else length_ms(level)
        assert row_ms is not None
        return -(-(length_ms(resolution) or _DAYS_OF_MONTH_MAX * DAY_MS) // row_ms)


def build_levels(
    recorded: BarColumns, step_ms: int, sessions: TradingSessions | None
) -> dict[str, BarColumns]:
    """Return coarser rows by the name of their resolution: minutes where the recorded rows are
    finer, and days where they are intraday."""
    times, levels = BarTimes(sessions), {}
    if step_ms < MINUTE_MS and MINUTE_MS % step_ms == 0:
        levels["1"] = recorded.grouped(times.bar_times("1", recorded.time_ms))
    if step_ms < DAY_MS and DAY_MS % step_ms == 0:
        levels["1D"] = recorded.grouped(times.bar_times("1D", recorded.time_ms))
    return levels


def _merge(time_ms: int, over: BarColumns, forming: Bar) -> Bar:
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
    """Return the open, the extreme nearer to it, the other extreme, and the close."""
    if bar.open - bar.low <= bar.high - bar.open:
        return bar.open, bar.low, bar.high, bar.close
    return bar.open, bar.high, bar.low, bar.close


def _part_of(bar: Bar, ticks: int) -> Bar:
    path = _path(bar)[:ticks]
    volume = bar.volume * ticks // TICKS_PER_BAR
    return Bar(bar.time_ms, bar.open, max(path), min(path), path[-1], volume)
