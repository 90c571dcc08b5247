"""The time of the simulated venue."""

from __future__ import annotations

import time


class VenueClock:
    """Milliseconds since 1970: the wall clock plus an offset.

    With `start_ms` the clock stands still, and only `advance` moves it.
    """

    def __init__(self, start_ms: int | None = None) -> None:
        self.start_ms = start_ms
        self.offset_ms = 0

    def now_ms(self) -> int:
        base = self.start_ms if self.start_ms is not None else time.time_ns() // 1_000_000
        return base + self.offset_ms

    def advance(self, milliseconds: int) -> None:
        self.offset_ms += milliseconds
