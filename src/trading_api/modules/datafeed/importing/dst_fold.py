"""Decides, where clocks go back, to which of two equal hours a row belongs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from trading_api.domain.resolution import DAY_MS
from trading_api.modules.datafeed.importing.csv_rows import (
    CsvRows,
    FaultyRowsError,
    RowFault,
)


@dataclass(frozen=True, slots=True)
class _Row:
    rows: CsvRows
    number: int

    @property
    def written_ms(self) -> int:
        return self.rows.written_ms[self.number]

    @property
    def later_ms(self) -> int:
        return self.rows.later_ms[self.number]

    @property
    def content(self) -> tuple[float, ...]:
        rows, n = self.rows, self.number
        return rows.open[n], rows.high[n], rows.low[n], rows.close[n], rows.volume[n]


@dataclass(slots=True)
class _RepeatedHour:
    """The consecutive rows of one hour that occurs twice, perhaps from several files. `before` and
    `after` are their neighbors in those files."""

    rows: list[_Row]
    before: _Row | None
    after: _Row | None


def resolve_repeated_hours(files: Sequence[CsvRows]) -> None:
    """Add the clock change to the times of rows that belong to the second hour. That hour begins
    where times go back: within a file, or from one to the next. Raises FaultyRowsError where the
    order does not decide."""
    FaultyRowsError.raise_for(
        [fault for hour in _repeated_hours(files) for fault in _resolve(hour)]
    )


def _resolve(hour: _RepeatedHour) -> list[RowFault]:
    rows = hour.rows
    second = _second_hour(hour)
    if second is None:
        what = (
            "the time comes twice on that day, and the order of the rows does not tell which one "
            "it is; write it with its offset from UTC"
        )
        return [row.rows.fault(row.number, what) for row in rows]
    for row in rows[second:]:
        row.rows.time_ms[row.number] += row.later_ms
    return []


def _second_hour(hour: _RepeatedHour) -> int | None:
    """Return the number of the first row of the second hour: `len(rows)` where there is none, None
    where that is unknown."""
    rows = hour.rows
    steps_ms = [b.written_ms - a.written_ms for a, b in pairwise(rows)]
    back = [number for number, step_ms in enumerate(steps_ms, start=1) if step_ms < 0]
    if back:
        return back[0] if len(back) == 1 else None
    if not rows[0].rows.are_ticks and 0 in steps_ms:
        if len(rows) == 2 and not _is_duplicate(hour):
            return 1
        same = [number for number, step_ms in enumerate(steps_ms) if step_ms == 0]
        if any(rows[number].content != rows[number + 1].content for number in same):
            return None
    if hour.before is not None:
        return len(rows)
    return 0 if hour.after is not None else None


def _is_duplicate(hour: _RepeatedHour) -> bool:
    """Return whether the second of two rows with equal times is a duplicate of the first, and not
    the bar of an hour in which no price changed."""
    first, second = hour.rows
    if first.content != second.content:
        return False
    near = hour.before or hour.after
    return near is None or abs(near.written_ms - first.written_ms) != first.later_ms


def _repeated_hours(files: Sequence[CsvRows]) -> list[_RepeatedHour]:
    found: list[_RepeatedHour] = []
    for rows in sorted(files, key=_start_ms):
        numbers = np.flatnonzero(np.asarray(rows.later_ms)).tolist()
        step, last = 1, len(rows) - 1
        if _is_newest_first(rows):
            numbers, step = numbers[::-1], -1
        for number in numbers:
            row = _Row(rows, number)
            before, after = (
                _Row(rows, neighbor) if 0 <= neighbor <= last else None
                for neighbor in (number - step, number + step)
            )
            if not found or not _continues(found[-1], row, before):
                found.append(_RepeatedHour([], before, after))
            found[-1].rows.append(row)
            found[-1].after = after
    return found


def _continues(hour: _RepeatedHour, row: _Row, before: _Row | None) -> bool:
    last = hour.rows[-1]
    if abs(last.written_ms - row.written_ms) >= DAY_MS:
        return False
    if before is None:
        return hour.after is None
    return before.rows is last.rows and before.number == last.number


def _start_ms(rows: CsvRows) -> int:
    """Return when the file begins. Files that begin within a repeated hour keep their order."""
    first = len(rows) - 1 if _is_newest_first(rows) else 0
    written_ms, later_ms = rows.written_ms[first], rows.later_ms[first]
    return written_ms - written_ms % later_ms if later_ms else written_ms


def _is_newest_first(rows: CsvRows) -> bool:
    """Return whether the file is in descending order. Clocks go back once; a descending file goes
    back at most rows."""
    steps_ms = np.diff(np.asarray(rows.written_ms))
    return int((steps_ms < 0).sum()) > max(1, int((steps_ms > 0).sum()))
