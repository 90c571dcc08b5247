"""The clocks that pace a market: no step of the wall clock stops it or takes it back."""

from __future__ import annotations

import time
from collections.abc import Callable

STEP_MS = 5_000
"""The longest forward step of the wall clock that a MarketClock catches up with gradually."""

_NS_PER_MS = 1_000_000
_GAIN = 10


def monotonic_clock_ms() -> int:
    """Return milliseconds since an arbitrary instant. They never step, and measure durations."""
    return time.monotonic_ns() // _NS_PER_MS


class MarketClock:
    """The wall clock, paced by the monotonic clock: it never goes back or stands still.

    It begins at the wall clock's time and advances with the monotonic clock. Where the wall clock
    stepped back, it keeps its pace and stays ahead. Where the wall clock is ahead by up to STEP_MS,
    it advances a tenth faster until they agree. Where the wall clock is further ahead, as after a
    suspend of the machine, it goes there immediately."""

    def __init__(
        self,
        wall_ns: Callable[[], int] = time.time_ns,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._wall_ns = wall_ns
        self._monotonic_ns = monotonic_ns
        self._read_ns = monotonic_ns()
        self._now_ns = wall_ns()

    def now_ms(self) -> int:
        """Return the time in milliseconds since 1970 (UTC)."""
        read_ns = self._monotonic_ns()
        passed_ns = read_ns - self._read_ns
        self._read_ns = read_ns
        self._now_ns += passed_ns
        lag_ns = self._wall_ns() - self._now_ns
        if lag_ns > STEP_MS * _NS_PER_MS:
            self._now_ns += lag_ns
        elif lag_ns > 0:
            self._now_ns += min(lag_ns, passed_ns // _GAIN)
        return self._now_ns // _NS_PER_MS
