"""Limits how often the followers of slow quotes receive one."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import TypeAlias

Follower: TypeAlias = tuple[str, str]
"""The name of a topic, and the name of a symbol in it."""


class Throttle:
    """Lets each throttled follower receive one value an interval. What comes in between is held,
    and is due when the interval ends.

    Intervals are of the market's time: in a replay at speed 60, one minute is one second."""

    def __init__(self, interval_ms: int) -> None:
        self._interval_ms = interval_ms
        self._free_at_ms: dict[str, dict[str, int]] = {}
        self._held: set[Follower] = set()
        # By the end of the interval, one entry a follower and interval; some are not held any more.
        self._ends: list[tuple[int, Follower]] = []

    def add(self, topic: str, names: Iterable[str], now_ms: int) -> None:
        """Throttle these names of a topic. It is sent its state now, so their interval begins."""
        self._free_at_ms[topic] = dict.fromkeys(names, now_ms + self._interval_ms)

    def remove(self, topic: str) -> None:
        for name in self._free_at_ms.pop(topic, {}):
            self._held.discard((topic, name))

    def is_throttled(self, topic: str, name: str) -> bool:
        return name in self._free_at_ms.get(topic, {})

    def hold(self, topic: str, name: str) -> None:
        """Note that a throttled follower has a new value to receive."""
        if (topic, name) not in self._held:
            self._held.add((topic, name))
            heapq.heappush(self._ends, (self._free_at_ms[topic][name], (topic, name)))

    def is_due(self, now_ms: int) -> bool:
        """Return whether `due` may yield a follower."""
        return bool(self._ends) and self._ends[0][0] <= now_ms

    def next_due_ms(self) -> int | None:
        """Return a time before which `due` yields nothing, or None while nothing is held."""
        return self._ends[0][0] if self._ends else None

    def due(self, now_ms: int) -> Iterator[Follower]:
        """Yield the followers that receive their value now. Their next interval begins."""
        while self.is_due(now_ms):
            end_ms, follower = heapq.heappop(self._ends)
            if follower in self._held and self._free_at_ms[follower[0]][follower[1]] == end_ms:
                yield self._release(follower, now_ms)

    def release_all(self, now_ms: int) -> Iterator[Follower]:
        """Yield every follower with a held value, in the order of their names: the market stands
        still, and with it the time that their intervals count."""
        self._ends.clear()
        for follower in sorted(self._held):
            yield self._release(follower, now_ms)

    def _release(self, follower: Follower, now_ms: int) -> Follower:
        topic, name = follower
        self._held.discard(follower)
        self._free_at_ms[topic][name] = now_ms + self._interval_ms
        return follower
