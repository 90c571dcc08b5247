"""Values by account, of which a price finds those that it has reached."""

from __future__ import annotations

from decimal import Decimal
from heapq import heapify, heappop, heappush

Threshold = Decimal | int

_SPARE = 64


class Thresholds:
    """At most one threshold for each account, in a heap: finding those that are reached costs
    nothing for the others. Thresholds that are reached from above are kept negated."""

    def __init__(self) -> None:
        self._values: dict[str, Threshold] = {}
        # Contains outdated entries too, at most as many as current ones and _SPARE.
        self._heap: list[tuple[Threshold, str]] = []

    def __len__(self) -> int:
        return len(self._values)

    def set(self, account_id: str, threshold: Threshold | None) -> None:
        """Replace the threshold of an account; None removes it."""
        if threshold is None:
            self._values.pop(account_id, None)
        elif self._values.get(account_id) != threshold:
            self._values[account_id] = threshold
            heappush(self._heap, (threshold, account_id))
        if len(self._heap) > 2 * len(self._values) + _SPARE:
            self._heap = [(value, each) for each, value in self._values.items()]
            heapify(self._heap)

    def has_reached(self, bound: Threshold) -> bool:
        """Return whether any threshold is at or below `bound`."""
        nearest = self.nearest()
        return nearest is not None and nearest <= bound

    def nearest(self) -> Threshold | None:
        """Return the lowest threshold, which is reached first, or None without thresholds."""
        while self._heap and not self._is_current(self._heap[0]):
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take_reached(self, bound: Threshold) -> list[str]:
        """Remove the thresholds at or below `bound`, and return their accounts."""
        taken = []
        while self.has_reached(bound):
            _, account_id = heappop(self._heap)
            del self._values[account_id]
            taken.append(account_id)
        return taken

    def _is_current(self, entry: tuple[Threshold, str]) -> bool:
        threshold, account_id = entry
        return self._values.get(account_id) == threshold
