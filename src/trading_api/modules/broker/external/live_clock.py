"""The time by which a live broker waits; tests move it by hand."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class LiveClock(Protocol):
    """Seconds that pass evenly, whatever the time of day is."""

    def now_s(self) -> float: ...

    async def sleep(self, delay_s: float) -> None: ...


class MonotonicClock:
    """The LiveClock of the operating system."""

    def now_s(self) -> float:
        return time.monotonic()

    async def sleep(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
