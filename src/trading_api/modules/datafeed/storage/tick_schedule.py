"""When the moves of recorded bars happen."""

from __future__ import annotations

from bisect import bisect_right

from trading_api.domain.resolution import DAY_MS, MINUTE_MS
from trading_api.domain.session_hours import Sessions
from trading_api.modules.datafeed.storage.bar_columns import Int64s

MOVES = 4

Stretch = tuple[int, int]
"""From and to, in milliseconds since 1970."""


class MoveTimes:
    """Four to a bar, evenly over the time in which it traded: an intraday bar from its start until
    its step, its session or the next bar ends it; a longer one within the sessions of its trading
    days, or round the clock where there are none."""

    def __init__(self, times_ms: Int64s, step_ms: int, sessions: Sessions | None) -> None:
        self._times_ms = times_ms
        self._step_ms = step_ms
        self._sessions = sessions

    def of(self, move: int) -> int:
        number, part = divmod(move, MOVES)
        return self.of_bar(number)[part]

    def of_bar(self, number: int) -> list[int]:
        stretches = self._stretches(number)
        length_ms = sum(end_ms - start_ms for start_ms, end_ms in stretches)
        return [_instant(stretches, length_ms * part // MOVES) for part in range(MOVES)]

    def end(self, number: int) -> int:
        """When the bar is over."""
        return self._stretches(number)[-1][1]

    @property
    def last_end(self) -> int:
        return self.end(len(self._times_ms) - 1)

    def bars(self, instant_ms: int) -> int:
        """How many had begun at the instant."""
        if self._sessions is None or self._step_ms < DAY_MS:
            return int(self._times_ms.searchsorted(instant_ms, "right"))
        return bisect_right(range(len(self._times_ms)), instant_ms, key=self._begin)

    def moves(self, instant_ms: int) -> int:
        """How many had happened at the instant."""
        if not (begun := self.bars(instant_ms)):
            return 0
        return MOVES * (begun - 1) + bisect_right(self.of_bar(begun - 1), instant_ms)

    def is_trading(self, number: int, instant_ms: int) -> bool:
        """While the bar, the last that has begun, is under way. Ticks may be further apart than
        their bars of a second, so a price stands for a minute of its session at least."""
        if any(start_ms <= instant_ms < end_ms for start_ms, end_ms in self._stretches(number)):
            return True
        is_last = number == len(self._times_ms) - 1
        is_late = instant_ms < int(self._times_ms[number]) + MINUTE_MS
        return is_late and not is_last and self.is_in_session(instant_ms)

    def is_in_session(self, instant_ms: int) -> bool:
        if self._sessions is None:
            return True
        number = int(self._sessions.starts_ms.searchsorted(instant_ms, "right")) - 1
        return number >= 0 and instant_ms < int(self._sessions.ends_ms[number])

    def _begin(self, number: int) -> int:
        return self._stretches(number)[0][0]

    def _stretches(self, number: int) -> list[Stretch]:
        start_ms = int(self._times_ms[number])
        end_ms = start_ms + self._step_ms
        if number + 1 < len(self._times_ms):
            end_ms = min(end_ms, int(self._times_ms[number + 1]))
        if self._sessions is None:
            return [(start_ms, end_ms)]
        if self._step_ms < DAY_MS:
            return [(start_ms, self._cut(start_ms, end_ms))]
        days_ms = self._sessions.days_ms
        first, last = (int(row) for row in days_ms.searchsorted((start_ms, end_ms)))
        starts_ms, ends_ms = self._sessions.starts_ms, self._sessions.ends_ms
        found = zip(starts_ms[first:last].tolist(), ends_ms[first:last].tolist(), strict=True)
        return list(found) or [(start_ms, end_ms)]

    def _cut(self, start_ms: int, end_ms: int) -> int:
        """The end of an intraday bar, no later than its session's."""
        assert self._sessions is not None
        number = int(self._sessions.starts_ms.searchsorted(start_ms, "right")) - 1
        over_ms = int(self._sessions.ends_ms[number]) if number >= 0 else end_ms
        return min(end_ms, over_ms) if over_ms > start_ms else end_ms


def _instant(stretches: list[Stretch], into_ms: int) -> int:
    """So much trading time after the first stretch began, within the last at most."""
    for start_ms, end_ms in stretches:
        if into_ms < end_ms - start_ms:
            return start_ms + into_ms
        into_ms -= end_ms - start_ms
    return stretches[-1][1]
