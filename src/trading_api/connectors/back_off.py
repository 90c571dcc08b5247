"""Exponential back-off with jitter: the wait before the next attempt to reach a venue."""

from __future__ import annotations

import random
from collections.abc import Callable

FIRST_S = 0.5
LONGEST_S = 5.0


class BackOff:
    """Doubles the wait after each failure, from `first_s` up to `longest_s`. Each wait is shortened
    by a random part of up to a half, so that many clients do not come back at the same moment.
    `random_part` returns a number within [0, 1)."""

    def __init__(
        self,
        first_s: float = FIRST_S,
        longest_s: float = LONGEST_S,
        random_part: Callable[[], float] = random.random,
    ) -> None:
        self._first_s, self._longest_s = first_s, longest_s
        self._next_s = first_s
        self._random_part = random_part

    def wait_s(self, at_least_s: float = 0.0) -> float:
        """Return the seconds to wait now, and double the next wait. `at_least_s` is the wait that
        the venue requests (Retry-After); it is never shortened or capped."""
        wait_s = self._next_s * (1 - self._random_part() / 2)
        self._next_s = min(2 * self._next_s, self._longest_s)
        return max(wait_s, at_least_s)

    def reset(self) -> None:
        """Start again with the first wait, after a success."""
        self._next_s = self._first_s
