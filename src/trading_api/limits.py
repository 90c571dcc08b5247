"""How much of anything one caller may have. (Of the libraries, limits keeps its memory by a thread
or a task that wakes every 10 ms, and throttled-py counts whole seconds of the clock on the wall,
which jumps; a bucket is ten lines.)"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from trading_api.errors import TooManyRequests

BURST_S = 10
RETRY_AFTER_S = 5
BUCKETS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Of the WebSocket; `messages_per_s` of one connection, on the average of `BURST_S`."""

    connections_per_address: int = 1000
    connections_per_principal: int = 100
    subscriptions: int = 1000
    messages_per_s: int = 200
    json_depth: int = 128


class Bucket:
    """`per_s` a second on average, and what was not used for up to `BURST_S` at once."""

    def __init__(self, per_s: float, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._clock_s = clock_s
        self._left = per_s * BURST_S
        self._filled_s = clock_s()

    def take(self) -> float:
        """0 where one was left; otherwise how many seconds to wait for it."""
        now_s = self._clock_s()
        self._left += (now_s - self._filled_s) * self._per_s
        self._left = min(self._left, self._per_s * BURST_S)
        self._filled_s = now_s
        if self._left < 1:
            return (1 - self._left) / self._per_s
        self._left -= 1
        return 0.0


class Places:
    """So many connections of each address, or of each subject, at once."""

    def __init__(self, most: int, whose: str) -> None:
        self._most = most
        self._whose = whose
        self._taken: Counter[str] = Counter()

    def take(self, name: str) -> None:
        """Raises TooManyRequests."""
        if self._taken[name] >= self._most:
            raise TooManyRequests(
                f"Too many connections of this {self._whose} are open.", RETRY_AFTER_S
            )
        self._taken[name] += 1

    def give_back(self, name: str) -> None:
        self._taken[name] -= 1
        if not self._taken[name]:
            del self._taken[name]


class TakenPlaces:
    """Of one connection. (An ExitStack of them is 1.3 KB.)"""

    __slots__ = ("_taken",)

    def __init__(self) -> None:
        self._taken: list[tuple[Places, str]] = []

    def take(self, places: Places, name: str) -> None:
        """Raises TooManyRequests."""
        places.take(name)
        self._taken.append((places, name))

    def __enter__(self) -> TakenPlaces:
        return self

    def __exit__(self, *_: object) -> None:
        for places, name in self._taken:
            places.give_back(name)


class CommandRates:
    """Commands of each account."""

    def __init__(self, per_s: float, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._clock_s = clock_s
        # Full: the accounts that were there first begin anew.
        self._buckets: dict[str, Bucket] = {}

    def spend(self, account: str) -> None:
        """Raises TooManyRequests."""
        bucket = self._buckets.get(account)
        if bucket is None:
            if len(self._buckets) >= BUCKETS_MAX:
                del self._buckets[next(iter(self._buckets))]
            bucket = self._buckets[account] = Bucket(self._per_s, self._clock_s)
        if wait_s := bucket.take():
            raise TooManyRequests(
                f"An account is given at most {self._per_s:g} commands a second.", ceil(wait_s)
            )


# One that never ends goes to the end of the text: tried again from each quotation mark in it, a
# frame of 64 KB would take ten seconds.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def is_nested_deeper(json: str, depth_max: int) -> bool:
    """Than so many lists and objects within each other. Broken JSON counts as it is written, and
    a string that never ends as one."""
    if json.count("[") + json.count("{") <= depth_max:
        return False
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", json)):
        depth += 1 if bracket in "[{" else -1
        if depth > depth_max:
            return True
    return False
