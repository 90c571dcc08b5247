"""Finds the length of a file's bars: from their times, or from what the user states."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from trading_api.domain.resolution import (
    DAY_MS,
    MINUTE_MS,
    SECOND_MS,
    WEEK_MS,
    canonical,
    length_ms,
    resolutions_built_from,
)
from trading_api.modules.datafeed.importing.csv_rows import CsvRows, FaultyRowsError
from trading_api.modules.datafeed.storage.bar_columns import Int64s
from trading_api.modules.datafeed.storage.errors import RecordingError

_STEPS_OF_A_FILE_MIN = 20
_RUN_OF_ANOTHER_STEP = 30
_MONTH_MS = 31 * DAY_MS
_LENGTH = re.compile(r"([1-9][0-9]{0,3}) ?(s|m|min|h|d|w|mo)")
_UNITS_MS = {
    "s": SECOND_MS,
    "m": MINUTE_MS,
    "min": MINUTE_MS,
    "h": 60 * MINUTE_MS,
    "d": DAY_MS,
    "w": WEEK_MS,
    "mo": _MONTH_MS,
}


def parse_bar_length(text: str) -> int:
    """Return the milliseconds of 30s, 5m, 1h, 1d, 1w, 1mo, or of TradingView's names, as in 60 and
    1D. Raises ValueError where no resolution is made of such bars."""
    if (name := canonical(text)) is not None:
        return length_ms(name) or _MONTH_MS
    found = _LENGTH.fullmatch(text)
    length = int(found[1]) * _UNITS_MS[found[2]] if found else 0
    if not length or not resolutions_built_from(length):
        raise ValueError(f"no resolution is made of bars of {text!r}")
    return length


def format_duration(length_ms: int) -> str:
    return str(timedelta(milliseconds=length_ms)).removesuffix(", 0:00:00")


def usual_step(files: Sequence[CsvRows]) -> int:
    """Return the most common step between the times of rows, with those that have no price. Raises
    RecordingError where bars have several lengths."""
    each = [np.diff(_times(rows)) for rows in files]
    if not any(map(len, each)):
        raise RecordingError(
            f"{files[0].path}: one row does not tell how far bars are apart; --bar gives their "
            "length."
        )
    step_ms = most_common(np.concatenate(each))
    for rows, steps_ms in zip(files, each, strict=True):
        if len(steps_ms) >= _STEPS_OF_A_FILE_MIN and (own_ms := most_common(steps_ms)) != step_ms:
            raise RecordingError(
                f"{rows.path} has bars of {format_duration(own_ms)}, the other files of "
                f"{format_duration(step_ms)}; a symbol's bars are of one length."
            )
        _reject_run_of_another_step(rows, steps_ms, step_ms)
    return step_ms


def step_next_to_stored(files: Sequence[CsvRows], stored_ms: int) -> int:
    """Return the length of bars that join stored ones. It is the stored length, even if every bar
    in between is missing, unless the times show another: rows that are closer to each other, or
    three or more that are all the same multiple of it apart."""
    steps_ms = np.diff(np.unique(np.concatenate([_times(rows) for rows in files])))
    if not len(steps_ms):
        return stored_ms
    counts = np.rint(steps_ms / stored_ms).astype(np.int64)
    is_finer = 2 * int(steps_ms.min()) < stored_ms
    is_coarser = len(counts) > 1 and int(np.gcd.reduce(counts)) > 1
    return usual_step(files) if is_finer or is_coarser else stored_ms


def reject_shorter_than_a_second(files: Sequence[CsvRows]) -> None:
    """Raise FaultyRowsError for rows that are less than a second from the one above."""
    faults = []
    for rows in files:
        apart_ms = np.abs(np.diff(np.asarray(rows.time_ms)))
        for number in np.flatnonzero((apart_ms > 0) & (apart_ms < SECOND_MS)).tolist():
            what = f"the row is {apart_ms[number] / SECOND_MS:g} s from the one above"
            faults.append(rows.fault(number + 1, f"{what}, and bars are a second or longer"))
    FaultyRowsError.raise_for(faults)


def _times(rows: CsvRows) -> Int64s:
    return np.unique(np.concatenate([np.asarray(rows.time_ms), np.asarray(rows.unpriced_ms)]))


def _reject_run_of_another_step(rows: CsvRows, steps_ms: Int64s, step_ms: int) -> None:
    """Raise RecordingError where many consecutive gaps have one length: they are longer bars."""
    firsts = np.flatnonzero(np.diff(steps_ms, prepend=0))
    lengths = np.diff(firsts, append=len(steps_ms))
    others = (steps_ms[firsts] != step_ms) & (lengths >= _RUN_OF_ANOTHER_STEP)
    if step_ms >= DAY_MS or not others.any():
        return
    first = int(firsts[others.argmax()])
    times_ms = np.asarray(rows.time_ms)
    number = int(np.flatnonzero(times_ms >= _times(rows)[first])[0])
    other = format_duration(int(steps_ms[first]))
    what = (
        f"the bars from here on are {other} apart, others {format_duration(step_ms)}; a symbol's "
        "bars are of one length"
    )
    raise RecordingError(str(rows.fault(number, what)))


def most_common(values: Int64s) -> int:
    """Return the value that occurs most often, the smallest one of several."""
    found, counts = np.unique(values, return_counts=True)
    return int(found[counts.argmax()])
