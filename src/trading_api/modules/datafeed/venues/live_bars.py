"""The bars of one live symbol: closed minutes in columns, the forming minute, and all resolutions
that are made of them."""

from __future__ import annotations

import numpy as np

from trading_api.domain.bar import Bar
from trading_api.domain.resolution import (
    DAY_MS,
    MINUTE_MS,
    bar_start,
    first_bar_start,
    length_ms,
)
from trading_api.modules.datafeed.storage.bar_columns import COLUMN_NAMES, BarColumns, Int64s
from trading_api.modules.datafeed.storage.bar_times import BarTimes

_CAPACITY = 4_096
_DAYS_OF_MONTH_MAX = 31


class LiveBars:
    """Bars of every resolution, read at the present. A minute without trades has no bar.

    A trade changes the forming minute only. Closed minutes never change, but older ones may be put
    before them."""

    def __init__(self, closed: BarColumns) -> None:
        self._table = np.empty((len(COLUMN_NAMES), 0), dtype=np.int64)
        self._start = self._end = 0
        self._times = BarTimes(None)
        self._forming: Bar | None = None
        # By resolution: its newest bar without the forming minute, and what that was made of.
        self._tips: dict[str, tuple[int, int, Bar | None]] = {}
        self.append(closed)

    @property
    def newest_ms(self) -> int:
        """The time of the newest minute; -1 where there is none."""
        return self._forming.time_ms if self._forming else self.last_closed_ms

    @property
    def last_closed_ms(self) -> int:
        return int(self._table[0, self._end - 1]) if len(self) else -1

    @property
    def first_ms(self) -> int:
        """The time of the oldest minute; -1 where there is none."""
        return int(self._table[0, self._start]) if len(self) else self.newest_ms

    @property
    def last_price(self) -> int | None:
        if self._forming:
            return self._forming.close
        return int(self._table[4, self._end - 1]) if len(self) else None

    def __len__(self) -> int:
        """Return the number of closed minutes."""
        return self._end - self._start

    def closed(self, start_ms: int, end_ms: int) -> BarColumns:
        """Return the closed minutes within [start_ms, end_ms)."""
        return self._rows(self._row_at(start_ms), self._row_at(end_ms))

    def add(self, time_ms: int, price: int, volume: int) -> bool:
        """Add a trade to its minute. Return False, and add nothing, if that minute is closed."""
        minute_ms = time_ms - time_ms % MINUTE_MS
        forming = self._forming
        if forming is None or minute_ms > forming.time_ms:
            if minute_ms <= self.last_closed_ms:
                return False
            self.close()
            self._forming = Bar(minute_ms, price, price, price, price, volume)
            return True
        if minute_ms < forming.time_ms:
            return False
        high = max(forming.high, price)
        low = min(forming.low, price)
        self._forming = Bar(minute_ms, forming.open, high, low, price, forming.volume + volume)
        return True

    def close(self) -> None:
        """Close the forming minute, if there is one."""
        if self._forming is not None:
            forming, self._forming = self._forming, None
            self.append(BarColumns.from_bars([forming]))

    def drop_forming(self) -> None:
        """Forget the forming minute, to build it again from all its trades."""
        self._forming = None

    def append(self, columns: BarColumns) -> None:
        """Add closed minutes that are newer than all others. There is no forming minute."""
        assert self._forming is None
        count = len(columns)
        if not count:
            return
        assert int(columns.time_ms[0]) > self.last_closed_ms
        if self._end + count > self._table.shape[1]:
            self._grow(0, max(_CAPACITY, count, len(self)))
        for row, values in zip(self._table, columns.arrays(), strict=True):
            row[self._end : self._end + count] = values
        self._end += count

    def prepend(self, columns: BarColumns) -> None:
        """Add closed minutes that are older than all others."""
        count = len(columns)
        if not count:
            return
        assert self.first_ms < 0 or int(columns.time_ms[-1]) < self.first_ms
        if self._start < count:
            self._grow(max(_CAPACITY, count, len(self)), _CAPACITY)
        for row, values in zip(self._table, columns.arrays(), strict=True):
            row[self._start - count : self._start] = values
        self._start -= count
        self._tips.clear()

    def bars(self, resolution: str, start_ms: int, end_ms: int, count_back: int = 0) -> list[Bar]:
        """Return bars as `MarketSource.bars` does."""
        newest_ms = self.newest_ms
        if newest_ms < 0:
            return []
        tip_ms = bar_start(resolution, newest_ms)
        has_tip = tip_ms < end_ms and (tip_ms >= start_ms or count_back > 0)
        if has_tip and tip_ms <= start_ms and count_back <= 1:
            return [self._tip(resolution, tip_ms)]
        end = self._row_at(min(tip_ms, first_bar_start(resolution, end_ms)))
        start = min(self._row_at(first_bar_start(resolution, start_ms)), end)
        found = self._group(resolution, start, end)
        older = self._older(resolution, start, count_back - len(found) - has_tip)
        bars = [*older.bars(), *found.bars()]
        if has_tip:
            bars.append(self._tip(resolution, tip_ms))
        return bars

    def _tip(self, resolution: str, tip_ms: int) -> Bar:
        """Return the newest bar: its closed minutes, which change once a minute, and the forming
        one."""
        known_ms, known_end, closed = self._tips.get(resolution, (-1, -1, None))
        if known_ms != tip_ms or known_end != self._end:
            rows = self._rows(self._row_at(tip_ms), self._end)
            closed = _merged(tip_ms, rows) if len(rows) else None
            self._tips[resolution] = (tip_ms, self._end, closed)
        forming = self._forming
        if forming is None:
            assert closed is not None
            return closed
        if closed is None:
            return Bar(
                tip_ms, forming.open, forming.high, forming.low, forming.close, forming.volume
            )
        return Bar(
            tip_ms,
            closed.open,
            max(closed.high, forming.high),
            min(closed.low, forming.low),
            forming.close,
            closed.volume + forming.volume,
        )

    def _older(self, resolution: str, end: int, count: int) -> BarColumns:
        """Return the last `count` bars of the rows before `end`, at which a bar ends."""
        if count <= 0 or end == self._start:
            return self._rows(end, end)
        reach = count * _rows_per_bar(resolution)
        while True:
            start = max(self._start, end - reach)
            first_ms = bar_start(resolution, int(self._table[0, start]))
            start = self._row_at(first_ms)
            found = self._group(resolution, start, end)
            if len(found) >= count or start == self._start:
                return found.slice(max(0, len(found) - count), len(found))
            reach *= 2  # minutes without trades have no rows

    def _group(self, resolution: str, start: int, end: int) -> BarColumns:
        rows = self._rows(start, end)
        if resolution == "1":
            return rows
        return rows.grouped(self._times.bar_times(resolution, rows.time_ms))

    def _rows(self, start: int, end: int) -> BarColumns:
        return BarColumns.from_arrays(self._table[:, start:end])

    def _row_at(self, time_ms: int) -> int:
        """Return the number of the first closed minute at the time or after it."""
        times_ms: Int64s = self._table[0, self._start : self._end]
        return self._start + int(times_ms.searchsorted(time_ms))

    def _grow(self, before: int, after: int) -> None:
        table = np.empty((len(COLUMN_NAMES), before + len(self) + after), dtype=np.int64)
        table[:, before : before + len(self)] = self._table[:, self._start : self._end]
        self._end = before + len(self)
        self._start = before
        self._table = table
        self._tips.clear()


def _merged(time_ms: int, rows: BarColumns) -> Bar:
    return Bar(
        time_ms,
        int(rows.open[0]),
        int(rows.high.max()),
        int(rows.low.min()),
        int(rows.close[-1]),
        int(rows.volume.sum()),
    )


def _rows_per_bar(resolution: str) -> int:
    return (length_ms(resolution) or _DAYS_OF_MONTH_MAX * DAY_MS) // MINUTE_MS
