"""The instants of the price ticks within recorded bars."""

from __future__ import annotations

from bisect import bisect_right
from typing import TypeAlias

from trading_api.domain.resolution import DAY_MS, MINUTE_MS
from trading_api.domain.session_hours import TradingSessions
from trading_api.modules.datafeed.storage.bar_columns import Int64s

TICKS_PER_BAR = 4

TradingInterval: TypeAlias = tuple[int, int]
"""From and to, in milliseconds since 1970."""


class TickSchedule:
    """Four ticks a bar, at equal distances over the time in which the bar traded.

    An intraday bar trades from its start until its step, its session or the next bar ends it. A
    longer one trades within the sessions of its trading days, or round the clock where there are
    none. Ticks and bars are numbered from 0."""

    def __init__(self, times_ms: Int64s, step_ms: int, sessions: TradingSessions | None) -> None:
        self._times_ms = times_ms
        self._step_ms = step_ms
        self._sessions = sessions
        # The last bar that was asked for, and its ticks: most callers ask for it again.
        self._ticks: tuple[int, list[int]] = (-1, [])

    def tick_ms(self, tick: int) -> int:
        bar, part = divmod(tick, TICKS_PER_BAR)
        return self.bar_ticks_ms(bar)[part]

    def bar_ticks_ms(self, bar: int) -> list[int]:
        """Return the instants of a bar's ticks. The list must not be changed."""
        last, ticks_ms = self._ticks
        if bar != last:
            intervals = self._intervals(bar)
            length_ms = sum(end_ms - start_ms for start_ms, end_ms in intervals)
            parts_ms = (length_ms * part // TICKS_PER_BAR for part in range(TICKS_PER_BAR))
            ticks_ms = [_instant(intervals, part_ms) for part_ms in parts_ms]
            self._ticks = bar, ticks_ms
        return ticks_ms

    def bar_end_ms(self, bar: int) -> int:
        """Return the instant at which the bar is over."""
        return self._intervals(bar)[-1][1]

    @property
    def last_end_ms(self) -> int:
        return self.bar_end_ms(len(self._times_ms) - 1)

    def bar_count(self, instant_ms: int) -> int:
        """Return how many bars had begun at the instant."""
        if self._sessions is None or self._step_ms < DAY_MS:
            return int(self._times_ms.searchsorted(instant_ms, "right"))
        return bisect_right(range(len(self._times_ms)), instant_ms, key=self._bar_start_ms)

    def tick_count(self, instant_ms: int) -> int:
        """Return how many ticks had happened at the instant."""
        if not (begun := self.bar_count(instant_ms)):
            return 0
        return TICKS_PER_BAR * (begun - 1) + bisect_right(self.bar_ticks_ms(begun - 1), instant_ms)

    def is_trading(self, bar: int, instant_ms: int) -> bool:
        """Return whether the last bar that has begun is still under way. Ticks may be further apart
        than their bars of a second, so a price stands for at least a minute of its session."""
        if any(start_ms <= instant_ms < end_ms for start_ms, end_ms in self._intervals(bar)):
            return True
        is_last = bar == len(self._times_ms) - 1
        is_late = instant_ms < int(self._times_ms[bar]) + MINUTE_MS
        return is_late and not is_last and self.is_in_session(instant_ms)

    def is_in_session(self, instant_ms: int) -> bool:
        if self._sessions is None:
            return True
        number = int(self._sessions.starts_ms.searchsorted(instant_ms, "right")) - 1
        return number >= 0 and instant_ms < int(self._sessions.ends_ms[number])

    def _bar_start_ms(self, bar: int) -> int:
        return self._intervals(bar)[0][0]

    def _intervals(self, bar: int) -> list[TradingInterval]:
        """Return the intervals in which the bar traded, ascending."""
        start_ms = int(self._times_ms[bar])
        end_ms = start_ms + self._step_ms
        if bar + 1 < len(self._times_ms):
            end_ms = min(end_ms, int(self._times_ms[bar + 1]))
        if self._sessions is None:
            return [(start_ms, end_ms)]
        if self._step_ms < DAY_MS:
            return [(start_ms, self._end_in_session(start_ms, end_ms))]
        days_ms = self._sessions.days_ms
        first, last = (int(row) for row in days_ms.searchsorted((start_ms, end_ms)))
        starts_ms, ends_ms = self._sessions.starts_ms, self._sessions.ends_ms
        found = zip(starts_ms[first:last].tolist(), ends_ms[first:last].tolist(), strict=True)
        return list(found) or [(start_ms, end_ms)]

    def _end_in_session(self, start_ms: int, end_ms: int) -> int:
        """Return the end of an intraday bar, no later than its session's."""
        assert self._sessions is not None
        number = int(self._sessions.starts_ms.searchsorted(start_ms, "right")) - 1
        over_ms = int(self._sessions.ends_ms[number]) if number >= 0 else end_ms
        return min(end_ms, over_ms) if over_ms > start_ms else end_ms


def _instant(intervals: list[TradingInterval], elapsed_ms: int) -> int:
    """Return the instant after so much trading time, no later than the end of the last interval."""
    for start_ms, end_ms in intervals:
        if elapsed_ms < end_ms - start_ms:
            return start_ms + elapsed_ms
        elapsed_ms -= end_ms - start_ms
    return intervals[-1][1]
