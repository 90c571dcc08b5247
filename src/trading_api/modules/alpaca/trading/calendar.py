"""The market's clock and calendar, from the trading sessions of one instrument."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from trading_api.domain.instrument import Instrument
from trading_api.domain.market_status import MarketState
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.resolution import DAY_MS
from trading_api.domain.session_hours import MinuteInterval, SessionHours
from trading_api.models.alpaca.market import AlpacaClock, CalendarDay
from trading_api.modules.alpaca.errors import unprocessable

DAYS_MAX = 3_700
_LOOKAHEAD_MS = 31 * DAY_MS
_LAST_MINUTE = 24 * 60 - 1
_SETTLEMENT = timedelta(days=1)
YEAR = timedelta(days=365)
_LAST_DAY = date.max - _SETTLEMENT


class MarketCalendar:
    """The hours of the market's first stock, or of its first instrument without a stock."""

    def __init__(self, market: MarketData) -> None:
        self._market = market

    @property
    def instrument(self) -> Instrument:
        """The instrument whose hours these are."""
        instruments = self._market.instruments()
        stocks = (each for each in instruments if each.type == "stock")
        return next(stocks, None) or instruments[0]

    @property
    def hours(self) -> SessionHours:
        each = self.instrument
        return SessionHours.parse(each.session, each.timezone, each.holidays, each.corrections)

    def clock(self) -> AlpacaClock:
        """Return whether the market is open, and when it opens and closes next."""
        now_ms, instrument = self._market.now_ms, self.instrument
        zone = ZoneInfo(instrument.timezone)
        sessions = self.hours.sessions(now_ms, now_ms + _LOOKAHEAD_MS)
        starts = sessions.starts_ms[sessions.starts_ms > now_ms]
        ends = sessions.ends_ms[sessions.ends_ms > now_ms]
        return AlpacaClock(
            timestamp=_local(now_ms, zone),
            is_open=self._market.status_of(instrument.symbol).state is MarketState.OPEN,
            next_open=_local(int(starts[0]) if len(starts) else now_ms + _LOOKAHEAD_MS, zone),
            next_close=_local(int(ends[0]) if len(ends) else now_ms + _LOOKAHEAD_MS, zone),
        )

    def days(self, start: date | None, end: date | None) -> list[CalendarDay]:
        """Return the trading days from `start` to `end`, by default a year back and a year ahead.
        Raises AlpacaError for more than ten years."""
        today = datetime.fromtimestamp(self._market.now_ms / 1_000, UTC).date()
        first = start or today - YEAR
        last = end or min(max(first, today), _LAST_DAY - YEAR) + YEAR
        last = min(last, _LAST_DAY)
        if (last - first).days > DAYS_MAX:
            raise unprocessable(f"a calendar has at most {DAYS_MAX} days")
        hours = self.hours
        wanted = (date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1))
        return [
            _calendar_day(day, intervals) for day in wanted if (intervals := hours.intervals(day))
        ]

    def day_start_ms(self) -> int:
        """Return the end of the last session before today's, or midnight UTC in a market that never
        closes: profits of the day count from then on."""
        now_ms = self._market.now_ms
        midnight_ms = now_ms - now_ms % DAY_MS
        hours = self.hours
        if hours.is_always:
            return midnight_ms
        sessions = hours.sessions(now_ms - _LOOKAHEAD_MS, now_ms)
        ended = sessions.ends_ms[(sessions.days_ms < midnight_ms) & (sessions.ends_ms <= now_ms)]
        return int(ended[-1]) if len(ended) else midnight_ms


def _calendar_day(day: date, intervals: list[MinuteInterval]) -> CalendarDay:
    # A session that begins on the evening before is shown from midnight on.
    start, end = max(intervals[0][0], 0), min(intervals[-1][1], _LAST_MINUTE)
    open, close = (f"{each // 60:02}:{each % 60:02}" for each in (start, end))
    return CalendarDay(
        date=day.isoformat(),
        open=open,
        close=close,
        session_open=open.replace(":", ""),
        session_close=close.replace(":", ""),
        settlement_date=(day + _SETTLEMENT).isoformat(),
    )


def _local(time_ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(time_ms / 1_000, zone).isoformat()
