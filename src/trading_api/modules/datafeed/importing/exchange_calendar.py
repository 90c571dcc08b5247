"""The holidays, early closes and late opens of an exchange.

The package exchange_calendars is used, because the package holidays does not have the times of
early closes. It needs pandas, so it is an extra that is imported only during an import. The days
that it gives are stored with the bars.
"""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from trading_api.domain.resolution import DAY_MS
from trading_api.domain.session_hours import SessionHours
from trading_api.modules.datafeed.storage.errors import RecordingError

_OLDEST = "1970-01-01"


class ExchangeCalendar:
    """The calendar of one exchange, by its code in exchange_calendars, for example XNYS."""

    def __init__(self, code: str) -> None:
        """Raises RecordingError."""
        try:
            import exchange_calendars
        except ImportError as error:
            raise RecordingError(
                "--calendar needs the package exchange_calendars. Install trading-api[calendars]."
            ) from error
        # Deprecations between pandas and exchange_calendars do not concern the user.
        with warnings.catch_warnings(category=DeprecationWarning, action="ignore"):
            try:
                self._calendar: Any = exchange_calendars.get_calendar(code, start=_OLDEST)
            except ValueError:  # its days are not known from so early on
                self._calendar = exchange_calendars.get_calendar(code)
            except exchange_calendars.errors.InvalidCalendarName:
                raise RecordingError(
                    f"There is no calendar {code!r}; exchange_calendars has "
                    f"{', '.join(exchange_calendars.get_calendar_names(include_aliases=False))}."
                ) from None

    @property
    def timezone(self) -> str:
        return str(self._calendar.tz)

    @property
    def session(self) -> str:
        """The usual hours of the exchange today, as TradingView writes them."""
        opens, closes = self._calendar.open_times[-1][1], self._calendar.close_times[-1][1]
        intervals = [(opens, closes)]
        breaks = self._calendar.break_start_times, self._calendar.break_end_times
        if all(breaks):
            intervals = [(opens, breaks[0][-1][1]), (breaks[1][-1][1], closes)]
        days = "".join(
            str(weekday % 7 + 1)
            for weekday in (7, 1, 2, 3, 4, 5, 6)
            if self._calendar.weekmask[weekday - 1] == "1"
        )
        return ",".join(f"{start:%H%M}-{end:%H%M}" for start, end in intervals) + f":{days}"

    def hours(self, session: str, timezone: str, first_ms: int, last_ms: int) -> SessionHours:
        """Return the hours of a session with the holidays and special days of the exchange from the
        first instant to the last, as far as its calendar has them."""
        usual = SessionHours(session, timezone)
        schedule = self._calendar.schedule
        late_opens, early_closes = set(self._calendar.late_opens), set(self._calendar.early_closes)
        holidays, corrections = set(), {}
        for number in range(first_ms // DAY_MS - 1, last_ms // DAY_MS + 2):
            day = datetime.fromtimestamp(number * DAY_MS / 1_000, UTC).date()
            intervals, name = usual.intervals(day), f"{day:%Y%m%d}"
            if not intervals or not self._knows(day):
                continue
            if (stamp := schedule.index.asof(f"{day}")).date() != day:
                holidays.add(name)
            elif stamp in late_opens or stamp in early_closes:
                opens, closes = (
                    _minutes(schedule.at[stamp, edge].to_pydatetime(), day, timezone)
                    for edge in ("open", "close")
                )
                # A session longer than the exchange's own keeps the end that did not change.
                left = _cut(
                    intervals,
                    opens if stamp in late_opens else intervals[0][0],
                    closes if stamp in early_closes else intervals[-1][1],
                )
                if left:
                    corrections[name] = left
                else:
                    holidays.add(name)
        return SessionHours(session, timezone, frozenset(holidays), corrections)

    def _knows(self, day: date) -> bool:
        first, last = self._calendar.first_session.date(), self._calendar.last_session.date()
        return bool(first <= day <= last)


def _minutes(instant: datetime, day: date, timezone: str) -> int:
    wall = instant.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
    return round((wall - datetime.combine(day, time())).total_seconds()) // 60


def _cut(intervals: list[tuple[int, int]], opens: int, closes: int) -> str:
    """Return the usual hours between a late open and an early close."""
    left = []
    for start, end in intervals:
        start, end = max(start, opens), min(end, closes)
        if start < end:
            left.append(f"{_clock(start)}-{_clock(end)}")
    return ",".join(left)


def _clock(minutes: int) -> str:
    return "{:02}{:02}".format(*divmod(minutes % 1_440, 60))
