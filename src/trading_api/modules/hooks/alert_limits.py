"""Rate limits of hooks: wrong secrets of each client address, and alerts of each hook."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil

from trading_api.errors import ApiError, TooManyRequests
from trading_api.limits.token_bucket import TokenBucket

BUCKETS_MAX = 10_000
WRONG_PER_S = 0.5
ALERTS_PER_S = 10.0


class HookUnauthorized(ApiError):
    """The hook does not exist, or the secret is wrong. The response is the same for both."""

    status = 401

    def __init__(self) -> None:
        super().__init__(
            "The hook does not exist, or the body is no JSON object with its secret.",
            "hook_unauthorized",
            {"WWW-Authenticate": "HookSecret"},
        )


class AlertLimits:
    """Counts wrong secrets by the address of the client, and alerts by their hook.

    The limit of wrong secrets bounds their cost. It never applies to the right secret: all alerts
    of TradingView come from the same few addresses, and anyone can make TradingView send a wrong
    one."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._wrong_secrets = _Buckets(WRONG_PER_S, clock_s)
        self._alerts = _Buckets(ALERTS_PER_S, clock_s)
        self.wrong_total = 0

    def count_wrong_secret(self, address: str) -> ApiError:
        """Count a wrong secret, and return the error to respond with."""
        self.wrong_total += 1
        if wait_s := self._wrong_secrets.consume(address):
            return TooManyRequests(
                "Too many wrong secrets came from this address.", ceil(wait_s), "too_many_secrets"
            )
        return HookUnauthorized()

    def count_alert(self, hook_id: str) -> None:
        """Count an alert of a hook. Raises TooManyRequests for an alert above the limit, which is
        not recorded."""
        if wait_s := self._alerts.consume(hook_id):
            raise TooManyRequests(
                f"A hook takes at most {ALERTS_PER_S:g} alerts a second; this one is not recorded.",
                ceil(wait_s),
            )


class _Buckets:
    """Keeps one token bucket for each key."""

    def __init__(self, per_s: float, clock_s: Callable[[], float]) -> None:
        self._per_s = per_s
        self._clock_s = clock_s
        # At most BUCKETS_MAX; when full, the oldest is removed; its key starts again.
        self._buckets: dict[str, TokenBucket] = {}

    def consume(self, key: str) -> float:
        """Count one event. Return 0 if it is permitted, else the seconds until one would be."""
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= BUCKETS_MAX:
                del self._buckets[next(iter(self._buckets))]
            bucket = self._buckets[key] = TokenBucket(self._per_s, self._clock_s)
        return bucket.consume()
