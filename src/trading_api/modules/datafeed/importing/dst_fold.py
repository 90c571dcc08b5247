"""The hour that comes twice where clocks go back: which of the two, by the order of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from trading_api.domain.resolution import DAY_MS
from trading_api.modules.datafeed.importing.csv_reader import (
    FAULTS_KEPT_MAX,
    Fault,
    FaultyRowsError,
    Rows,
)


@dataclass(frozen=True, slots=True)
class _Row:
    rows: Rows
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
class _Stretch:
    """Rows of such an hour, one after the other, over several files if need be; and those that
    stand before and after them in theirs."""

    rows: list[_Row]
    before: _Row | None
    after: _Row | None


def settle_repeated_hours(files: Sequence[Rows]) -> None:
    """Moves the rows of the second hour there. The clock that goes back begins it: in a file, or
    from one to the next. Raises FaultyRowsError where nothing tells."""
    faults = [fault for stretch in _stretches(files) for fault in _settle(stretch)]
    if faults:
        raise FaultyRowsError(faults[:FAULTS_KEPT_MAX], len(faults))


def _settle(stretch: _Stretch) -> list[Fault]:
    rows = stretch.rows
    second = _second_hour(stretch)
    if second is None:
        what = (
            "the time comes twice on that day, and the order of the rows does not tell which one "
            "it is; write it with its offset from UTC"
        )
        return [Fault(row.rows.path, row.rows.line[row.number], what) for row in rows]
    for row in rows[second:]:
        row.rows.time_ms[row.number] += row.later_ms
    return []


def _second_hour(stretch: _Stretch) -> int | None:
    """Which row begins it, if any does."""
    rows = stretch.rows
    steps_ms = [b.written_ms - a.written_ms for a, b in pairwise(rows)]
    back = [number for number, step_ms in enumerate(steps_ms, start=1) if step_ms < 0]
    if back:
        return back[0] if len(back) == 1 else None
    if not rows[0].rows.are_ticks and 0 in steps_ms:
        if len(rows) == 2 and not _is_said_again(stretch):
            return 1
        same = [number for number, step_ms in enumerate(steps_ms) if step_ms == 0]
        if any(rows[number].content != rows[number + 1].content for number in same):
            return None
    if stretch.before is not None:
        return len(rows)
    return 0 if stretch.after is not None else None


def _is_said_again(stretch: _Stretch) -> bool:
    """Whether the second of two equal times is the first one's duplicate, and not the bar of an
    hour in which nothing changed."""
    first, second = stretch.rows
    if first.content != second.content:
        return False
    near = stretch.before or stretch.after
    return near is None or abs(near.written_ms - first.written_ms) != first.later_ms


def _stretches(files: Sequence[Rows]) -> list[_Stretch]:
    found: list[_Stretch] = []
    for rows in sorted(files, key=_begin):
        numbers = np.flatnonzero(np.asarray(rows.later_ms)).tolist()
        step, last = 1, len(rows) - 1
        if _is_newest_first(rows):
            numbers, step = numbers[::-1], -1
        for number in numbers:
            row = _Row(rows, number)
            before, after = (
                _Row(rows, beside) if 0 <= beside <= last else None
                for beside in (number - step, number + step)
            )
            if not found or not _goes_on(found[-1], row, before):
                found.append(_Stretch([], before, after))
            found[-1].rows.append(row)
            found[-1].after = after
    return found


def _goes_on(stretch: _Stretch, row: _Row, before: _Row | None) -> bool:
    last = stretch.rows[-1]
    if abs(last.written_ms - row.written_ms) >= DAY_MS:
        return False
    if before is None:
        return stretch.after is None
    return before.rows is last.rows and before.number == last.number


def _begin(rows: Rows) -> int:
    """When the file begins. Files that begin within such an hour stay in the order given."""
    first = len(rows) - 1 if _is_newest_first(rows) else 0
    written_ms, later_ms = rows.written_ms[first], rows.later_ms[first]
    return written_ms - written_ms % later_ms if later_ms else written_ms


def _is_newest_first(rows: Rows) -> bool:
    """Clocks go back once; whoever writes the newest row first goes back again and again."""
    steps_ms = np.diff(np.asarray(rows.written_ms))
    return int((steps_ms < 0).sum()) > max(1, int((steps_ms > 0).sum()))
