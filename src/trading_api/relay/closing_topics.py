"""The topics that an owner has to close for a gateway."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable

CLOSED_AT_A_TIME = 25
"""How many topics one request closes. Together their names are less than a message of the bus."""


class ClosingTopics:
    """Topics by name, each with the generation up to which the owner has to close it: at most the
    topics that were open when the owner was lost.

    `close` sends a request, and returns None if the owner did not answer."""

    def __init__(self, close: Callable[[list[tuple[str, int]]], Awaitable[object | None]]) -> None:
        self._close = close
        self._generations: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._generations)

    def add(self, topic: str, generation: int) -> None:
        self._generations[topic] = generation

    def clear(self) -> None:
        """Forget all: another owner has none of them."""
        self._generations.clear()

    async def close_all(self) -> None:
        """Close the topics, until none is left or the owner does not answer."""
        generations = self._generations
        while closing := dict(itertools.islice(generations.items(), CLOSED_AT_A_TIME)):
            if await self._close(list(closing.items())) is None:
                return
            for name, generation in closing.items():
                if generations.get(name) == generation:
                    del generations[name]
