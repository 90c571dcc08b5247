"""Ownership in the PostgreSQL database of the ledger."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from asyncpg import Connection

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.postgres.database import DATABASE_ERRORS, PostgresDatabase
from trading_api.modules.broker.journal.postgres.ownership_table import (
    LOCK_SPACE,
    OwnershipTable,
    all_partitions,
    lock_number,
)
from trading_api.modules.broker.ownership.ownership_session import (
    OwnershipLost,
    OwnershipUnreadable,
    OwnershipView,
    OwnerState,
    PartitionState,
)

log = logging.getLogger(__name__)

OWNER_LOCK_SPACE = LOCK_SPACE + 1
"""The first key of the advisory lock that each live owner holds. The second is its process id."""
CHANNEL = "trading_api_ownership"
"""The channel of NOTIFY on which owners name what they released."""
CONNECT_TIMEOUT_S = 10.0


class PostgresOwnership:
    """An OwnershipSession over two connections. One holds the locks and writes. The other reads,
    and is opened again when it is lost.

    `kind` names what the process can own. Processes of one kind share the partitions."""

    def __init__(self, database: PostgresDatabase, owner: str, kind: str) -> None:
        self._database = database
        self._owner = owner
        self._kind = kind
        self._holding: Connection | None = None
        self._reading: Connection | None = None
        self._stale_s = CONNECT_TIMEOUT_S
        self._on_change: Callable[[], None] = lambda: None
        self._is_closing = False

    async def open(
        self, on_lost: Callable[[str], None], on_change: Callable[[], None], stale_s: float
    ) -> None:
        """Prepare the database, and begin both sessions. Raises ConfigurationError."""
        self._stale_s, self._on_change = stale_s, on_change
        await self._database.prepare()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                holding = self._holding = await self._database.connect("ownership")
                await holding.execute(
                    "SELECT pg_advisory_lock($1, pg_backend_pid())", OWNER_LOCK_SPACE
                )
                await holding.execute(_JOIN, self._owner, self._kind)
                await self._reader()
        except DATABASE_ERRORS as error:
            await self.close()
            raise ConfigurationError(
                f"The ledger {self._database.path} (DATABASE_URL) can't be reached: {error}."
            ) from error

        def report(_: Connection) -> None:
            if not self._is_closing:
                on_lost("its connection was closed")

        holding.add_termination_listener(report)

    async def heartbeat(self) -> Mapping[str, int]:
        """Record that the owner is alive, and return the epochs of what this session owns."""
        async with self._locks() as holding:
            rows = await holding.fetch(_HEARTBEAT, self._owner)
        return {row["partition"]: row["epoch"] for row in rows}

    async def claim(self, partitions: Sequence[str]) -> Mapping[str, int]:
        """Lock what is not locked, and begin an epoch of each. Waits for appends under way."""
        numbers = [lock_number(each) for each in partitions]
        async with self._locks() as holding:
            rows = await holding.fetch(_LOCK, LOCK_SPACE, list(partitions), numbers)
            locked = [row["partition"] for row in rows]
            if not locked:
                return {}
            return await OwnershipTable(holding).take_all(locked, self._owner)

    async def release(self, partition: str, epoch: int) -> None:
        """Leave the partition without an owner, and notify the others."""
        async with self._locks() as holding:
            await OwnershipTable(holding).release(partition, epoch)
            await holding.execute("SELECT pg_notify($1, $2)", CHANNEL, partition)

    async def leave(self) -> None:
        """Remove the owner, and notify the others."""
        async with self._locks() as holding:
            await holding.execute("DELETE FROM owners WHERE owner = $1", self._owner)
            await holding.execute("SELECT pg_notify($1, '')", CHANNEL)

    async def view(self) -> OwnershipView:
        """Return who owns what."""
        async with self._reads() as reading:
            names = all_partitions(self._database.shards)
            numbers = [lock_number(each) for each in names]
            partitions = await reading.fetch(_PARTITIONS, LOCK_SPACE, names, numbers)
            owners = await reading.fetch(_OWNERS, self._kind, OWNER_LOCK_SPACE)
        return OwnershipView(
            [PartitionState(**row) for row in partitions], [OwnerState(**row) for row in owners]
        )

    async def end_session(self, backend_pid: int) -> bool:
        """End another owner's session."""
        async with self._reads() as reading:
            return await OwnershipTable(reading).terminate(backend_pid)

    async def close(self) -> None:
        """End both sessions."""
        self._is_closing = True
        for connection in (self._reading, self._holding):
            if connection is not None:
                try:
                    await connection.close(timeout=self._stale_s)
                except (*DATABASE_ERRORS, TimeoutError) as error:
                    log.warning("connection_not_closed", extra={"reason": str(error)})

    @asynccontextmanager
    async def _locks(self) -> AsyncIterator[Connection]:
        assert self._holding is not None, "open comes first"
        try:
            async with asyncio.timeout(self._stale_s):
                yield self._holding
        except DATABASE_ERRORS as error:
            raise OwnershipLost(str(error) or repr(error)) from error

    @asynccontextmanager
    async def _reads(self) -> AsyncIterator[Connection]:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                yield await self._reader()
        except DATABASE_ERRORS as error:
            raise OwnershipUnreadable(str(error) or repr(error)) from error

    async def _reader(self) -> Connection:
        if self._reading is None or self._reading.is_closed():
            self._reading = await self._database.connect("ownership reading")
            await self._reading.add_listener(CHANNEL, self._receive)
        return self._reading

    def _receive(self, *_: object) -> None:
        self._on_change()


_JOIN = """
WITH gone AS (
    DELETE FROM owners WHERE heartbeat_at < clock_timestamp() - interval '1 day'
)
INSERT INTO owners (owner, kind, backend_pid, heartbeat_at)
VALUES ($1, $2, pg_backend_pid(), clock_timestamp())
"""
_HEARTBEAT = """
WITH alive AS (
    UPDATE owners SET heartbeat_at = clock_timestamp()
    WHERE owner = $1 AND backend_pid = pg_backend_pid()
)
UPDATE ownership SET heartbeat_at = clock_timestamp()
WHERE owner = $1 AND backend_pid = pg_backend_pid()
RETURNING partition, epoch
"""
_LOCK = """
SELECT partition FROM unnest($2::text[], $3::int[]) AS wanted (partition, number)
WHERE pg_try_advisory_lock($1, number)
"""
# The session must hold the lock of this very partition: PostgreSQL uses process ids again, after a
# restart in a container even the same ones, and another owner may have the id of one that is gone.
_PARTITIONS = """
WITH held AS MATERIALIZED (
    SELECT pid, objid::int AS number FROM pg_locks
    WHERE locktype = 'advisory' AND classid = $1 AND granted
)
SELECT partition, epoch, owner, backend_pid,
    EXTRACT(EPOCH FROM heartbeat_at)::float8 AS heartbeat_at,
    COALESCE((backend_pid, number) IN (SELECT pid, number FROM held), false) AS is_locked
FROM ownership LEFT JOIN unnest($2::text[], $3::int[]) AS locks (partition, number)
    USING (partition)
ORDER BY partition
"""
_OWNERS = """
SELECT owner, EXTRACT(EPOCH FROM heartbeat_at)::float8 AS heartbeat_at FROM owners
WHERE kind = $1 AND backend_pid IN (
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = $2 AND granted
)
ORDER BY owner
"""
