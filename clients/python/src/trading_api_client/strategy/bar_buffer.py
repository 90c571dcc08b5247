"""Closed bars in columns that grow at both ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from trading_api_client.models import Bar
from trading_api_client.strategy.market_data import BarHistory, ClosedBar

_Column = npt.NDArray[Any]
_ROWS = 1_024
_FIELDS = BarHistory.__struct_fields__


class BarBuffer:
    """The closed bars of one symbol and resolution, ascending in time.

    What `last` returns stays as it is: later bars are written behind it."""

    def __init__(self, bars: Sequence[Bar | ClosedBar] = ()) -> None:
        self._columns = _columns(bars)
        self._length = len(bars)

    def __len__(self) -> int:
        return self._length

    @property
    def first_time(self) -> int | None:
        """The time of the oldest bar, or None without bars."""
        return int(self._columns[0][0]) if self._length else None

    def append(self, bar: Bar | ClosedBar) -> None:
        """Add a bar that is later than all others."""
        if self._length == len(self._columns[0]):
            grown = max(_ROWS, 2 * self._length)
            self._columns = [_resized(column, self._length, grown) for column in self._columns]
        for column, name in zip(self._columns, _FIELDS, strict=True):
            column[self._length] = getattr(bar, name)
        self._length += 1

    def prepend(self, bars: Sequence[Bar | ClosedBar]) -> None:
        """Add bars that are earlier than all others."""
        present = (column[: self._length] for column in self._columns)
        older = _columns(bars)
        self._columns = [np.concatenate(pair) for pair in zip(older, present, strict=True)]
        self._length += len(bars)

    def last(self, count: int) -> BarHistory:
        """Return the last `count` bars, or as many as there are."""
        start = max(0, self._length - count)
        views = [column[start : self._length] for column in self._columns]
        for view in views:
            view.flags.writeable = False
        return BarHistory(*views)


def _columns(bars: Sequence[Bar | ClosedBar]) -> list[_Column]:
    times = np.array([bar.time for bar in bars], dtype=np.int64)
    values = [np.array([getattr(b, name) for b in bars], dtype=float) for name in _FIELDS[1:]]
    return [times, *values]


def _resized(column: _Column, length: int, rows: int) -> _Column:
    larger = np.empty(rows, dtype=column.dtype)
    larger[:length] = column[:length]
    return larger
