"""Bars of every resolution of one symbol, built on request from rows of a few levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from trading_api.domain.bar import Bar
from trading_api.domain.resolution import DAY_MS, MINUTE_MS, length_ms
from trading_api.domain.session_hours import TradingSessions
from trading_api.modules.datafeed.storage.bar_columns import BarColumns
from trading_api.modules.datafeed.storage.bar_times import BarTimes

_DAYS_OF_MONTH_MAX = 31


class BarRows(Protocol):
    """The rows of a symbol by level: None for the finest ones, `1` for minutes, `1D` for days."""

    def __contains__(self, level: object, /) -> bool: ...

    def __getitem__(self, level: str | None, /) -> BarColumns: ...


class BarLevels:
    """Builds bars from the rows of the coarsest level that divides them: the finest rows, minutes,
    or days. The cost of a window is therefore proportional to what it returns."""

    def __init__(
        self, resolutions: Sequence[str], step_ms: int, sessions: TradingSessions | None
    ) -> None:
        self.step_ms = step_ms
        self.times = BarTimes(sessions)
        self.base = next((name for name in resolutions if length_ms(name) == step_ms), None)
        if step_ms >= 28 * DAY_MS:
            self.base = "1M"

    def window(
        self,
        rows: BarRows,
        resolution: str,
        start_ms: int,
        end_ms: int,
        count_back: int,
        rows_end: int | None = None,
    ) -> tuple[list[Bar], int]:
        """Return bars as `MarketSource.bars` does, of the rows before `rows_end` of their level;
        and the number of the row at which they end."""
        level = self.level(rows, resolution)
        every = rows[level]
        end = every.row_at(self.first_row_ms(resolution, level, end_ms))
        end = end if rows_end is None else min(end, rows_end)
        start = min(every.row_at(self.first_row_ms(resolution, level, start_ms)), end)
        found = self._build(every, resolution, level, start, end)
        older = self._older(every, resolution, level, start, count_back - len(found))
        return [*older, *found.bars()], end

    def level(self, rows: BarRows, resolution: str, is_forming: bool = False) -> str | None:
        """Return the level of whose rows bars of the resolution are built; None for the finest
        rows. A level's own forming row is built of finer ones."""
        if resolution == self.base:
            return None
        if resolution in rows and not is_forming:
            return resolution
        if resolution in ("1W", "1M") and "1D" in rows:
            return "1D"
        length = length_ms(resolution)
        is_finer_than_minutes = length is not None and length <= MINUTE_MS
        return None if is_finer_than_minutes or "1" not in rows else "1"

    def first_row_ms(self, resolution: str, level: str | None, bar_time_ms: int) -> int:
        """Return the time from which on the level's rows belong to bars of this time or later."""
        if self._is_built(resolution, level):
            return bar_time_ms
        return self.times.first_row_ms(resolution, bar_time_ms)

    def _build(
        self, every: BarColumns, resolution: str, level: str | None, start: int, end: int
    ) -> BarColumns:
        rows = every.slice(start, end)
        if self._is_built(resolution, level):
            return rows
        return rows.grouped(self.times.bar_times(resolution, rows.time_ms))

    def _older(
        self, every: BarColumns, resolution: str, level: str | None, end: int, count: int
    ) -> list[Bar]:
        """Return the last `count` bars of the rows before `end`, at which a bar ends."""
        if count <= 0 or not end:
            return []
        reach = count * self._rows_per_bar(resolution, level)
        while True:
            start = max(0, end - reach)
            if not self._is_built(resolution, level):
                bar_ms = int(self.times.bar_times(resolution, every.time_ms[start : start + 1])[0])
                start = every.row_at(self.first_row_ms(resolution, level, bar_ms))
            found = self._build(every, resolution, level, start, end)
            if len(found) >= count or not start:
                return found.slice(max(0, len(found) - count), len(found)).bars()
            reach *= 2  # rows closer to each other than their usual step

    def _is_built(self, resolution: str, level: str | None) -> bool:
        """Return whether the level's rows are the resolution's bars already."""
        return resolution == (self.base if level is None else level)

    def _rows_per_bar(self, resolution: str, level: str | None) -> int:
        if self._is_built(resolution, level):
            return 1
        row_ms = self.step_ms if level is None else length_ms(level)
        assert row_ms is not None
        return -(-(length_ms(resolution) or _DAYS_OF_MONTH_MAX * DAY_MS) // row_ms)


def coarser_levels(step_ms: int) -> list[str]:
    """Return the levels that rows of `step_ms` are also kept at: minutes where they are finer, and
    days where they are intraday."""
    levels = []
    if step_ms < MINUTE_MS and MINUTE_MS % step_ms == 0:
        levels.append("1")
    if step_ms < DAY_MS and DAY_MS % step_ms == 0:
        levels.append("1D")
    return levels
