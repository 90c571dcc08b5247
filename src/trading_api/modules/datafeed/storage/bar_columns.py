"""Bars in columns of integers, in memory or mapped from files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from trading_api.domain.bar import Bar, bars_from_columns

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class BarColumns:
    """A sequence of Bar, ascending in time, without an object for each bar."""

    time_ms: Int64s
    open: Int64s
    high: Int64s
    low: Int64s
    close: Int64s
    volume: Int64s

    @classmethod
    def from_bars(cls, bars: Iterable[Bar]) -> BarColumns:
        rows = [(b.time_ms, b.open, b.high, b.low, b.close, b.volume) for b in bars]
        table = np.array(rows, dtype=np.int64).reshape(-1, len(COLUMN_NAMES))
        return cls.from_arrays(np.ascontiguousarray(column) for column in table.T)

    @classmethod
    def from_arrays(cls, columns: Iterable[Int64s]) -> BarColumns:
        """Take the arrays in the order of COLUMN_NAMES."""
        time_ms, open_, high, low, close, volume = columns
        return cls(time_ms, open_, high, low, close, volume)

    def __len__(self) -> int:
        return len(self.time_ms)

    def __iter__(self) -> Iterator[Bar]:
        return iter(self.bars())

    def __getitem__(self, number: int) -> Bar:
        return Bar(*(int(column[number]) for column in self.arrays()))

    def arrays(self) -> tuple[Int64s, ...]:
        """Return the columns in the order of COLUMN_NAMES."""
        return self.time_ms, self.open, self.high, self.low, self.close, self.volume

    def bars(self) -> list[Bar]:
        return bars_from_columns(*(column.tolist() for column in self.arrays()))

    def slice(self, start: int, end: int) -> BarColumns:
        """Return the rows [start, end), as views of the same memory."""
        return BarColumns.from_arrays(column[start:end] for column in self.arrays())

    def take(self, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> BarColumns:
        """Return a copy of the rows with these numbers, or where the mask is true."""
        return BarColumns.from_arrays(column[rows] for column in self.arrays())

    def row_at(self, time_ms: int) -> int:
        """Return the number of the first row at the time or after it."""
        return int(self.time_ms.searchsorted(time_ms))

    def grouped(self, bar_times_ms: Int64s) -> BarColumns:
        """Return one bar for each run of equal values in `bar_times_ms`, which has the new time of
        each row."""
        if not len(self):
            return self
        firsts = np.flatnonzero(np.diff(bar_times_ms, prepend=bar_times_ms[0] - 1))
        lasts = np.append(firsts[1:], len(self)) - 1
        return BarColumns(
            bar_times_ms[firsts],
            self.open[firsts],
            np.maximum.reduceat(self.high, firsts),
            np.minimum.reduceat(self.low, firsts),
            self.close[lasts],
            np.add.reduceat(self.volume, firsts),
        )


COLUMN_NAMES = tuple(column.name for column in fields(BarColumns))
