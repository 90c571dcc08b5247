"""Rows as they were read, made into bars of whole ticks and whole volumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from trading_api.modules.datafeed.market.columns import Columns, Int64s
from trading_api.modules.datafeed.market.recorded_rows import (
    FAULTS_KEPT_MAX,
    Fault,
    FaultyRowsError,
    RecordingError,
    Rows,
)
from trading_api.modules.datafeed.market.resolution import (
    DAY_MS,
    RESOLUTIONS,
    SECOND_MS,
    bar_start,
    is_whole,
    length_ms,
)
from trading_api.modules.datafeed.market.whole_units import DECIMALS_MAX

Floats = npt.NDArray[np.float64]

_WHOLE_MAX = 2**62


@dataclass(frozen=True, slots=True)
class RecordedBars:
    """Ascending and unique, `step_ms` apart but for gaps. `rows` were read, `duplicates` of them
    said again what another one had said."""

    columns: Columns
    step_ms: int
    price_decimals: int
    volume_decimals: int
    has_volume: bool
    are_ticks: bool
    rows: int
    duplicates: int

    def at_decimals(self, price_decimals: int, volume_decimals: int) -> RecordedBars:
        """The same in units as fine as those, or finer."""
        price = max(price_decimals, self.price_decimals)
        volume = max(volume_decimals, self.volume_decimals)
        by_price = 10 ** (price - self.price_decimals)
        by_volume = 10 ** (volume - self.volume_decimals)
        most_price, most_volume = self.columns.high.max(initial=0), self.columns.volume.sum()
        if int(most_price) * by_price > _WHOLE_MAX or int(most_volume) * by_volume > _WHOLE_MAX:
            raise RecordingError(
                f"what is stored is too large to be kept to {price} decimals of price and "
                f"{volume} of volume"
            )
        factors = (1, by_price, by_price, by_price, by_price, by_volume)
        pairs = zip(self.columns.each(), factors, strict=True)
        return replace(
            self,
            columns=Columns.made(column * factor for column, factor in pairs),
            price_decimals=price,
            volume_decimals=volume,
        )


def make_bars(files: Sequence[Rows], step_ms: int | None = None) -> RecordedBars:
    """Of one symbol, in any order. Ticks are gathered into bars of a second. The usual step
    between the rows is theirs, where none is given. Raises RecordingError."""
    first = files[0]
    for rows in files:
        if (rows.are_ticks, rows.has_volume) != (first.are_ticks, first.has_volume):
            raise RecordingError(f"{rows.path} has other columns than {first.path}.")
    if step_ms is None:
        step_ms = SECOND_MS if first.are_ticks else _usual_step(files)
    try:
        resolutions_of(step_ms)
    except RecordingError as error:
        raise RecordingError(f"{first.path}: {error}") from error
    prices = [np.concatenate([np.asarray(getattr(r, n)) for r in files]) for n in _PRICES]
    volume = np.concatenate([np.asarray(rows.volume) for rows in files])
    price_decimals = _decimals_needed(prices if not first.are_ticks else prices[:1])
    volume_decimals = _decimals_needed([volume])
    times_ms = np.concatenate([_bar_times(rows, step_ms) for rows in files])
    columns = Columns.made(
        (
            times_ms,
            *(_whole(files, each, price_decimals, "price") for each in prices),
            _whole(files, volume, volume_decimals, "volume"),
        )
    )
    _refuse_rows(
        files, columns.low <= 0, f"the row has a price too small for {price_decimals} decimals"
    )
    count = len(columns)
    if first.are_ticks:
        columns = _gathered(files, columns)
    elif count > 1 and not (np.diff(times_ms) > 0).all():
        columns = columns.take(_unique_rows(files, columns))
    return RecordedBars(
        columns,
        step_ms,
        price_decimals,
        volume_decimals,
        first.has_volume,
        first.are_ticks,
        count,
        0 if first.are_ticks else count - len(columns),
    )


def resolutions_of(step_ms: int) -> Sequence[str]:
    """Raises RecordingError where there are none."""
    if 28 * DAY_MS <= step_ms <= 31 * DAY_MS:
        return ("1M",)
    if found := tuple(name for name in RESOLUTIONS if is_whole(name, step_ms)):
        return found
    raise RecordingError(f"No resolution is made of bars {step_ms / 1_000:g} s apart.")


_PRICES = ("open", "high", "low", "close")


def _usual_step(files: Sequence[Rows]) -> int:
    steps = np.concatenate([np.diff(np.unique(np.asarray(rows.time_ms))) for rows in files])
    if not len(steps):
        raise RecordingError(f"{files[0].path}: one row does not tell how far bars are apart.")
    values, counts = np.unique(steps, return_counts=True)
    return int(values[counts.argmax()])


def _bar_times(rows: Rows, step_ms: int) -> Int64s:
    """Intraday bars stand where they were recorded, longer ones at 00:00 UTC of the day that was
    written, whatever its offset."""
    if step_ms < DAY_MS:
        return np.asarray(rows.time_ms, dtype=np.int64)
    base = resolutions_of(step_ms)[0]
    written_ms = np.asarray(rows.written_ms, dtype=np.int64)
    days_ms = written_ms - written_ms % DAY_MS
    if length_ms(base) not in (None, step_ms):
        return days_ms
    return np.array([bar_start(base, day_ms) for day_ms in days_ms.tolist()], dtype=np.int64)


def _decimals_needed(columns: Sequence[Floats]) -> int:
    for decimals in range(DECIMALS_MAX):
        scale = 10.0**decimals
        if all((np.rint(values * scale) / scale == values).all() for values in columns):
            return decimals
    return DECIMALS_MAX


def _whole(files: Sequence[Rows], values: Floats, decimals: int, name: str) -> Int64s:
    units = np.rint(values * 10.0**decimals)
    _refuse_rows(files, units > _WHOLE_MAX // max(1, len(units)), f"the {name} is too large")
    return units.astype(np.int64)


def _gathered(files: Sequence[Rows], ticks: Columns) -> Columns:
    """Files in the order of their times; they can't lie within each other."""
    in_order = sorted(files, key=lambda rows: rows.time_ms[0])
    for before, after in pairwise(in_order):
        if after.time_ms[0] <= before.time_ms[-1]:
            raise RecordingError(
                f"{after.path} begins before {before.path} is over: whether ticks are there twice "
                "can't be told."
            )
    ticks = ticks.take(np.argsort(ticks.time_ms, kind="stable"))
    return ticks.grouped(ticks.time_ms - ticks.time_ms % SECOND_MS)


