"""The thresholds of one symbol in the order of their prices."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from decimal import Decimal

from trading_api.modules.alerts.alert import AlertKey


class AlertThresholds:
    """The alerts at each price, in the order in which they were added.

    Finding those between two prices costs two binary searches, and then only what is found."""

    def __init__(self) -> None:
        self._prices: list[Decimal] = []
        self._alerts: dict[Decimal, dict[AlertKey, None]] = {}

    def __bool__(self) -> bool:
        return bool(self._prices)

    def add(self, price: Decimal, alert: AlertKey) -> None:
        at_price = self._alerts.get(price)
        if at_price is None:
            at_price = self._alerts[price] = {}
            insort(self._prices, price)
        at_price[alert] = None

    def remove(self, price: Decimal, alert: AlertKey) -> None:
        """Remove an alert that was added at this price."""
        at_price = self._alerts[price]
        del at_price[alert]
        if not at_price:
            del self._alerts[price]
            del self._prices[bisect_left(self._prices, price)]

    def risen_to(self, before: Decimal, now: Decimal) -> Iterator[tuple[Decimal, AlertKey]]:
        """Yield the alerts above `before` and up to `now`, the lowest first."""
        first, last = bisect_right(self._prices, before), bisect_right(self._prices, now)
        return self._at(self._prices[first:last])

    def fallen_to(self, before: Decimal, now: Decimal) -> Iterator[tuple[Decimal, AlertKey]]:
        """Yield the alerts below `before` and down to `now`, the highest first."""
        first, last = bisect_left(self._prices, now), bisect_left(self._prices, before)
        return self._at(self._prices[first:last][::-1])

    def has_between(self, low: Decimal, high: Decimal) -> bool:
        """Return whether there is an alert from `low` to `high`, both included."""
        return bisect_left(self._prices, low) < bisect_right(self._prices, high)

    def _at(self, prices: list[Decimal]) -> Iterator[tuple[Decimal, AlertKey]]:
        for price in prices:
            for alert in self._alerts[price]:
                yield price, alert
