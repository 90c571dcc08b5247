"""Parses the times of a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache

from trading_api.domain.resolution import DAY_MS
from trading_api.modules.datafeed.importing.time_numbers import (
    NUMBER_FORMATS,
    NumericTimes,
    UnknownNumbersError,
    is_number,
    number_format,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OLDEST_MS = -2_208_988_800_000
"""The year 1900."""
_QUARTER_MS = 900_000

_DATE_PARTS = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{2,4})(?:[ T,]+(.+))?")
_CLOCK = re.compile(r"(\d{1,2}):?(\d{2})(?::?(\d{2})(\.?\d{1,9})?)?(?: ?([AaPp])[Mm])?")
_ZONE = re.compile(r" ?(?:GMT|UTC)([+-]\d{2}:?\d{2})?$", re.IGNORECASE)
_OFFSET = re.compile(r"Z$|([+-])(\d{2}):?(\d{2})$")
_MONTH_NAMES = ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y")

ACCEPTED = (
    "seconds, milliseconds or microseconds since 1970, 2024-01-31 15:30:00, 20240131, "
    "31.01.2024 or 01/31/2024"
)


class TimeFormatError(Exception):
    """A time cannot be read. The message is a clause that says why."""


class UndecidedTimeError(TimeFormatError):
    """The times of a file cannot be read without an option. The message names the option."""


class TimeParser:
    """Parses times; those without an offset are in `zone`, and an error where it is None.

    `others` yields all times of the file. They decide whether 01/02/2024 begins with its day, and
    what numbers count. `form` outranks them: s, ms, us, ns, excel, or a pattern of strptime. Times
    before 1900 and after `latest_ms` are errors. `needed_zone` is set once a time was in the
    zone."""

    def __init__(
        self,
        zone: tzinfo | None,
        others: Callable[[], Iterable[str]],
        latest_ms: int,
        form: str | None = None,
    ) -> None:
        self.needed_zone = False
        self._zone = zone
        self._others = others
        self._latest_ms = latest_ms
        self._pattern = None if form in NUMBER_FORMATS else form
        self._numbers = NumericTimes(form, latest_ms, True) if form in NUMBER_FORMATS else None
        self._offsets_ms = lru_cache(4_096)(self._offsets_of_quarter)
        self._is_day_first: bool | None = None

    def parse(self, text: str) -> tuple[int, int, int]:
        """Return the instant; the written digits as if they were UTC; and how much later the
        instant is if it is the second one with these digits. Raises TimeFormatError."""
        try:
            time_ms, written_ms, later_ms = self._parse(text)
        except UnknownNumbersError as error:
            raise UndecidedTimeError(str(error)) from None
        except (ValueError, OverflowError):
            wanted = f"taken are {ACCEPTED}"
            if self._pattern:
                wanted = f"--time-format is {self._pattern}"
            raise TimeFormatError(
                f"the time {text[:40]!r} is not a date or a number of seconds; {wanted}"
            ) from None
        if not _OLDEST_MS <= time_ms <= self._latest_ms:
            when = "before 1900" if time_ms < _OLDEST_MS else "after tomorrow"
            raise TimeFormatError(f"the time {text[:40]!r} is {when}")
        return time_ms, written_ms, later_ms

    def _parse(self, text: str) -> tuple[int, int, int]:
        if self._pattern:
            return self._placed(text, datetime.strptime(text, self._pattern))  # noqa: DTZ007
        if not is_number(text):
            return self._placed(text, self._parsed(text))
        if self._numbers is None:
            form = number_format(self._others(), self._latest_ms)
            self._numbers = NumericTimes(form, self._latest_ms)
        found = self._numbers.parse(text)
        if isinstance(found, int):
            return found, found, 0
        return self._placed(text, found)

    def _placed(self, text: str, written: datetime) -> tuple[int, int, int]:
        """Return what `parse` does. A date without a time of day needs no zone."""
        written_ms = _milliseconds(written.replace(tzinfo=UTC))
        if written.tzinfo is not None:
            return _milliseconds(written), written_ms, 0
        if written.time() != time():
            self.needed_zone = True
            if self._zone is None:
                raise UndecidedTimeError(
                    f"the time {text[:40]!r} has no offset from UTC; --timezone names the zone "
                    "that it is in, for example America/New_York or UTC"
                )
        if self._zone is UTC or self._zone is None:
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
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            text = _ZONE.sub(lambda found: found[1] or "Z", text)
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return self._parse_parts(text)

    def _parse_parts(self, text: str) -> datetime:
        found = _DATE_PARTS.fullmatch(text)
        if found is None:
            return _parse_named(text)
        first, mark, second, third, clock = found.groups()
        clock, offset = _without_offset(clock or "")
        if len(first) == 4:
            year, month, day = int(first), int(second), int(third)
        elif mark == "." or self._day_comes_first(text):
            year, month, day = _year(third), int(second), int(first)
        else:
            year, month, day = _year(third), int(first), int(second)
        return datetime(year, month, day, tzinfo=offset) + _clock(clock)

    def _day_comes_first(self, text: str) -> bool:
        if self._is_day_first is None:
            firsts, seconds = 0, 0
            for other in self._others():
                if found := _DATE_PARTS.fullmatch(other):
                    firsts, seconds = max(firsts, int(found[1])), max(seconds, int(found[3]))
            if (firsts > 12) == (seconds > 12):
                raise TimeFormatError(
                    f"the date {text!r} has its day first or its month, and no date of the file "
                    "tells; write it as 2024-01-31, or give --time-format %d/%m/%Y or %m/%d/%Y"
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


def _without_offset(clock: str) -> tuple[str, tzinfo | None]:
    """Return a time of day without its offset from UTC, and the offset."""
    found = _OFFSET.search(clock)
    if found is None:
        return clock, None
    if found[0] == "Z":
        return clock[:-1], UTC
    minutes = int(found[2]) * 60 + int(found[3])
    return clock[: found.start()], timezone(timedelta(minutes=int(f"{found[1]}{minutes}")))


def _clock(text: str) -> timedelta:
    if not text:
        return timedelta()
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise ValueError
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    fraction = float(f"0.{(found[4] or '0').removeprefix('.')}")
    if found[5]:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + (12 if found[5] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError
    return timedelta(hours=hour, minutes=minute, seconds=second + fraction)


def _milliseconds(instant: datetime) -> int:
    since = instant - _EPOCH
    return since.days * DAY_MS + since.seconds * 1_000 + since.microseconds // 1_000
