"""Parses the times that Alpaca's clients send, and computes the times of Alpaca's daily bars."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from trading_api.domain.resolution import DAY_MS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII
)


def to_datetime(time_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=time_ms)


def to_ms(instant: datetime) -> int:
    """Return an aware datetime in milliseconds since 1970, rounded down."""
    return (instant - _EPOCH) // _MICROSECOND // 1_000


def parse_start_ms(text: str, zone: ZoneInfo) -> int:
    """Return the first millisecond that is not before the instant. Raises ValueError."""
    return -(-_parse_us(text, zone) // 1_000)


def parse_end_ms(text: str, zone: ZoneInfo) -> int:
    """Return the last millisecond that is not after the instant. Raises ValueError."""
    return _parse_us(text, zone) // 1_000


def _parse_us(text: str, zone: ZoneInfo) -> int:
    """Return microseconds since 1970 of RFC 3339 or of a date. A date begins at midnight of the
    zone; a time without an offset is UTC. Raises ValueError."""
    if _INSTANT.fullmatch(text) is None:
        raise ValueError("is neither RFC 3339 nor YYYY-MM-DD")
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=zone if len(text) == 10 else UTC)
    return (instant - _EPOCH) // _MICROSECOND


def midnight_ms(day_ms: int, zone: ZoneInfo) -> int:
    """Return when the day of `day_ms`, which is 00:00 UTC of its date, begins in the zone."""
    return to_ms(to_datetime(day_ms).replace(tzinfo=zone))


def first_day_ms(start_ms: int, zone: ZoneInfo) -> int:
    """Return 00:00 UTC of the first date whose midnight in the zone is not before `start_ms`."""
    day_ms = last_day_ms(start_ms, zone)
    return day_ms if midnight_ms(day_ms, zone) >= start_ms else day_ms + DAY_MS


def last_day_ms(end_ms: int, zone: ZoneInfo) -> int:
    """Return 00:00 UTC of the date that an instant has in the zone."""
    local_ms = to_ms(to_datetime(end_ms).astimezone(zone).replace(tzinfo=UTC))
    return local_ms - local_ms % DAY_MS
