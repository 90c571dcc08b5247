"""Bars of every resolution of one symbol, which grow with each tick."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trading_api.domain.bar import Bar
from trading_api.domain.session_hours import TradingSessions
from trading_api.modules.datafeed.storage.bar_columns import COLUMN_NAMES, BarColumns, Int64s
from trading_api.modules.datafeed.storage.bar_levels import BarLevels, coarser_levels

_FIRST_CAPACITY = 256


class GrowingBars:
    """Keeps the bars of the finest resolution, of `step_ms`, with their minutes and days; bars of
    other resolutions are built of them on request. All take the same ticks, so that they agree.

    48 bytes are kept for each bar of the finest resolution, and at most twice that while the
    columns grow."""

    def __init__(
        self, resolutions: Sequence[str], step_ms: int, sessions: TradingSessions | None = None
    ) -> None:
        self._bars = BarLevels(resolutions, step_ms, sessions)
        assert self._bars.base is not None, "the finest resolution has a name"
        levels: list[str | None] = [None, *coarser_levels(step_ms)]
        self._levels = {
            level: _Level(self._bars, level, level or self._bars.base) for level in levels
        }

    def add(self, time_ms: int, price: int, volume: int) -> None:
        """Add a tick. Times ascend."""
        for level in self._levels.values():
            level.add(time_ms, price, volume)

    def extend(self, times_ms: Int64s, prices: Int64s, volumes: Int64s) -> None:
        """Add many ticks. Times ascend."""
        if len(times_ms):
            rows = BarColumns(times_ms, prices, prices, prices, prices, volumes)
            for level in self._levels.values():
                rows = level.extend(rows)

    def bars(self, resolution: str, start_ms: int, end_ms: int, count_back: int = 0) -> list[Bar]:
        """Return bars as `MarketSource.bars` does."""
        return self._bars.window(self, resolution, start_ms, end_ms, count_back)[0]

    def __contains__(self, level: object) -> bool:
        return level in self._levels

    def __getitem__(self, level: str | None) -> BarColumns:
        return self._levels[level].columns()


class _Level:
    """The bars of one resolution. The newest one is kept apart until the columns are read."""

    def __init__(self, bars: BarLevels, level: str | None, resolution: str) -> None:
        self._bars = bars
        self._level = level
        self._resolution = resolution
        self._columns = np.empty((len(COLUMN_NAMES), _FIRST_CAPACITY), np.int64)
        self._closed = 0
        self._forming: list[int] = []
        self._next_bar_ms = 0

    def add(self, time_ms: int, price: int, volume: int) -> None:
        forming = self._forming
        if time_ms < self._next_bar_ms:
            if price > forming[2]:
                forming[2] = price
            if price < forming[3]:
                forming[3] = price
            forming[4] = price
            forming[5] += volume
            return
        times_ms = self._bars.times.bar_times(self._resolution, np.array([time_ms], np.int64))
        self._begin([int(times_ms[0]), price, price, price, price, volume])

    def extend(self, rows: BarColumns) -> BarColumns:
        """Add rows, and return them grouped into bars of this level."""
        grouped = rows.grouped(self._bars.times.bar_times(self._resolution, rows.time_ms))
        first, last = grouped[0], len(grouped) - 1
        if self._forming and self._forming[0] == first.time_ms:
            self._merge(first)
        else:
            self._begin(_row(first))
        if last:
            self._append(grouped.slice(1, last))
            self._begin(_row(grouped[last]))
        return grouped

    def columns(self) -> BarColumns:
        """Return all bars, the forming one last."""
        if not self._forming:
            return BarColumns.from_arrays(self._columns[:, :0])
        self._reserve(1)
        self._columns[:, self._closed] = self._forming
        return BarColumns.from_arrays(self._columns[:, : self._closed + 1])

    def _begin(self, row: list[int]) -> None:
        """Close the forming bar, and make the row the forming one."""
        self._close()
        self._forming = row
        # From here on ticks belong to later bars. Days of sessions begin before their time.
        after_ms = self._bars.times.first_row_ms(self._resolution, row[0] + 1)
        self._next_bar_ms = after_ms

    def _merge(self, bar: Bar) -> None:
        forming = self._forming
        forming[2], forming[3] = max(forming[2], bar.high), min(forming[3], bar.low)
        forming[4] = bar.close
        forming[5] += bar.volume

    def _close(self) -> None:
        if self._forming:
            self._reserve(1)
            self._columns[:, self._closed] = self._forming
            self._closed += 1
            self._forming = []

    def _append(self, rows: BarColumns) -> None:
        self._close()
        self._reserve(len(rows))
        for column, values in zip(self._columns, rows.arrays(), strict=True):
            column[self._closed : self._closed + len(rows)] = values
        self._closed += len(rows)

    def _reserve(self, count: int) -> None:
        needed, capacity = self._closed + count, self._columns.shape[1]
        if needed > capacity:
            grown = np.empty((len(COLUMN_NAMES), max(needed, 2 * capacity)), np.int64)
            grown[:, : self._closed] = self._columns[:, : self._closed]
            self._columns = grown


def _row(bar: Bar) -> list[int]:
    return [bar.time_ms, bar.open, bar.high, bar.low, bar.close, bar.volume]
