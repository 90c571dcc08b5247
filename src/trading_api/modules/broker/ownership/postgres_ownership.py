"""Ownership in the PostgreSQL database of the ledger."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from secrets import randbelow

from asyncpg import Connection, LockNotAvailableError

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
"""The first key of the advisory lock that each live owner holds. The second is a random number."""
CHANNEL = "trading_api_ownership"
"""The channel of NOTIFY on which owners name what they released."""
CONNECT_TIMEOUT_S = 10.0
CLAIM_WAIT_S = 5.0
"""How long a claim waits for appends under way. An append is one statement of milliseconds."""


class PostgresOwnership:
    """An OwnershipSession over three connections. One holds the locks, claims and releases. One
    sends heartbeats, so that a slow claim does not delay them, and one reads. These two are opened
    again when they are lost.

    `kind` names what the process can own. Processes of one kind share the partitions."""

    def __init__(
        self,
        database: PostgresDatabase,
        owner: str,
        kind: str,
        claim_wait_s: float = CLAIM_WAIT_S,
    ) -> None:
        self._database = database
        self._claim_wait_s = claim_wait_s
        self._owner = owner
        self._kind = kind
        self._holding: Connection | None = None
        self._holding_pid = 0
        # The second key of the lock by which a heartbeat finds whether the session still lives.
        self._session_number = 0
        self._beating: Connection | None = None
        self._reading: Connection | None = None
        self._stale_s = CONNECT_TIMEOUT_S
        self._on_change: Callable[[], None] = lambda: None
        self._is_closing = False

    async def open(
        self, on_lost: Callable[[str], None], on_change: Callable[[], None], stale_s: float
    ) -> None:
        """Prepare the database, and begin both sessions. Raises ConfigurationError."""
        self._stale_s, self._on_change = stale_s, on_change
        self._is_closing = False
        await self._database.prepare()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                holding = self._holding = await self._database.connect("ownership")
                self._session_number = await _lock_session(holding)
                self._holding_pid = holding.get_server_pid()
                await holding.execute(_JOIN, self._owner, self._kind)
                await self._reader()
        except DATABASE_ERRORS as error:
            await self.close()
            raise ConfigurationError(
                f"The ledger {self._database.path} (DATABASE_URL) can't be reached: {error}."
            ) from error

        def report(_: Connection) -> None:
            if not self._is_closing and self._holding is holding:
                on_lost("its connection was closed")

        holding.add_termination_listener(report)

    async def heartbeat(self) -> Mapping[str, int]:
        """Record that the owner is alive, and return the epochs of what this session owns."""
        arguments = self._owner, self._holding_pid, OWNER_LOCK_SPACE, self._session_number
        async with self._reads(self._stale_s):
            rows = await (await self._beater()).fetch(_HEARTBEAT, *arguments)
        if not rows[0]["is_alive"]:
            raise OwnershipLost("the server has ended it")
        return {row["partition"]: row["epoch"] for row in rows if row["partition"] is not None}

    async def claim(self, partitions: Sequence[str]) -> Mapping[str, int]:
        """Lock what is not locked, and begin an epoch of each. Waits for appends under way, at most
        `claim_wait_s`."""
        numbers = [lock_number(each) for each in partitions]
        async with self._locks(self._claim_wait_s + self._stale_s) as holding:
            rows = await holding.fetch(_LOCK, LOCK_SPACE, list(partitions), numbers)
            locked = [row["partition"] for row in rows]
            if not locked:
                return {}
            table = OwnershipTable(holding)
            try:
                return await table.take_all(locked, self._owner, wait_s=self._claim_wait_s)
            except LockNotAvailableError:
                for partition in locked:
                    await table.unlock(partition)
                return {}

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
        async with self._reads():
            reading = await self._reader()
            names = all_partitions(self._database.shards)
            numbers = [lock_number(each) for each in names]
            partitions = await reading.fetch(_PARTITIONS, LOCK_SPACE, names, numbers)
            owners = await reading.fetch(_OWNERS, self._kind, OWNER_LOCK_SPACE)
        return OwnershipView(
            [PartitionState(**row) for row in partitions], [OwnerState(**row) for row in owners]
        )

    async def end_session(self, backend_pid: int) -> bool:
        """End another owner's session."""
        async with self._reads():
            return await OwnershipTable(await self._reader()).terminate(backend_pid)

    async def close(self) -> None:
        """End the sessions."""
        self._is_closing = True
        for connection in (self._reading, self._beating, self._holding):
            if connection is not None:
                try:
                    await connection.close(timeout=self._stale_s)
                except (*DATABASE_ERRORS, TimeoutError) as error:
                    log.warning("connection_not_closed", extra={"reason": str(error)})

    @asynccontextmanager
    async def _locks(self, timeout_s: float | None = None) -> AsyncIterator[Connection]:
        assert self._holding is not None, "open comes first"
        try:
            async with asyncio.timeout(timeout_s or self._stale_s):
                yield self._holding
        except DATABASE_ERRORS as error:
            raise OwnershipLost(str(error) or repr(error)) from error

    @asynccontextmanager
    async def _reads(self, timeout_s: float = CONNECT_TIMEOUT_S) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(timeout_s):
                yield
        except DATABASE_ERRORS as error:
            raise OwnershipUnreadable(str(error) or repr(error)) from error

    async def _reader(self) -> Connection:
        if self._reading is None or self._reading.is_closed():
            self._reading = await self._database.connect("ownership reading")
            await self._reading.add_listener(CHANNEL, self._receive)
        return self._reading

    async def _beater(self) -> Connection:
        if self._beating is None or self._beating.is_closed():
            self._beating = await self._database.connect("ownership heartbeat")
        return self._beating

    def _receive(self, *_: object) -> None:
        self._on_change()


async def _lock_session(connection: Connection) -> int:
    """Lock a number that no other session has, and return it."""
    while True:
        number = randbelow(2**31)
        if await connection.fetchval(
            "SELECT pg_try_advisory_lock($1, $2)", OWNER_LOCK_SPACE, number
        ):
            return number


_JOIN = """
WITH gone AS (
    DELETE FROM owners WHERE heartbeat_at < clock_timestamp() - interval '1 day'
)
INSERT INTO owners (owner, kind, backend_pid, heartbeat_at)
VALUES ($1, $2, pg_backend_pid(), clock_timestamp())
ON CONFLICT (owner) DO UPDATE
SET backend_pid = excluded.backend_pid, heartbeat_at = excluded.heartbeat_at
"""
_HEARTBEAT = """
WITH session AS MATERIALIZED (
    SELECT pid FROM pg_locks
    WHERE locktype = 'advisory' AND pid = $2 AND classid = $3 AND objid = $4 AND granted
), alive AS (
    UPDATE owners SET heartbeat_at = clock_timestamp()
    WHERE owner = $1 AND backend_pid IN (SELECT pid FROM session)
), owned AS (
    UPDATE ownership SET heartbeat_at = clock_timestamp()
    WHERE owner = $1 AND backend_pid IN (SELECT pid FROM session)
    RETURNING partition, epoch
)
SELECT EXISTS (SELECT FROM session) AS is_alive, partition, epoch
FROM (VALUES (true)) AS always LEFT JOIN owned ON true
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
