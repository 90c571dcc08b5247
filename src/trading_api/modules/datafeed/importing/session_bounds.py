"""Finds the trading hours of a symbol, and the bars outside of them."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from trading_api.domain.resolution import DAY_MS
from trading_api.domain.session_hours import SessionHours
from trading_api.modules.datafeed.importing.bar_builder import BuiltBars
from trading_api.modules.datafeed.importing.exchange_calendar import ExchangeCalendar
from trading_api.modules.datafeed.storage.bar_columns import BarColumns
from trading_api.modules.datafeed.storage.store import StoredSymbol, sessions_of

_HOURS = re.compile(r"(?<!\d)(\d{1,2}):?(\d\d)-(\d{1,2}):?(\d\d)(?!\d)")


def as_tradingview(session: str) -> str:
    """Return 0930-1600 for 9:30-16:00."""
    return _HOURS.sub(
        lambda found: f"{found[1]:0>2}{found[2]}-{found[3]:0>2}{found[4]}", session.replace(" ", "")
    )


def trading_hours(
    stored: StoredSymbol, calendar: ExchangeCalendar | None, columns: BarColumns
) -> SessionHours:
    if calendar is None:
        return SessionHours(stored.session, stored.timezone)
    first_ms, last_ms = int(columns.time_ms[0]), int(columns.time_ms[-1])
    return calendar.hours(stored.session, stored.timezone, first_ms, last_ms)


def outside_sessions(hours: SessionHours, bars: BuiltBars) -> npt.NDArray[np.bool_]:
    """Return which bars no session holds."""
    times_ms = bars.columns.time_ms
    sessions = sessions_of(hours, bars.step_ms, bars.columns)
    if sessions is None or bars.step_ms > DAY_MS:
        return np.zeros(len(times_ms), dtype=np.bool_)
    if not len(sessions.starts_ms):
        return np.ones(len(times_ms), dtype=np.bool_)
    if bars.step_ms == DAY_MS:
        return ~np.isin(times_ms, sessions.days_ms)
    numbers = sessions.starts_ms.searchsorted(times_ms, "right") - 1
    return (numbers < 0) | (times_ms >= sessions.ends_ms[numbers])


def look_close_labelled(hours: SessionHours, bars: BuiltBars) -> bool:
    """Return whether the times of intraday bars look like their ends: more sessions have a bar at
    their end than at their start."""
    if hours.is_always or bars.step_ms >= DAY_MS or bars.are_ticks:
        return False
    times_ms = bars.columns.time_ms
    sessions = hours.sessions(int(times_ms[0]), int(times_ms[-1]))
    starts, ends = (np.isin(edges, times_ms) for edges in (sessions.starts_ms, sessions.ends_ms))
    return int(ends.sum()) > int(starts.sum())
