"""The latest update of each symbol, while a market moves faster than it is watched."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from trading_api.domain.market_update import MarketUpdate

INTERVAL_S = 0.25


class DeferredUpdates:
    """Holds one update a symbol, the latest. Those before it are dropped: quotes and order books
    show the present only. `now_s` returns seconds that measure durations."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._taken_s = now_s()
        self._latest: dict[str, MarketUpdate] = {}

    def add(self, update: MarketUpdate) -> bool:
        """Hold an update, and return whether INTERVAL_S passed since the last `take`."""
        self._latest[update.quote.symbol] = update
        return self._now_s() - self._taken_s >= INTERVAL_S

    def take(self) -> Sequence[MarketUpdate]:
        """Return the updates that are held, and hold none of them any more."""
        self._taken_s = self._now_s()
        taken = list(self._latest.values())
        self._latest.clear()
        return taken
