"""Parses the times of a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUARTER_MS = 900_000
_SECONDS_MAX = 10**11
"""The year 5138. Larger numbers are milliseconds, microseconds or nanoseconds."""

_DATE_PARTS = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{2,4})(?:[ T,]+(.+))?")
_CLOCK = re.compile(r"(\d{1,2}):?(\d{2})(?::?(\d{2})(\.\d{1,9})?)?(?: ?([AaPp])[Mm])?")
_MONTH_NAMES = ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y")

ACCEPTED = (
    "seconds, milliseconds or microseconds since 1970, 2024-01-31 15:30:00, 20240131, "
    "31.01.2024 or 01/31/2024"
)


class TimeFormatError(Exception):
    """A time cannot be read. The message is a clause that says why."""


class TimeParser:
    """Parses times; those without an offset are in `zone`. `others` yields all times of the file,
    which decide whether 01/02/2024 begins with its day."""

    def __init__(self, zone: tzinfo, others: Callable[[], Iterable[str]]) -> None:
        self._zone = zone
        self._others = others
        self._offsets_ms = lru_cache(4_096)(self._offsets_of_quarter)
        self._is_day_first: bool | None = None

    def parse(self, text: str) -> tuple[int, int, int]:
        """Return the instant; the written digits as if they were UTC; and how much later the
        instant is if it is the second one with these digits. Raises TimeFormatError."""
        try:
            if len(text) not in (8, 14) and text.lstrip("-").replace(".", "", 1).isdigit():
                time_ms = _epoch(float(text))
                return time_ms, time_ms, 0
            written = self._parsed(text)
        except (ValueError, OverflowError):
            raise TimeFormatError(
                f"the time {text[:40]!r} is not a date or a number of seconds; taken are {ACCEPTED}"
            ) from None
        written_ms = _milliseconds(written.replace(tzinfo=UTC))
        if written.tzinfo is not None:
            return _milliseconds(written), written_ms, 0
        if self._zone is UTC:
            return written_ms, written_ms, 0
        first_ms, second_ms = (
            written_ms - offset_ms for offset_ms in self._offsets_ms(written_ms // _QUARTER_MS)
        )
        if first_ms > second_ms:
            raise TimeFormatError(f"the time {text!r} does not exist in {self._zone}")
        return first_ms, written_ms, second_ms - first_ms

    def _parsed(self, text: str) -> datetime:
        if text[4:5] == text[7:8] == ".":
            text = f"{text[:4]}-{text[5:7]}-{text[8:]}"
        if text[-4:].upper() in (" UTC", " GMT"):
            text = f"{text[:-4]}Z"
        try:
            if len(text) == 14:
                return datetime.fromisoformat(f"{text[:8]}T{text[8:]}")
            return datetime.fromisoformat(text)
        except ValueError:
            return self._parse_parts(text)

    def _parse_parts(self, text: str) -> datetime:
        found = _DATE_PARTS.fullmatch(text)
        if found is None:
            return _parse_named(text)
        first, mark, second, third, clock = found.groups()
        if len(first) == 4:
            year, month, day = int(first), int(second), int(third)
        elif mark == "." or self._day_comes_first(text):
            year, month, day = _year(third), int(second), int(first)
        else:
            year, month, day = _year(third), int(first), int(second)
        return datetime(year, month, day) + _clock(clock)  # noqa: DTZ001

    def _day_comes_first(self, text: str) -> bool:
        if self._is_day_first is None:
            firsts, seconds = 0, 0
            for other in self._others():
                if found := _DATE_PARTS.fullmatch(other):
                    firsts, seconds = max(firsts, int(found[1])), max(seconds, int(found[3]))
            if (firsts > 12) == (seconds > 12):
                raise TimeFormatError(
                    f"the date {text!r} has its day first or its month, and no date of the file "
                    "tells; write it as 2024-01-31"
                )
            self._is_day_first = firsts > 12
        return self._is_day_first

    def _offsets_of_quarter(self, number: int) -> tuple[int, int]:
        wall = datetime(1970, 1, 1) + timedelta(milliseconds=number * _QUARTER_MS)  # noqa: DTZ001
        offsets = (wall.replace(tzinfo=self._zone, fold=fold).utcoffset() for fold in (0, 1))
        first, second = (round((each or timedelta()).total_seconds() * 1_000) for each in offsets)
        return first, second


def _parse_named(text: str) -> datetime:
    for form in _MONTH_NAMES:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            continue
    raise ValueError


def _year(text: str) -> int:
    if len(text) == 3:
        raise ValueError
    return int(text) + (2_000 if len(text) == 2 else 0)


def _clock(text: str | None) -> timedelta:
    if not text:
        return timedelta()
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise ValueError
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[5]:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + (12 if found[5] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError
    return timedelta(hours=hour, minutes=minute, seconds=second + float(found[4] or 0))


def _epoch(value: float) -> int:
    time_ms = round(value * (1e3 if abs(value) < _SECONDS_MAX else _factor(abs(value))))
    if abs(time_ms) > 10**14:
        raise ValueError
    return time_ms


def _factor(size: float) -> float:
    """Return the factor of milliseconds, microseconds or nanoseconds."""
    if size < _SECONDS_MAX * 1e3:
        return 1.0
    return 1e-3 if size < _SECONDS_MAX * 1e6 else 1e-6


def _milliseconds(instant: datetime) -> int:
    since = instant - _EPOCH
    return since.days * 86_400_000 + since.seconds * 1_000 + since.microseconds // 1_000
