"""Which partitions a process owns: all from its start to its end, or its share of them."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from trading_api.domain.shards import shard_partition
from trading_api.modules.broker.journal.factory import postgres_database
from trading_api.modules.datafeed.market.market_clock import monotonic_clock_ms
from trading_api.relay.partitions import MARKET
from trading_api.roles.owned_partitions import OwnedPartitions
from trading_api.settings import Settings

if TYPE_CHECKING:
    from trading_api.modules.broker.journal.postgres.fence import Fence

log = logging.getLogger(__name__)

FENCED_STATUS = 3

ClaimHandler: TypeAlias = Callable[[str, int], Awaitable[None]]
ReleaseHandler: TypeAlias = Callable[[str], Awaitable[None]]


OwnerRole = Literal["core", "market", "broker"]


class PartitionClaims(Protocol):
    """Decides which partitions the process owns, and in which epoch."""

    def health(self) -> str | None:
        """Return why the process cannot own a partition now, or None."""
        ...

    async def start(self) -> None: ...

    async def run(self) -> None:
        """Claim and release partitions until cancelled."""
        ...

    async def release_all(self) -> None:
        """Release every partition, one after the other."""
        ...


class SoleOwnerClaims:
    """Owns all partitions, because the lock of the ledger's file keeps every other owner away."""

    def __init__(
        self,
        partitions: Sequence[str],
        epoch: Callable[[], int],
        on_claimed: ClaimHandler,
        on_released: ReleaseHandler,
    ) -> None:
        self._partitions = partitions
        self._epoch = epoch
        self._on_claimed = on_claimed
        self._on_released = on_released
        self._claimed: list[str] = []

    def health(self) -> str | None:
        """Return None: the lock of the file is held until the process ends."""
        return None

    async def start(self) -> None:
        """Claim all partitions in an epoch that is higher than those of earlier starts."""
        epoch = self._epoch()
        for partition in self._partitions:
            await self._on_claimed(partition, epoch)
            self._claimed.append(partition)

    async def run(self) -> None:
        """Wait until cancelled."""
        await asyncio.Event().wait()

    async def release_all(self) -> None:
        """Release every partition that is claimed, one after the other. It may be called when
        `start` has failed or was cancelled."""
        while self._claimed:
            partition = self._claimed.pop(0)
            await self._on_released(partition)


def create_fence() -> Fence:
    """Return the epochs of a process that owns nothing yet."""
    # Imported here: one machine with SQLite has no client of PostgreSQL.
    from trading_api.modules.broker.journal.postgres.fence import Fence

    return Fence()


def create_claims(
    settings: Settings, role: OwnerRole, owner_id: str, owned: OwnedPartitions, fence: Fence | None
) -> PartitionClaims:
    """Return how a process of this role comes to own partitions. Raises ConfigurationError."""
    shards = [shard_partition(shard) for shard in range(settings.shards)]
    if role == "core":
        # Not the wall clock, which may step back. The gateways are on the same machine.
        return SoleOwnerClaims([MARKET, *shards], monotonic_clock_ms, owned.claim, owned.release)
    from trading_api.modules.broker.ownership.postgres_ownership import PostgresOwnership
    from trading_api.modules.broker.ownership.shard_owner import ShardOwner

    return ShardOwner(
        PostgresOwnership(postgres_database(settings), owner_id, role),
        owner_id,
        [MARKET] if role == "market" else shards,
        on_claimed=owned.claim,
        on_released=owned.release,
        on_fenced=exit_fenced,
        stale_s=settings.owner_stale_s,
        fence=fence,
    )


def exit_fenced(reason: str) -> None:
    """End the process immediately, so that no answer leaves it."""
    log.critical("fenced", extra={"reason": reason})
    logging.shutdown()
    os._exit(FENCED_STATUS)
