"""The rate limit of each account's commands."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil

from trading_api.errors import TooManyRequests
from trading_api.limits.token_bucket import TokenBucket

BUCKETS_MAX = 10_000


class CommandRateLimiter:
    """Limits the commands per second of each account."""

    def __init__(self, per_s: float, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._clock_s = clock_s
        # At most BUCKETS_MAX; beyond that the oldest bucket is dropped, and its account starts
        # with a full one.
        self._buckets: dict[str, TokenBucket] = {}

    def consume(self, account: str) -> None:
        """Count one command of the account. Raises TooManyRequests over the limit."""
        bucket = self._buckets.get(account)
        if bucket is None:
            if len(self._buckets) >= BUCKETS_MAX:
                del self._buckets[next(iter(self._buckets))]
            bucket = self._buckets[account] = TokenBucket(self._per_s, self._clock_s)
        if wait_s := bucket.consume():
            raise TooManyRequests(
                f"An account is given at most {self._per_s:g} commands a second.", ceil(wait_s)
            )
