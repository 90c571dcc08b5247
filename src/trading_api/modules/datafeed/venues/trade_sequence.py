"""Which trades of a symbol are new, which are repeated, and where one is missing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from trading_api.modules.datafeed.venues.messages import TradeMessage

IDS_MAX = 5_000
"""So many ids are remembered where they are not consecutive."""

RESTART_MS = 10_000
"""A trade with a smaller id, this much later than the last one, means that the ids begin again."""


class TradeSequence:
    """The trades that were applied. With `is_consecutive`, each id is one greater than the one
    before, so that a missing trade shows; otherwise only repetitions do."""

    def __init__(self, is_consecutive: bool) -> None:
        self.is_consecutive = is_consecutive
        self.last: TradeMessage | None = None
        self._last_id = -1
        self._ids: set[str] = set()
        # Full: the oldest id is forgotten. A gap is filled from far fewer trades back.
        self._order: deque[str] = deque()

    def is_repeated(self, trade: TradeMessage) -> bool:
        if self.is_consecutive:
            is_known = self._last_id >= 0 and int(trade.id) <= self._last_id
            return is_known and not self.is_restarted_by(trade)
        return trade.id in self._ids

    def is_after_a_gap(self, trade: TradeMessage) -> bool:
        """Return whether a trade is known to be missing before this one."""
        is_ahead = self.is_consecutive and 0 <= self._last_id < int(trade.id) - 1
        return is_ahead or self.is_restarted_by(trade)

    def is_restarted_by(self, trade: TradeMessage) -> bool:
        """Return whether the venue numbers its trades from the beginning again with this one.

        Test networks do so when they are reset. The id of the trade is known, and its time is much
        later."""
        if not self.is_consecutive or self.last is None or int(trade.id) > self._last_id:
            return False
        return trade.time_ms - self.last.time_ms > RESTART_MS

    def is_continued_by(self, trades: Iterable[TradeMessage]) -> bool:
        """Return whether no trade is missing between the last one and these, which ascend. Empty
        ones continue it, as the venue knows of none."""
        first = next(iter(trades), None)
        if first is None or self.last is None:
            return True
        if self.is_consecutive:
            return int(first.id) <= self._last_id + 1
        return any(each.id in self._ids for each in trades)

    def add(self, trade: TradeMessage) -> None:
        """Remember a trade that was applied, or that is part of a closed minute."""
        if self.last is None or trade.time_ms >= self.last.time_ms or self.is_consecutive:
            self.last = trade
        if self.is_consecutive:
            self._last_id = int(trade.id)
            return
        self._ids.add(trade.id)
        self._order.append(trade.id)
        if len(self._order) > IDS_MAX:
            self._ids.discard(self._order.popleft())

    def skip_to(self, trade: TradeMessage) -> None:
        """Accept that the trades before this one are part of closed minutes, and not known."""
        if self.is_consecutive:
            self._last_id = int(trade.id) - 1
