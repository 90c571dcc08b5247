"""How many topics a gateway opens at the same time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

OPENING_MAX = 32
"""How many topics of one owner a gateway opens at the same time, over all partitions."""


class OpeningTurns:
    """Lets topics of each owner be opened in turns, so that a process that takes over many
    partitions is not flooded, and a slow owner holds up no other one."""

    def __init__(self, opening_max: int = OPENING_MAX) -> None:
        self._opening_max = opening_max
        # Only of owners that have requests: one that is gone leaves nothing here.
        self._turns: dict[str, asyncio.Semaphore] = {}
        self._users: Counter[str] = Counter()

    @asynccontextmanager
    async def take(self, owner: Callable[[], str]) -> AsyncIterator[None]:
        """Wait for a turn of the owner, and hold it within the block. `owner` is called again after
        the wait: a turn of an owner that was replaced meanwhile is not used."""
        is_taken = False
        while not is_taken:
            name = owner()
            async with self._turn(name):
                if is_taken := owner() == name:
                    yield

    @asynccontextmanager
    async def _turn(self, name: str) -> AsyncIterator[None]:
        turns = self._turns.get(name)
        if turns is None:
            turns = self._turns[name] = asyncio.Semaphore(self._opening_max)
        self._users[name] += 1
        try:
            async with turns:
                yield
        finally:
            self._users[name] -= 1
            if not self._users[name]:
                del self._users[name], self._turns[name]
