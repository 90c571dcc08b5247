"""The times at which alerts expire, the earliest first."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

from trading_api.modules.alerts.alert import AlertKey

_SPARE = 64


class ExpiryQueue:
    """At most one time for each alert, in a heap: without a due one a look costs one comparison."""

    def __init__(self) -> None:
        self._times: dict[AlertKey, int] = {}
        # Contains outdated entries too, at most as many as current ones and _SPARE.
        self._heap: list[tuple[int, AlertKey]] = []

    def __len__(self) -> int:
        return len(self._times)

    def set(self, alert: AlertKey, expires_ms: int) -> None:
        """Add an alert, or replace its time."""
        self._times[alert] = expires_ms
        heappush(self._heap, (expires_ms, alert))
        self._compact()

    def remove(self, alert: AlertKey) -> None:
        """Remove an alert. Ignores one that is not there."""
        if self._times.pop(alert, None) is not None:
            self._compact()

    def next_ms(self) -> int | None:
        """Return a time before which `take_due` yields nothing, or None if it never does."""
        return self._heap[0][0] if self._heap else None

    def take_due(self, now_ms: int) -> Iterator[AlertKey]:
        """Remove and yield the alerts whose time is `now_ms` or earlier."""
        while self._heap and self._heap[0][0] <= now_ms:
            expires_ms, alert = heappop(self._heap)
            if self._times.get(alert) == expires_ms:
                del self._times[alert]
                yield alert

    def _compact(self) -> None:
        if len(self._heap) > 2 * len(self._times) + _SPARE:
            self._heap = [(expires_ms, alert) for alert, expires_ms in self._times.items()]
            heapify(self._heap)
