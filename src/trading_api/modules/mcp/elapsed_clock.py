"""A clock that measures ages, also across suspensions of the machine."""

from __future__ import annotations

import time
from collections.abc import Callable


class ElapsedClock:
    """Counts seconds by whichever of two clocks advanced more since the last reading.

    The monotonic clock does not count while the machine is suspended, and the wall clock may be set
    back. Neither lets an age appear too small."""

    def __init__(
        self,
        monotonic_s: Callable[[], float] = time.monotonic,
        wall_s: Callable[[], float] = time.time,
    ) -> None:
        self._clocks = (monotonic_s, wall_s)
        self._read_s = [clock() for clock in self._clocks]
        self._now_s = 0.0

    def now_s(self) -> float:
        """Return the seconds since the clock was created. They never decrease."""
        read_s = [clock() for clock in self._clocks]
        passed_s = (now - before for now, before in zip(read_s, self._read_s, strict=True))
        self._now_s += max(0.0, *passed_s)
        self._read_s = read_s
        return self._now_s
