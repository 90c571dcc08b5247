"""The hours in which a symbol trades, in TradingView's session grammar and the exchange's time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from trading_api.domain.resolution import DAY_MS

Int64s = npt.NDArray[np.int64]

ALWAYS = "24x7"

_DAY_MINUTES = 1_440
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INTERVAL = re.compile(r"(\d\d)(\d\d)-(\d\d)(\d\d)")
_DAYS = re.compile(r"[1-7]{1,7}")
_MONDAY_TO_FRIDAY = "23456"

MinuteInterval: TypeAlias = tuple[int, int]
"""From and to, in minutes of the trading day. Minutes below zero are of the evening before."""


class SessionError(Exception):
    """A session cannot be read. The message is one sentence for its author."""


@dataclass(frozen=True, slots=True)
class TradingSessions:
    """The intervals of trading, ascending and disjoint. `days_ms` is 00:00 UTC of the trading day
    of each."""

    starts_ms: Int64s
    ends_ms: Int64s
    days_ms: Int64s


@dataclass(frozen=True, slots=True)
class SessionHours:
    """The usual hours of a week, and the days that differ. `holidays` are days without trading,
    `corrections` are days with hours of their own; both are written as 20241129. Raises
    SessionError."""

    session: str = ALWAYS
    timezone: str = "Etc/UTC"
    holidays: frozenset[str] = frozenset()
    corrections: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        intervals_by_weekday(self.session)
        for session in self.corrections.values():
            _parse_intervals(session)

    @property
    def is_always(self) -> bool:
        """Whether the symbol trades round the clock, so that bar times are arithmetic on UTC."""
        return self.session == ALWAYS and self.timezone in ("Etc/UTC", "UTC")

    def intervals(self, day: date) -> list[MinuteInterval]:
        """Return the intervals in which the symbol trades on a trading day."""
        name = f"{day:%Y%m%d}"
        if name in self.holidays:
            return []
        if name in self.corrections:
            return _parse_intervals(self.corrections[name])
        return intervals_by_weekday(self.session).get(day.isoweekday() % 7 + 1, [])

    def sessions(self, first_ms: int, last_ms: int) -> TradingSessions:
        """Return the sessions that could hold an instant from the first to the last."""
        zone = ZoneInfo(self.timezone)
        rows: list[tuple[int, int, int]] = []
        over_ms = -(10**18)
        # A zone is at most 14 hours from UTC, and a session begins at most a day early.
        for number in range(first_ms // DAY_MS - 1, last_ms // DAY_MS + 3):
            day = date.fromordinal(_EPOCH_DAY + number)
            for start, end in self.intervals(day):
                # Where clocks change within a session, intervals stay ascending and disjoint.
                start_ms = max(_instant_ms(day, start, zone), over_ms)
                end_ms = _instant_ms(day, end, zone)
                if start_ms < end_ms:
                    rows.append((start_ms, end_ms, number * DAY_MS))
                    over_ms = end_ms
        table = np.array(rows, dtype=np.int64).reshape(-1, 3)
        return TradingSessions(*(np.ascontiguousarray(column) for column in table.T))

    def day_end_ms(self, now_ms: int) -> int:
        """Return when the current trading day, or else the next one, ends. Midnight UTC where none
        begins within a month."""
        sessions = self.sessions(now_ms, now_ms + 31 * DAY_MS)
        to_come = sessions.ends_ms > now_ms
        if not to_come.any():
            return now_ms - now_ms % DAY_MS + DAY_MS
        same_day = sessions.days_ms == sessions.days_ms[to_come][0]
        return int(sessions.ends_ms[same_day][-1])

    @classmethod
    def parse(cls, session: str, timezone: str, holidays: str, corrections: str) -> SessionHours:
        """Parse TradingView's texts. Raises SessionError."""
        days = (part.partition(":") for part in corrections.split(";") if part)
        return cls(
            session,
            timezone,
            frozenset(day for day in holidays.split(",") if day),
            {day: hours for hours, _, listed in days for day in listed.split(",")},
        )

    def holidays_text(self) -> str:
        """Return the holidays as TradingView's `session_holidays`."""
        return ",".join(sorted(self.holidays))

    def corrections_text(self) -> str:
        """Return the corrections as TradingView's `corrections`."""
        days: dict[str, list[str]] = {}
        for day, session in sorted(self.corrections.items()):
            days.setdefault(session, []).append(day)
        return ";".join(f"{session}:{','.join(each)}" for session, each in days.items())


@lru_cache(256)
def intervals_by_weekday(session: str) -> dict[int, list[MinuteInterval]]:
    """Return the intervals of each weekday that has any; 1 is Sunday. Raises SessionError."""
    if session == ALWAYS:
        return {weekday: [(0, _DAY_MINUTES)] for weekday in range(1, 8)}
    found: dict[int, list[MinuteInterval]] = {}
    for alternative in session.split("|"):
        hours, _, days = alternative.partition(":")
        if ":" in alternative and not _DAYS.fullmatch(days):
            raise SessionError(f"{days!r} are not days: 1 is Sunday, 7 is Saturday.")
        intervals = _parse_intervals(hours)
        for weekday in map(int, days or _MONDAY_TO_FRIDAY):
            if found.setdefault(weekday, intervals) is not intervals:
                raise SessionError(f"The session {session!r} names day {weekday} twice.")
    return found


def _parse_intervals(hours: str) -> list[MinuteInterval]:
    intervals = sorted(_parse_interval(text) for text in hours.split(","))
    for (_, end), (start, _) in pairwise(intervals):
        if start < end:
            raise SessionError(f"The hours {hours!r} overlap.")
    return intervals


def _parse_interval(text: str) -> MinuteInterval:
    """Parse `0930-1600`. An end of 0000 is the midnight that ends the day. A start that is not
    before its end is on the evening before."""
    found = _INTERVAL.fullmatch(text)
    if found is None:
        raise SessionError(
            f"{text!r} is not a session: write 24x7, or hours as in 0930-1600 or "
            "0900-1130,1230-1500:23456."
        )
    hour, minute, end_hour, end_minute = map(int, found.groups())
    start, end = 60 * hour + minute, 60 * end_hour + end_minute or _DAY_MINUTES
    if max(start, end) > _DAY_MINUTES or max(minute, end_minute) > 59:
        raise SessionError(f"{text!r} is not a session: there is no such time of day.")
    return (start - _DAY_MINUTES if start >= end else start), end


def _instant_ms(day: date, minutes: int, zone: ZoneInfo) -> int:
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minutes)
    return round((wall - _EPOCH).total_seconds()) * 1_000
