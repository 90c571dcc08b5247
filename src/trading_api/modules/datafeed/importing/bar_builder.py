"""Builds bars of whole ticks and whole volumes from the rows of files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from trading_api.domain.resolution import (
    DAY_MS,
    SECOND_MS,
    bar_start,
    length_ms,
    resolutions_built_from,
)
from trading_api.domain.session_hours import SessionHours
from trading_api.modules.datafeed.importing.bar_length import (
    format_duration,
    most_common,
    reject_shorter_than_a_second,
    usual_step,
)
from trading_api.modules.datafeed.importing.csv_rows import (
    FAULTS_KEPT_MAX,
    CsvRows,
    FaultyRowsError,
    RowFault,
)
from trading_api.modules.datafeed.importing.number_parsing import Floats, finest, whole_units
from trading_api.modules.datafeed.storage.bar_columns import BarColumns, Int64s
from trading_api.modules.datafeed.storage.errors import RecordingError

_WHOLE_MAX = 2**62
_ALWAYS = SessionHours()


@dataclass(frozen=True, slots=True)
class BuiltBars:
    """Bars that ascend and are unique, `step_ms` apart except for gaps. A price tick is `min_move`
    units of the last decimal. `rows` counts those that were read, `duplicates` those of them that
    repeated another row, and `prices_rounded` the prices that were between ticks."""

    columns: BarColumns
    step_ms: int
    price_decimals: int
    volume_decimals: int
    has_volume: bool
    are_ticks: bool
    rows: int
    duplicates: int
    min_move: int = 1
    prices_rounded: int = 0

    def at_decimals(self, price_decimals: int, volume_decimals: int) -> BuiltBars:
        """Return the same bars in units at least as fine. Raises RecordingError where they are too
        large for that."""
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
        pairs = zip(self.columns.arrays(), factors, strict=True)
        return replace(
            self,
            columns=BarColumns.from_arrays(column * factor for column, factor in pairs),
            price_decimals=price,
            volume_decimals=volume,
        )


def build_bars(
    files: Sequence[CsvRows],
    step_ms: int | None = None,
    hours: SessionHours = _ALWAYS,
    tick: Decimal | None = None,
    is_rounding: bool = False,
    is_close_labelled: bool = False,
) -> BuiltBars:
    """Return the bars of one symbol's files, in any order. Ticks are grouped into bars of a second.
    Without `step_ms`, the usual step between rows is the bars'. Every price must be a multiple of
    `tick`, by default one unit of the last decimal, unless `is_rounding`. The times of close
    labelled intraday bars are their ends. Raises RecordingError."""
    first = files[0]
    step_ms = _checked_step(files, step_ms, hours, is_close_labelled)
    prices, price_decimals = _whole_prices(files)
    prices_rounded, min_move = 0, 1
    if tick is not None:
        prices_rounded = _to_ticks(files, prices, price_decimals, tick, is_rounding)
        price_decimals = decimals_of_tick(tick)
        min_move = int(tick.scaleb(price_decimals))
    volume = np.concatenate([np.asarray(rows.volume) for rows in files])
    has_volume = first.has_volume and bool(volume.any())
    volume_decimals = finest([volume])
    times_ms = np.concatenate([_bar_times(rows, step_ms) for rows in files])
    _reject_large(files, volume, volume_decimals, len(volume), "volume")
    columns = BarColumns.from_arrays((times_ms, *prices, whole_units(volume, volume_decimals)))
    count = len(columns)
    if first.are_ticks:
        columns = _group_ticks(files, columns)
    elif count > 1 and not (np.diff(times_ms) > 0).all():
        columns = columns.take(_unique_rows(files, columns))
    return BuiltBars(
        columns,
        step_ms,
        price_decimals,
        volume_decimals,
        has_volume,
        first.are_ticks,
        count,
        0 if first.are_ticks else count - len(columns),
        min_move,
        prices_rounded,
    )


def _checked_step(
    files: Sequence[CsvRows], step_ms: int | None, hours: SessionHours, is_close_labelled: bool
) -> int:
    """Return the step of the bars, and label them by their starts. Raises RecordingError where
    files cannot be bars of one step."""
    first = files[0]
    for rows in files:
        if (rows.are_ticks, rows.has_volume) != (first.are_ticks, first.has_volume):
            raise RecordingError(f"{rows.path} has other columns than {first.path}.")
        if rows.are_ticks:
            _reject_unordered_ticks(rows)
    if first.are_ticks:
        step_ms = SECOND_MS
    else:
        reject_shorter_than_a_second(files)
    if step_ms is None:
        step_ms = usual_step(files)
    if not resolutions_built_from(step_ms):
        raise RecordingError(
            f"{first.path}: No resolution is made of bars {step_ms / 1_000:g} s apart; --bar gives "
            "their length."
        )
    if not first.are_ticks and step_ms < DAY_MS:
        if is_close_labelled:
            for rows in files:
                _label_by_open(rows, step_ms, hours)
        _reject_rows(
            files,
            _off_grid(files, step_ms, hours),
            f"the row stands off the grid of bars of {format_duration(step_ms)}, "
            "which most rows are",
        )
    return step_ms


_PRICES = ("open", "high", "low", "close")


def _label_by_open(rows: CsvRows, step_ms: int, hours: SessionHours) -> None:
    """Move the times of bars from their ends to their starts. The last bar of a session may be
    shorter than the others."""
    times_ms, written_ms = (
        np.frombuffer(column, dtype=np.int64) for column in (rows.time_ms, rows.written_ms)
    )
    moves_ms = np.full(len(times_ms), step_ms)
    if not hours.is_always and len(times_ms):
        sessions = hours.sessions(int(times_ms.min()) - DAY_MS, int(times_ms.max()))
        numbers = sessions.ends_ms.searchsorted(times_ms)
        ends = numbers < len(sessions.ends_ms)
        ends[ends] = sessions.ends_ms[numbers[ends]] == times_ms[ends]
        lengths_ms = times_ms[ends] - sessions.starts_ms[numbers[ends]]
        moves_ms[ends] = (lengths_ms - 1) % step_ms + 1
    times_ms -= moves_ms
    written_ms -= moves_ms


def _off_grid(files: Sequence[CsvRows], step_ms: int, hours: SessionHours) -> npt.NDArray[np.bool_]:
    """Return which rows are off the grid. A row is on it if it is whole steps from the start of its
    session, or has the phase of most others: in UTC, or on the clock of the exchange. Rows outside
    every session are never off it."""
    times_ms = np.concatenate([np.asarray(rows.time_ms, dtype=np.int64) for rows in files])
    written_ms = np.concatenate([np.asarray(rows.written_ms, dtype=np.int64) for rows in files])
    off = np.ones(len(times_ms), dtype=np.bool_)
    for phases_ms in (times_ms % step_ms, written_ms % step_ms):
        off &= phases_ms != most_common(phases_ms)
    if hours.is_always or not off.any():
        return off
    sessions = hours.sessions(int(times_ms.min()), int(times_ms.max()))
    if not len(sessions.starts_ms):
        return np.zeros_like(off)
    numbers = sessions.starts_ms.searchsorted(times_ms, "right") - 1
    inside = (numbers >= 0) & (times_ms < sessions.ends_ms[numbers])
    off &= inside & ((times_ms - sessions.starts_ms[numbers]) % step_ms != 0)
    return off


def _whole_prices(files: Sequence[CsvRows]) -> tuple[list[Int64s], int]:
    """Return open, high, low and close in units of the last decimal, and the number of decimals.
    The price of a bid and an ask is exactly their middle."""
    prices = [np.concatenate([np.asarray(getattr(r, n)) for r in files]) for n in _PRICES]
    decimals = finest(prices)
    most = max(prices, key=lambda each: each.max())
    _reject_large(files, most, decimals + files[0].has_ask, 1, "price")
    units = [whole_units(each, decimals) for each in prices]
    if files[0].has_ask:
        twice = units[1] + units[2]
        if (twice % 2).any():
            return [twice * 5] * 4, decimals + 1
        return [twice // 2] * 4, decimals
    return units, decimals


def _to_ticks(
    files: Sequence[CsvRows], prices: list[Int64s], decimals: int, tick: Decimal, is_rounding: bool
) -> int:
    """Convert `prices` to whole ticks in place, and return how many were rounded. Raises
    FaultyRowsError for a price between ticks, unless `is_rounding`."""
    finer = max(decimals, decimals_of_tick(tick))
    factor, units = 10 ** (finer - decimals), int(tick.scaleb(finer))
    most = np.concatenate([np.asarray(rows.high) for rows in files])
    _reject_large(files, most, finer, 1, "price")
    off = np.zeros(len(prices[0]), dtype=np.int64)
    for number, each in enumerate(prices):
        off += each * factor % units != 0
        prices[number] = (each * factor + units // 2) // units
    if not is_rounding:
        _reject_rows(files, off > 0, f"a price is not a whole number of ticks of {tick:f}")
    _reject_rows(files, prices[2] == 0, f"a price is less than half a tick of {tick:f}")
    return int(off.sum())


def decimals_of_tick(tick: Decimal) -> int:
    exponent = tick.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)


def _reject_unordered_ticks(rows: CsvRows) -> None:
    bad = np.diff(np.asarray(rows.time_ms), prepend=rows.time_ms[0]) < 0
    _reject_rows([rows], bad, "the row is a tick before the one above it")


def _reject_large(
    files: Sequence[CsvRows], values: Floats, decimals: int, summed: int, name: str
) -> None:
    bad = values * 10.0**decimals > _WHOLE_MAX / summed
    _reject_rows(files, bad, f"the {name} is too large for {decimals} decimals")


def _bar_times(rows: CsvRows, step_ms: int) -> Int64s:
    """Return the times of the bars: recorded instants of intraday ones, 00:00 UTC of the written
    day of longer ones, whatever its offset."""
    if step_ms < DAY_MS:
        return np.asarray(rows.time_ms, dtype=np.int64)
    base = resolutions_built_from(step_ms)[0]
    written_ms = np.asarray(rows.written_ms, dtype=np.int64)
    days_ms = written_ms - written_ms % DAY_MS
    if length_ms(base) not in (None, step_ms):
        return days_ms
    return np.array([bar_start(base, day_ms) for day_ms in days_ms.tolist()], dtype=np.int64)


def _group_ticks(files: Sequence[CsvRows], ticks: BarColumns) -> BarColumns:
    """Return ticks as bars of a second. Raises RecordingError where the times of files overlap."""
    in_order = sorted(files, key=lambda rows: rows.time_ms[0])
    for before, after in pairwise(in_order):
        if after.time_ms[0] <= before.time_ms[-1]:
            raise RecordingError(
                f"{after.path} begins before {before.path} is over: whether ticks are there twice "
                "can't be told."
            )
    ticks = ticks.take(np.argsort(ticks.time_ms, kind="stable"))
    return ticks.grouped(ticks.time_ms - ticks.time_ms % SECOND_MS)


def _unique_rows(files: Sequence[CsvRows], columns: BarColumns) -> npt.NDArray[np.intp]:
    """Return the numbers of unique rows by time. Raises FaultyRowsError where two rows of one time
    differ."""
    order = np.argsort(columns.time_ms, kind="stable")
    times_ms = columns.time_ms[order]
    repeats = np.flatnonzero(times_ms[1:] == times_ms[:-1]) + 1
    differs = np.zeros(len(repeats), dtype=bool)
    for column in columns.arrays():
        differs |= column[order[repeats]] != column[order[repeats - 1]]
    contradictions = np.zeros(len(columns), dtype=bool)
    contradictions[order[repeats[differs]]] = True
    _reject_rows(files, contradictions, "the row contradicts another one of the same time")
    return np.delete(order, repeats)


def _reject_rows(files: Sequence[CsvRows], bad: npt.NDArray[np.bool_], what: str) -> None:
    if not bad.any():
        return
    faults: list[RowFault] = []
    first = 0
    for rows in files:
        numbers = np.flatnonzero(bad[first : first + len(rows)])[:FAULTS_KEPT_MAX].tolist()
        faults += [rows.fault(number, what) for number in numbers]
        first += len(rows)
    raise FaultyRowsError(faults[:FAULTS_KEPT_MAX], int(bad.sum()))
