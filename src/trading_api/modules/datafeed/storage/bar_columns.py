"""Bars kept in columns of whole numbers: in memory, or mapped from files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from trading_api.domain.bar import Bar

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """A sequence of Bar, ascending in time, without an object for each."""

    time_ms: Int64s
    open: Int64s
    high: Int64s
    low: Int64s
    close: Int64s
    volume: Int64s

    @classmethod
    def of(cls, bars: Iterable[Bar]) -> Columns:
        rows = [(b.time_ms, b.open, b.high, b.low, b.close, b.volume) for b in bars]
        table = np.array(rows, dtype=np.int64).reshape(-1, len(NAMES))
        return cls.made(np.ascontiguousarray(column) for column in table.T)

    @classmethod
    def made(cls, columns: Iterable[Int64s]) -> Columns:
        """In the order of NAMES."""
        time_ms, open_, high, low, close, volume = columns
        return cls(time_ms, open_, high, low, close, volume)

    def __len__(self) -> int:
        return len(self.time_ms)

    def __iter__(self) -> Iterator[Bar]:
        return iter(self.bars())

    def __getitem__(self, number: int) -> Bar:
        return Bar(*(int(column[number]) for column in self.each()))

    def each(self) -> tuple[Int64s, ...]:
        return self.time_ms, self.open, self.high, self.low, self.close, self.volume

    def bars(self) -> list[Bar]:
        return [Bar(*row) for row in zip(*(c.tolist() for c in self.each()), strict=True)]

    def part(self, start: int, end: int) -> Columns:
        return Columns.made(column[start:end] for column in self.each())

    def take(self, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Columns:
        return Columns.made(column[rows] for column in self.each())

    def row(self, time_ms: int) -> int:
        """The first row at the time or after it."""
        return int(self.time_ms.searchsorted(time_ms))

    def grouped(self, bar_times_ms: Int64s) -> Columns:
        """One bar for each run of equal times, which are the rows' new ones."""
        if not len(self):
            return self
        firsts = np.flatnonzero(np.diff(bar_times_ms, prepend=bar_times_ms[0] - 1))
        lasts = np.append(firsts[1:], len(self)) - 1
        return Columns(
            bar_times_ms[firsts],
            self.open[firsts],
            np.maximum.reduceat(self.high, firsts),
            np.minimum.reduceat(self.low, firsts),
            self.close[lasts],
            np.add.reduceat(self.volume, firsts),
        )


NAMES = tuple(column.name for column in fields(Columns))
