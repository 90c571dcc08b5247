"""The active alerts of one symbol, and the price that it had last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from decimal import Decimal
from typing import NamedTuple

from trading_api.modules.alerts.alert import AlertKey, CrossingDirection, PriceAlert
from trading_api.modules.alerts.thresholds import AlertThresholds


class Crossing(NamedTuple):
    """That the price crossed the threshold of an alert.

    A tuple, because one quote can make thousands of them."""

    alert: AlertKey
    threshold: Decimal
    direction: CrossingDirection


class SymbolWatch:
    """Compares each price with the one before it.

    `last_price` is None until a price is known; it is stored from before a restart until the watch
    `is_live`. `stored_price` is the price with which the watch would continue after a restart, and
    None where alerts would continue with different ones."""

    def __init__(self) -> None:
        self.is_live = False
        self.last_price: Decimal | None = None
        self.stored_price: Decimal | None = None
        self._thresholds = {direction: AlertThresholds() for direction in CrossingDirection}
        self._alerts: dict[AlertKey, PriceAlert] = {}
        self._shards: Counter[int] = Counter()
        # Alerts that saw another last price, until the next price; with the price that they saw.
        self._others: dict[AlertKey, Decimal | None] = {}

    def __len__(self) -> int:
        return len(self._alerts)

    @property
    def shards(self) -> Collection[int]:
        """The shards to whose accounts the alerts belong."""
        return self._shards.keys()

    def add(self, alert: PriceAlert, shard: int, seen_price: Decimal | None) -> None:
        """Watch an alert, which has seen `seen_price` last. None if it has seen no price."""
        assert alert.key not in self._alerts, alert
        if not self._alerts and self.last_price is None:
            self.last_price = self.stored_price = seen_price
        self._alerts[alert.key] = alert
        self._shards[shard] += 1
        if seen_price == self.last_price:
            self._file(alert)
        else:
            self._others[alert.key] = seen_price
            self.stored_price = None

    def remove(self, alert: AlertKey, shard: int) -> bool:
        """Stop watching an alert, and return whether it was watched."""
        known = self._alerts.pop(alert, None)
        if known is None:
            return False
        self._shards[shard] -= 1
        if not self._shards[shard]:
            del self._shards[shard]
        if alert in self._others:
            del self._others[alert]
        else:
            for direction in known.directions:
                self._thresholds[direction].remove(known.price, alert)
        return True

    def move(self, price: Decimal) -> list[Crossing]:
        """Take the next price, and return what it crossed, in the order of the prices."""
        before, self.last_price, self.is_live = self.last_price, price, True
        crossings: list[Crossing] = []
        if before is not None and before != price:
            crossings = self._crossings(before, price)
        if self._others:
            crossings += self._of_others(price)
        return crossings

    def take_price_to_store(self) -> Decimal | None:
        """Return the last price if it has to be stored, and count it as stored.

        It has to be where a threshold is between it and the stored price: only there does the
        side on which an alert saw the price differ."""
        price, stored = self.last_price, self.stored_price
        if price is None or price == stored:
            return None
        if stored is not None and not self.separates(price, stored):
            return None
        self.stored_price = price
        return price

    def separates(self, one: Decimal, other: Decimal) -> bool:
        """Return whether a threshold is from the one price to the other."""
        low, high = min(one, other), max(one, other)
        return any(each.has_between(low, high) for each in self._thresholds.values())

    def _file(self, alert: PriceAlert) -> None:
        for direction in alert.directions:
            self._thresholds[direction].add(alert.price, alert.key)

    def _crossings(self, before: Decimal, now: Decimal) -> list[Crossing]:
        if now > before:
            direction = CrossingDirection.UP
            found = self._thresholds[direction].risen_to(before, now)
        else:
            direction = CrossingDirection.DOWN
            found = self._thresholds[direction].fallen_to(before, now)
        return [Crossing(alert, threshold, direction) for threshold, alert in found]

    def _of_others(self, price: Decimal) -> list[Crossing]:
        """File the alerts that saw another price, and return what they saw being crossed."""
        others, self._others = self._others, {}
        crossings: list[Crossing] = []
        for key, seen_price in others.items():
            alert = self._alerts[key]
            self._file(alert)
            if seen_price is None:
                continue
            if seen_price < alert.price <= price:
                crossings.append(Crossing(key, alert.price, CrossingDirection.UP))
            elif seen_price > alert.price >= price:
                crossings.append(Crossing(key, alert.price, CrossingDirection.DOWN))
        crossings.sort(key=lambda each: each.threshold)
        return crossings