def _unique_rows(files: Sequence[Rows], columns: Columns) -> npt.NDArray[np.intp]:
    """In the order of time. Raises FaultyRowsError where two rows of one time differ."""
    order = np.argsort(columns.time_ms, kind="stable")
    times_ms = columns.time_ms[order]
    repeats = np.flatnonzero(times_ms[1:] == times_ms[:-1]) + 1
    differs = np.zeros(len(repeats), dtype=bool)
    for column in columns.each():
        differs |= column[order[repeats]] != column[order[repeats - 1]]
    contradictions = np.zeros(len(columns), dtype=bool)
    contradictions[order[repeats[differs]]] = True
    _refuse_rows(files, contradictions, "the row contradicts another one of the same time")
    return np.delete(order, repeats)


def _refuse_rows(files: Sequence[Rows], bad: npt.NDArray[np.bool_], what: str) -> None:
    if not bad.any():
        return
    faults: list[Fault] = []
    first = 0
    for rows in files:
        numbers = np.flatnonzero(bad[first : first + len(rows)])[:FAULTS_KEPT_MAX].tolist()
        faults += [Fault(rows.path, rows.line[number], what) for number in numbers]
        first += len(rows)
    raise FaultyRowsError(faults[:FAULTS_KEPT_MAX], int(bad.sum()))
