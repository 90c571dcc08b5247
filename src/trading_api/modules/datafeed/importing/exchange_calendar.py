"""The holidays, early closes and late opens of an exchange.

exchange_calendars and not holidays: both know the days, but only the first knows at what time an
early close is. It brings pandas, so it is an extra, imported only while data is imported; what it
says is stored with the bars.
"""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from trading_api.domain.resolution import DAY_MS
from trading_api.domain.session_hours import TradingHours
from trading_api.modules.datafeed.storage.errors import RecordingError

_OLDEST = "1970-01-01"


class ExchangeCalendar:
    def __init__(self, code: str) -> None:
        """Raises RecordingError."""
        try:
            import exchange_calendars
        except ImportError as error:
            raise RecordingError(
                "--calendar needs the package exchange_calendars, which is not installed."
            ) from error
        # What pandas advises exchange_calendars to do is not for whoever imports data.
        with warnings.catch_warnings(category=DeprecationWarning, action="ignore"):
            try:
                self._calendar: Any = exchange_calendars.get_calendar(code, start=_OLDEST)
            except ValueError:  # not known for so long
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
        """Its usual hours of today, as TradingView writes them."""
        opens, closes = self._calendar.open_times[-1][1], self._calendar.close_times[-1][1]
        stretches = [(opens, closes)]
        breaks = self._calendar.break_start_times, self._calendar.break_end_times
        if all(breaks):
            stretches = [(opens, breaks[0][-1][1]), (breaks[1][-1][1], closes)]
        days = "".join(
            str(weekday % 7 + 1)
            for weekday in (7, 1, 2, 3, 4, 5, 6)
            if self._calendar.weekmask[weekday - 1] == "1"
        )
        return ",".join(f"{start:%H%M}-{end:%H%M}" for start, end in stretches) + f":{days}"

    def hours(self, session: str, timezone: str, first_ms: int, last_ms: int) -> TradingHours:
        """Those of a session, but for the exchange's own days, as far as it knows them from the
        first to the last."""
        usual = TradingHours(session, timezone)
        schedule = self._calendar.schedule
        late_opens, early_closes = set(self._calendar.late_opens), set(self._calendar.early_closes)
        holidays, corrections = set(), {}
        for number in range(first_ms // DAY_MS - 1, last_ms // DAY_MS + 2):
            day = datetime.fromtimestamp(number * DAY_MS / 1_000, UTC).date()
            stretches, written = usual.stretches(day), f"{day:%Y%m%d}"
            if not stretches or not self._knows(day):
                continue
            if (stamp := schedule.index.asof(f"{day}")).date() != day:
                holidays.add(written)
            elif stamp in late_opens or stamp in early_closes:
                opens, closes = (
                    _minutes(schedule.at[stamp, edge].to_pydatetime(), day, timezone)
                    for edge in ("open", "close")
                )
                # A session longer than the exchange's own keeps the end that is as ever.
                left = _cut(
                    stretches,
                    opens if stamp in late_opens else stretches[0][0],
                    closes if stamp in early_closes else stretches[-1][1],
                )
                if left:
                    corrections[written] = left
                else:
                    holidays.add(written)
        return TradingHours(session, timezone, frozenset(holidays), corrections)

    def _knows(self, day: date) -> bool:
        first, last = self._calendar.first_session.date(), self._calendar.last_session.date()
        return bool(first <= day <= last)


def _minutes(instant: datetime, day: date, timezone: str) -> int:
    wall = instant.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
    return round((wall - datetime.combine(day, time())).total_seconds()) // 60


def _cut(stretches: list[tuple[int, int]], opens: int, closes: int) -> str:
    """The usual hours from a late open to an early close."""
    left = []
    for start, end in stretches:
        start, end = max(start, opens), min(end, closes)
        if start < end:
            left.append(f"{_written(start)}-{_written(end)}")
    return ",".join(left)


def _written(minutes: int) -> str:
    return "{:02}{:02}".format(*divmod(minutes % 1_440, 60))
