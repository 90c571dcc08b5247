"""The time by which owners send heartbeats."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class OwnerClock(Protocol):
    """A clock that never goes back, and that runs on while the process is stopped."""

    def now_s(self) -> float: ...

    async def sleep(self, delay_s: float) -> None: ...


class MonotonicClock:
    """The OwnerClock of the machine."""

    def now_s(self) -> float:
        return time.monotonic()

    async def sleep(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
