"""The times of a symbol's bars: within its sessions, or around the clock."""

from __future__ import annotations

import numpy as np

from trading_api.domain.resolution import (
    DAY_MS,
    first_bar_start,
    is_intraday,
    length_ms,
)
from trading_api.domain.session_hours import TradingSessions
from trading_api.modules.datafeed.storage.bar_columns import Int64s

_NEVER_MS = 2**62
_MONDAY_MS = 4 * DAY_MS  # the first one of 1970 was the 5th of January
_MONTHS, _MS = np.dtype("datetime64[M]"), np.dtype("datetime64[ms]")


class BarTimes:
    """Assigns recorded rows to bars.

    Intraday bars are counted from the start of their session and end with it. A day's bar has the
    time 00:00 UTC of the trading day. Weeks and months are made of days. Without sessions, all
    times are arithmetic on UTC."""

    def __init__(self, sessions: TradingSessions | None) -> None:
        self._sessions = sessions

    def bar_times(self, resolution: str, times_ms: Int64s) -> Int64s:
        """Return the time of the bar that holds each row. For weeks and months, rows are days."""
        if resolution == "1M":
            return times_ms.astype(_MS).astype(_MONTHS).astype(_MS).astype(np.int64)
        fixed_ms = length_ms(resolution)
        assert fixed_ms is not None
        if resolution == "1W":
            return times_ms - (times_ms - _MONDAY_MS) % fixed_ms
        if self._sessions is None:
            return times_ms - times_ms % fixed_ms
        numbers = self._sessions.starts_ms.searchsorted(times_ms, "right") - 1
        if resolution == "1D":
            return self._sessions.days_ms[numbers]
        starts_ms = self._sessions.starts_ms[numbers]
        return times_ms - (times_ms - starts_ms) % fixed_ms

    def first_row_ms(self, resolution: str, bar_time_ms: int) -> int:
        """Return the instant from which on rows belong to bars whose time is `bar_time_ms` or
        later."""
        if self._sessions is None or not (resolution == "1D" or is_intraday(resolution)):
            return first_bar_start(resolution, bar_time_ms)
        starts_ms, ends_ms = self._sessions.starts_ms, self._sessions.ends_ms
        if resolution == "1D":
            number = int(self._sessions.days_ms.searchsorted(bar_time_ms))
            return int(starts_ms[number]) if number < len(starts_ms) else _NEVER_MS
        number = int(starts_ms.searchsorted(bar_time_ms, "right")) - 1
        if number < 0 or bar_time_ms >= int(ends_ms[number]):
            return bar_time_ms
        fixed_ms, start_ms = length_ms(resolution), int(starts_ms[number])
        assert fixed_ms is not None
        into_ms = -(-(bar_time_ms - start_ms) // fixed_ms) * fixed_ms
        return min(start_ms + into_ms, int(ends_ms[number]))
