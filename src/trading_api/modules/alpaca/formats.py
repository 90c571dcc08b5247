"""Formats and parses numbers and times as Alpaca's API writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from trading_api.domain.decimal_text import decimal_text

DECIMALS = 9
_TIME_LENGTH_MAX = 40
_YEAR_10000_MS = 253_402_300_800_000


def rounded_text(number: Decimal, decimals: int = DECIMALS) -> str:
    """Return all digits of a number that is rounded to some decimals."""
    return decimal_text(round(number, decimals))


def rfc3339(time_ms: int) -> str:
    """Return a time in milliseconds since 1970 as `2026-11-30T09:30:00.250Z`."""
    moment = datetime.fromtimestamp(time_ms / 1_000, UTC)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def parse_time_ms(text: str) -> int:
    """Return the milliseconds since 1970 of a time as in RFC 3339, or of a date. A time without an
    offset is in UTC. Raises ValueError."""
    if len(text) > _TIME_LENGTH_MAX:
        raise ValueError("is not a time")
    # A plus sign that the client did not escape in a URL arrives as a space.
    date, separator, offset = text.rpartition(" ")
    moment = datetime.fromisoformat(f"{date}+{offset}" if separator and "T" in date else text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    time_ms = (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000
    return min(max(round(time_ms), 0), _YEAR_10000_MS - 1)
