"""The time by which owners send heartbeats."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class OwnerClock(Protocol):
    """A clock that never goes back, and that runs on while the process is stopped or the machine
    is suspended. A sleep may last longer by the time of a suspension."""

    def now_s(self) -> float: ...

    async def sleep(self, delay_s: float) -> None: ...


class BootClock:
    """The OwnerClock of the machine: the time since it was started. Where the system has no such
    clock, a suspension is not counted."""

    def now_s(self) -> float:
        return time.clock_gettime(_CLOCK)

    async def sleep(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)


_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
