"""Who is told of changes only so often."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

Follower = tuple[str, str]
"""A topic, and a name it holds."""


class Pace:
    """Holds followers to one telling an interval, by the market's own time: in a replay at speed
    60 an interval of a minute is a second. What is held comes due when its interval ends."""

    def __init__(self, interval_ms: int) -> None:
        self._interval_ms = interval_ms
        self._free_at_ms: dict[str, dict[str, int]] = {}
        self._held: set[Follower] = set()
        # By when they are due; some are held no more. One entry a follower and interval.
        self._ends: list[tuple[int, Follower]] = []

    def follow(self, topic: str, names: Iterable[str], now_ms: int) -> None:
        """They are told the present at this moment, so their interval begins."""
        self._free_at_ms[topic] = dict.fromkeys(names, now_ms + self._interval_ms)

    def forget(self, topic: str) -> None:
        for name in self._free_at_ms.pop(topic, {}):
            self._held.discard((topic, name))

    def paces(self, topic: str, name: str) -> bool:
        return name in self._free_at_ms.get(topic, {})

    def hold(self, topic: str, name: str) -> None:
        """There is something to tell, once `due` says so."""
        if (topic, name) not in self._held:
            self._held.add((topic, name))
            heapq.heappush(self._ends, (self._free_at_ms[topic][name], (topic, name)))

    def is_due(self, now_ms: int) -> bool:
        """Whether `due` may have any."""
        return bool(self._ends) and self._ends[0][0] <= now_ms

    def due(self, now_ms: int) -> Iterator[Follower]:
        """Those to tell now; with that, their next interval begins."""
        while self.is_due(now_ms):
            end_ms, follower = heapq.heappop(self._ends)
            if follower in self._held and self._free_at_ms[follower[0]][follower[1]] == end_ms:
                yield self._released(follower, now_ms)

    def all(self, now_ms: int) -> Iterator[Follower]:
        """Everyone held: the market stands still, and its time with it."""
        self._ends.clear()
        for follower in sorted(self._held):
            yield self._released(follower, now_ms)

    def _released(self, follower: Follower, now_ms: int) -> Follower:
        topic, name = follower
        self._held.discard(follower)
        self._free_at_ms[topic][name] = now_ms + self._interval_ms
        return follower
