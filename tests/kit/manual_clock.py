"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
from heapq import heappop, heappush
from itertools import count

TURNS = 20
"""Turns of the event loop in which tasks do what a moment of the clock lets them do."""


class ManualClock:
    """An OwnerClock. `advance` wakes sleepers in the order of their times."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def now_s(self) -> float:
        return self._now_s

    async def sleep(self, delay_s: float) -> None:
        future: asyncio.Future[None] = asyncio.Future()
        heappush(self._sleepers, (self._now_s + delay_s, next(self._numbers), future))
        await future

    async def advance(self, delay_s: float) -> None:
        """Let time pass, and tasks run at each moment at which one of them wakes."""
        end_s = self._now_s + delay_s
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end_s:
            due_s, _, future = heappop(self._sleepers)
            self._now_s = max(self._now_s, due_s)
            if not future.done():
                future.set_result(None)
                await settle()
        self._now_s = end_s
        await settle()


async def settle() -> None:
    """Let all tasks run until they wait for something."""
    for _ in range(TURNS):
        await asyncio.sleep(0)
