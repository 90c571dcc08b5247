"""Removes the idempotency keys that gateways gave once no gateway and no client needs them."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable

from trading_api.modules.broker.journal.journal import Journal, JournalUnavailable

log = logging.getLogger(__name__)

KEPT_S = 900.0
"""A gateway repeats a command for seconds. The client that it tells the key may take minutes."""
KEYS_PER_COMMIT = 1_000


class GatewayKeyRetention:
    """Call `remove_old` from time to time: it removes what was recorded `kept_s` before.

    Keys have the market's time, which need not pass as fast as the time of `clock_s`."""

    def __init__(
        self,
        journal: Journal,
        now_ms: Callable[[], int],
        clock_s: Callable[[], float] = time.monotonic,
        kept_s: float = KEPT_S,
    ) -> None:
        self._journal = journal
        self._now_ms = now_ms
        self._clock_s = clock_s
        self._kept_s = kept_s
        # The times of the earlier calls, by both clocks: at most those of `kept_s`.
        self._calls: deque[tuple[float, int]] = deque()

    async def remove_old(self) -> None:
        """Remove the old keys, in several commits. A ledger that cannot be written is logged."""
        now_s, before_ms = self._clock_s(), None
        self._calls.append((now_s, self._now_ms()))
        while self._calls[0][0] <= now_s - self._kept_s:
            before_ms = self._calls.popleft()[1]
        if before_ms is None:
            return
        removed = KEYS_PER_COMMIT
        try:
            while removed == KEYS_PER_COMMIT:
                removed = await self._journal.remove_gateway_keys(before_ms, KEYS_PER_COMMIT)
        except JournalUnavailable as error:
            log.warning("gateway_keys_not_removed", extra={"reason": error.reason})
