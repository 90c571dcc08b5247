"""Exponential back-off with jitter."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """The shortest and the longest delay between two attempts, in seconds."""

    base_s: float = 0.25
    max_s: float = 5.0

    def delay_s(self, attempt: int) -> float:
        """Return the delay before an attempt, in seconds. Attempts count from 0. The delay doubles
        with each attempt up to the maximum, and jitter reduces it by up to half."""
        longest_s = min(self.max_s, self.base_s * 2.0 ** min(attempt, 30))
        return longest_s * random.uniform(0.5, 1.0)
