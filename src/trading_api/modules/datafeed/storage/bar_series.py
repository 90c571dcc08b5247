"""One recorded symbol at every resolution, as it was known at a moment within it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import TypeAlias

import numpy as np

from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.resolution import DAY_MS
from trading_api.domain.session_hours import TradingSessions
from trading_api.modules.datafeed.storage.bar_columns import BarColumns, Int64s
from trading_api.modules.datafeed.storage.bar_levels import BarLevels, coarser_levels
from trading_api.modules.datafeed.storage.bar_times import BarTimes
from trading_api.modules.datafeed.storage.tick_schedule import TICKS_PER_BAR, TickSchedule

_MONTH_MAX_MS = 31 * DAY_MS

BarPath: TypeAlias = tuple[int, int, int, int]
"""The prices of a bar's ticks, in price ticks."""


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
        self._path: Callable[[Bar], BarPath] = _path
        self.schedule = TickSchedule(recorded.time_ms, step_ms, sessions)
        self._bars = BarLevels(resolutions, step_ms, sessions)
        levels = build_levels(recorded, step_ms, sessions) if levels is None else levels
        self._levels: dict[str | None, BarColumns] = {None: recorded}
        self._levels.update(levels)

    def bars(
        self, resolution: str, start_ms: int, end_ms: int, count_back: int, ticks: int
    ) -> list[Bar]:
        """Return bars as `MarketSource.bars` does, as they were at the moment of `ticks`."""
        level = self._bars.level(self._levels, resolution)
        rows_end = self._current_row(level, ticks) + 1
        bars, end = self._bars.window(
            self._levels, resolution, start_ms, end_ms, count_back, rows_end
        )
        if bars and end == rows_end:
            bars[-1] = self._forming(resolution, ticks)
        return bars

    def all_bars(self, resolution: str) -> tuple[BarColumns, Int64s]:
        """Return every bar of a resolution in its final state, and the number of the recorded row
        with which each one begins."""
        rows = len(self.recorded)
        if resolution == self._bars.base:
            return self.recorded, np.arange(rows)
        last_ms = int(self.recorded.time_ms[-1]) + 1
        bars = self.bars(
            resolution,
            int(self.recorded.time_ms[0]) - _MONTH_MAX_MS,
            last_ms,
            0,
            TICKS_PER_BAR * rows,
        )
        firsts = [
            self.recorded.row_at(self._bars.first_row_ms(resolution, None, each.time_ms))
            for each in bars
        ]
        return BarColumns.from_bars(bars), np.array(firsts, np.int64)

    def last_price(self, ticks: int) -> int:
        """Return the price of the last tick, in price ticks."""
        number, part = divmod(ticks - 1, TICKS_PER_BAR)
        return self.path(number)[part]

    def path(self, number: int) -> BarPath:
        """Return the prices of a recorded bar's ticks, in price ticks."""
        return self._path(self.recorded[number])

    def opposite(self) -> BarSeries:
        """Return the same bars, whose ticks reach the farther extreme first."""
        series = copy(self)
        series._path = _opposite_path
        return series

    def _forming(self, resolution: str | None, ticks: int) -> Bar:
        """Return the newest bar as it is so far: the closed bars of the finer level, and that
        level's own forming bar."""
        if resolution is None or resolution == self._bars.base:
            number, part = divmod(ticks - 1, TICKS_PER_BAR)
            bar = self.recorded[number]
            return _part_of(bar, self._path(bar), part + 1)
        finer = self._bars.level(self._levels, resolution, is_forming=True)
        rows, current_row = self._levels[finer], self._current_row(finer, ticks)
        times_ms = rows.time_ms[current_row : current_row + 1]
        bar_ms = int(self._bars.times.bar_times(resolution, times_ms)[0])
        over = rows.slice(
            rows.row_at(self._bars.first_row_ms(resolution, finer, bar_ms)), current_row
        )
        return _merge(bar_ms, over, self._forming(finer, ticks))

    def _current_row(self, level: str | None, ticks: int) -> int:
        """Return the row of the level that holds the moment."""
        number = (ticks - 1) // TICKS_PER_BAR
        if level is None:
            return number
        bar_ms = int(
            self._bars.times.bar_times(level, self.recorded.time_ms[number : number + 1])[0]
        )
        return self._levels[level].row_at(bar_ms)


def build_levels(
    recorded: BarColumns, step_ms: int, sessions: TradingSessions | None
) -> dict[str, BarColumns]:
    """Return coarser rows by the name of their resolution: minutes where the recorded rows are
    finer, and days where they are intraday."""
    times = BarTimes(sessions)
    return {
        name: recorded.grouped(times.bar_times(name, recorded.time_ms))
        for name in coarser_levels(step_ms)
    }


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


def _path(bar: Bar) -> BarPath:
    """Return the open, the extreme nearer to it, the other extreme, and the close."""
    if bar.open - bar.low <= bar.high - bar.open:
        return bar.open, bar.low, bar.high, bar.close
    return bar.open, bar.high, bar.low, bar.close


def _opposite_path(bar: Bar) -> BarPath:
    open_, nearer, farther, close = _path(bar)
    return open_, farther, nearer, close


def _part_of(bar: Bar, path: Sequence[int], ticks: int) -> Bar:
    path = path[:ticks]
    volume = bar.volume * ticks // TICKS_PER_BAR
    return Bar(bar.time_ms, bar.open, max(path), min(path), path[-1], volume)
