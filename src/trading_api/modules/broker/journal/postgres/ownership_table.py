"""The table `ownership`: which process owns which partition, under which epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asyncpg import Connection, LockNotAvailableError

from trading_api.domain.shards import MARKET_PARTITION, shard_partition

LOCK_SPACE = 0x7472
"""The first key of every advisory lock of this program. Locks of other programs in the same
database have another one."""
MIGRATION_LOCK = -1
MARKET_LOCK = -2
TERMINATION_TIMEOUT_MS = 5_000


@dataclass(frozen=True, slots=True)
class PartitionRow:
    """A row of the table. `silent_s` counts the seconds since the last heartbeat. A partition
    without an owner has an empty name there, no process id and no heartbeat."""

    partition: str
    epoch: int
    owner: str
    backend_pid: int | None
    silent_s: float | None


class OwnershipTable:
    """Reads and changes the table over one connection, whose session holds the locks.

    The locks and the right to send heartbeats end with the session. Every method raises what
    asyncpg raises."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def try_lock(self, partition: str) -> bool:
        """Lock the partition for this session, unless another session has locked it. Return whether
        it is locked."""
        locked: bool = await self._connection.fetchval(
            "SELECT pg_try_advisory_lock($1, $2)", LOCK_SPACE, lock_number(partition)
        )
        return locked

    async def lock_all(self, partitions: Sequence[str], timeout_s: float) -> bool:
        """Lock the partitions one after the other, and return whether all are locked. If not, those
        before the one that another session has locked are."""
        numbers = [lock_number(partition) for partition in partitions]
        try:
            async with self._connection.transaction():
                timeout_ms = max(1, round(timeout_s * 1_000))
                await self._connection.execute(f"SET LOCAL lock_timeout = {timeout_ms}")
                await self._connection.execute(_LOCK_ALL, LOCK_SPACE, numbers)
        except LockNotAvailableError:
            return False
        return True

    async def unlock(self, partition: str) -> None:
        """Unlock the partition, which this session has locked."""
        await self._connection.execute(
            "SELECT pg_advisory_unlock($1, $2)", LOCK_SPACE, lock_number(partition)
        )

    async def take(self, partition: str, owner: str) -> int:
        """Begin a new epoch of the partition, with this session as its owner, and return the epoch.

        Waits for an append under the old epoch that has begun. What follows it writes nothing."""
        return (await self.take_all([partition], owner))[partition]

    async def take_all(
        self,
        partitions: Sequence[str],
        owner: str,
        *,
        sends_heartbeats: bool = True,
        wait_s: float = 0,
    ) -> dict[str, int]:
        """Take several partitions in one transaction, and return their epochs. An owner that sends
        no heartbeats never becomes stale.

        Raises LockNotAvailableError if an append takes longer than `wait_s`, unless that is 0."""
        async with self._connection.transaction():
            await self._connection.execute(f"SET LOCAL lock_timeout = {round(wait_s * 1_000)}")
            rows = await self._connection.fetch(_TAKE, list(partitions), owner, sends_heartbeats)
        epochs = {row["partition"]: row["epoch"] for row in rows}
        assert len(epochs) == len(partitions), "the table has a row for each partition"
        return epochs

    async def heartbeat(self, owner: str) -> int:
        """Record that the owner is alive, and return how many partitions this session owns."""
        return len(await self._connection.fetch(_HEARTBEAT, owner))

    async def stale_owners(self, stale_s: float) -> list[PartitionRow]:
        """Return the partitions whose owner has sent no heartbeat for `stale_s`."""
        return [
            row for row in await self.rows() if row.silent_s is not None and row.silent_s > stale_s
        ]

    async def terminate(self, backend_pid: int) -> bool:
        """End the session of an owner, and with it its locks; return whether it has ended.

        Only a session that holds a lock of this program is ended: PostgreSQL uses process ids
        again."""
        found = await self._connection.fetchval(
            _TERMINATE, backend_pid, LOCK_SPACE, TERMINATION_TIMEOUT_MS
        )
        return found is not False

    async def release(self, partition: str, epoch: int) -> None:
        """Leave the partition without an owner, unless a later epoch has begun, and unlock it."""
        await self._connection.execute(_RELEASE, partition, epoch)
        await self.unlock(partition)

    async def rows(self) -> list[PartitionRow]:
        """Return all rows."""
        return [PartitionRow(**row) for row in await self._connection.fetch(_ROWS)]


def all_partitions(shards: int) -> list[str]:
    """Return the names of the market and of each shard."""
    return [MARKET_PARTITION, *map(shard_partition, range(shards))]


def lock_number(partition: str) -> int:
    """Return the second key of the partition's advisory lock."""
    if partition == MARKET_PARTITION:
        return MARKET_LOCK
    return int(partition.removeprefix("shard-"))


# An epoch is part of a unique key, so this waits for the key-share lock of an append. Heartbeats
# change no key and wait for nothing. All who lock several rows do so in the same order.
_TAKE = """
WITH held AS MATERIALIZED (
    SELECT partition FROM ownership WHERE partition = ANY ($1::text[])
    ORDER BY partition FOR UPDATE
)
UPDATE ownership
SET epoch = epoch + 1, owner = $2, backend_pid = pg_backend_pid(),
    heartbeat_at = CASE WHEN $3 THEN clock_timestamp() END
WHERE partition IN (SELECT partition FROM held)
RETURNING partition, epoch
"""
_LOCK_ALL = """
SELECT pg_advisory_lock($1, number) FROM unnest($2::int[]) AS locks(number)
"""
_HEARTBEAT = """
UPDATE ownership SET heartbeat_at = clock_timestamp()
WHERE owner = $1 AND backend_pid = pg_backend_pid()
RETURNING partition
"""
_TERMINATE = """
SELECT pg_terminate_backend(pid, $3)
FROM pg_locks WHERE locktype = 'advisory' AND classid = $2 AND pid = $1 AND granted
LIMIT 1
"""
_RELEASE = """
UPDATE ownership SET owner = '', backend_pid = NULL, heartbeat_at = NULL
WHERE partition = $1 AND epoch = $2
"""
_ROWS = """
SELECT partition, epoch, owner, backend_pid,
    EXTRACT(EPOCH FROM clock_timestamp() - heartbeat_at)::float8 AS silent_s
FROM ownership ORDER BY partition
"""
