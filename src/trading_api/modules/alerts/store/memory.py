"""Alerts that end with the process."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from trading_api.domain.shards import shard_of
from trading_api.modules.alerts.alert import AlertKey, AlertStatus, PriceAlert
from trading_api.modules.alerts.store.store import AlertBatch, StoredAlerts


class MemoryAlertStore:
    """An AlertStore in memory, for a ledger in memory and for tests."""

    def __init__(self, shards: int = 1) -> None:
        self.shards = shards
        self._alerts: dict[AlertKey, PriceAlert] = {}
        self._prices: dict[tuple[int, str], Decimal] = {}

    async def load(self, shards: Collection[int] | None = None) -> StoredAlerts:
        """Return what was written of some shards, or everything."""
        chosen = range(self.shards) if shards is None else shards
        alerts = self._alerts.values()
        found = [each for each in alerts if shard_of(each.account_id, self.shards) in chosen]
        return StoredAlerts(
            [each for each in found if each.status is not AlertStatus.DELETED],
            {place: price for place, price in self._prices.items() if place[0] in chosen},
            {each.account_id: each.number for each in sorted(found, key=lambda each: each.number)},
        )

    async def created_by(self, account_id: str, key: str) -> PriceAlert | None:
        """Return the alert that a request with this key created."""
        own = (each for each in self._alerts.values() if each.account_id == account_id)
        return next((each for each in own if each.created_by and each.created_by.key == key), None)

    async def write(self, batch: AlertBatch) -> None:
        """Keep the batch."""
        self._alerts |= {each.key: each for each in batch.alerts}
        self._prices |= batch.prices

    async def close(self) -> None:
        """Do nothing: the alerts stay for as long as the object."""
