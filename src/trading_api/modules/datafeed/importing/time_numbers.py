"""Parses times that are written as numbers: dates of digits, and counts since 1970."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

NUMBER_FORMATS = ("s", "ms", "us", "ns", "excel")
"""Seconds to nanoseconds since 1970, and the days of a spreadsheet since 1899-12-30."""

_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]*)?")
_DATE_DIGITS = frozenset((8, 10, 12, 14, 17))
"""The lengths of 20240131, with the hour, the minute, the second, and milliseconds."""
_SECONDS_MIN = 10**8
"""March 1973. What is smaller may be a serial number or the number of a row."""
_SECONDS_MAX = 10**11
"""The year 5138. Larger numbers are milliseconds, microseconds or nanoseconds."""
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_TIME_MS_MAX = 10**14
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001
_SPREADSHEET_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001


class UnknownNumbersError(Exception):
    """What the numbers of a file count cannot be decided. The message is a clause."""


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def number_format(texts: Iterable[str], latest_ms: int) -> str:
    """Return what the numbers among the times of a file are: `date` if most of them are dates of
    one length, or else the unit that their largest has. Raises UnknownNumbersError where all are
    too small for seconds since 1970."""
    lengths: Counter[int] = Counter()
    count, largest, last = 0, 0.0, ""
    for text in texts:
        if not is_number(text):
            continue
        count += 1
        value = abs(float(text))
        if value >= largest:
            largest, last = value, text
        if (date := _date(text, latest_ms)) is not None:
            lengths[len(date)] += 1
    if lengths and 2 * max(lengths.values()) > count:
        return "date"
    if largest < _SECONDS_MIN:
        raise UnknownNumbersError(
            f"the times are numbers such as {last[:40]!r}, which are no dates, and too small for "
            "seconds since 1970; --time-format names what they are: s, ms, us, ns, excel, or a "
            "pattern such as %Y%m%d"
        )
    return _unit(largest)


class NumericTimes:
    """Parses the numbers of one file, which are `date` or one of NUMBER_FORMATS."""

    def __init__(self, form: str, latest_ms: int, is_certain: bool = False) -> None:
        """A count of another unit is an error where the form is certain."""
        self._form = form
        self._latest_ms = latest_ms
        self._is_certain = is_certain

    def parse(self, text: str) -> int | datetime:
        """Return the milliseconds since 1970 of a count, or the written date and time of day.
        Raises ValueError."""
        if self._form == "date":
            digits = _date(text, self._latest_ms)
            if digits is None:
                raise ValueError
            return _datetime(digits)
        if self._form == "excel":
            return _SPREADSHEET_EPOCH + timedelta(seconds=round(float(text) * 86_400))
        value = Decimal(text)
        if not self._is_certain and abs(value) >= _SECONDS_MIN:
            # A few files change from seconds to milliseconds.
            time_ms = _milliseconds(value, _PER_SECOND[_unit(abs(value))])
            if time_ms <= self._latest_ms:
                return time_ms
        return _milliseconds(value, _PER_SECOND[self._form])


def _unit(size: float | Decimal) -> str:
    return next((u for u, count in _PER_SECOND.items() if size < _SECONDS_MAX * count), "ns")


def _milliseconds(value: Decimal, per_second: int) -> int:
    time_ms = round(value * 1_000 / per_second)
    if abs(time_ms) > _TIME_MS_MAX:
        raise ValueError
    return time_ms


def _date(text: str, latest_ms: int) -> str | None:
    """Return the digits of a date that has neither a fraction nor an impossible part."""
    digits, _, fraction = text.partition(".")
    if len(digits) not in _DATE_DIGITS or digits[:2] not in ("19", "20") or fraction.strip("0"):
        return None
    try:
        written = _datetime(digits)
    except ValueError:
        return None
    return digits if (written - _EPOCH) / timedelta(milliseconds=1) <= latest_ms else None


def _datetime(digits: str) -> datetime:
    parts = [int(digits[n : n + 2]) for n in range(4, min(len(digits), 14), 2)]
    return datetime(int(digits[:4]), *parts, microsecond=int(digits[14:] or 0) * 1_000)  # type: ignore[arg-type, misc] # noqa: DTZ001
