"""A token bucket: a rate limit that allows bursts.

Of the libraries, `limits` needs a thread or a task that wakes every 10 ms, and `throttled-py`
counts whole seconds of the wall clock, which can jump.
"""

from __future__ import annotations

import time
from collections.abc import Callable

BURST_S = 10
"""A bucket holds at most the tokens of this many seconds."""


class TokenBucket:
    """Allows `per_s` events a second on average, and unused ones of up to `BURST_S` in a burst.

    A pause of the process refills it as any other time does: what waited was sent in that time."""

    __slots__ = ("_clock_s", "_per_s", "_refilled_s", "_tokens")

    def __init__(self, per_s: float, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._clock_s = clock_s
        self._tokens = per_s * BURST_S
        self._refilled_s = clock_s()

    def consume(self, count: int = 1) -> float:
        """Take `count` tokens and return 0, or return the seconds until they are available."""
        now_s = self._clock_s()
        self._tokens += (now_s - self._refilled_s) * self._per_s
        self._tokens = min(self._tokens, self._per_s * BURST_S)
        self._refilled_s = now_s
        if self._tokens < count:
            return (count - self._tokens) / self._per_s
        self._tokens -= count
        return 0.0
