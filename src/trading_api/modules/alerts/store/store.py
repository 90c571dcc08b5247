"""The port to where alerts are stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from trading_api.modules.alerts.alert import PriceAlert


@dataclass(frozen=True, slots=True)
class AlertBatch:
    """What is written together: alerts as they are now, and the last price that the alerts of a
    shard have seen of a symbol."""

    alerts: Sequence[PriceAlert] = ()
    prices: Mapping[tuple[int, str], Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredAlerts:
    """The alerts that are not deleted, the prices that they have seen last by shard and symbol,
    and the number of each account's newest alert, deleted or not."""

    alerts: Sequence[PriceAlert]
    prices: Mapping[tuple[int, str], Decimal]
    last_numbers: Mapping[str, int]


class StoreUnavailable(Exception):
    """Raised when the store cannot be used now. The message is a sentence without its full stop.

    `is_unknown`: the batch may have been written. To write it again is harmless."""

    def __init__(self, reason: str, *, is_unknown: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_unknown = is_unknown


class ShardNotOwned(Exception):
    """Raised when nothing was written, because another process owns a shard of the batch now."""


class AlertStore(Protocol):
    """Stores alerts as durably as the ledger stores events. Deleted alerts stay, so that numbers
    and keys are not used twice.

    One call to `write` at a time is allowed."""

    shards: int
    """The number of shards of the accounts. 1 where all accounts have one owner."""

    async def load(self, shards: Collection[int] | None = None) -> StoredAlerts:
        """Return what is stored of some shards, or of all. Raises ConfigurationError."""
        ...

    async def created_by(self, account_id: str, key: str) -> PriceAlert | None:
        """Return the alert that a request with this key created, deleted or not. Raises
        StoreUnavailable."""
        ...

    async def write(self, batch: AlertBatch) -> None:
        """Write the whole batch or nothing, and return once it is durable. An alert replaces the
        stored one of its number. Raises StoreUnavailable and ShardNotOwned."""
        ...

    async def close(self) -> None:
        """Wait for running work, then release everything. May be called again."""
        ...
