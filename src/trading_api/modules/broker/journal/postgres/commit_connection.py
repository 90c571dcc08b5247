"""The connection over which a journal commits."""

from __future__ import annotations

import os
import socket
from collections.abc import Awaitable
from typing import Any

import asyncpg

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.journal import CommitUnknown
from trading_api.modules.broker.journal.postgres.append_statement import AppendStatement
from trading_api.modules.broker.journal.postgres.database import (
    DATABASE_ERRORS,
    PostgresDatabase,
    disconnect,
)
from trading_api.modules.broker.journal.postgres.fence import Fence
from trading_api.modules.broker.journal.postgres.ownership_table import (
    OwnershipTable,
    all_partitions,
    lock_number,
)
from trading_api.modules.broker.journal.sql.errors import to_journal_unavailable

SETTINGS = {
    # One plan for all batches: planning takes longer than most batches.
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}
LAST_EVENTS = """
SELECT account_id, max(seq) AS seq FROM events WHERE account_id = ANY ($1::text[])
GROUP BY account_id
"""
RECORDED_KEYS = """
SELECT DISTINCT account_id
FROM unnest($1::text[], $2::text[], $3::text[]) AS given(account_id, operation, key)
JOIN idempotency_keys USING (account_id, operation, key)
"""
TAILS = """
SELECT account_id, seq, currency, balance, hash, opened_ms, updated_ms, name
FROM accounts WHERE account_id = ANY ($1::text[])
"""


class CommitConnection:
    """Connects when it is first used, and again after the connection was lost between commits."""

    def __init__(self, database: PostgresDatabase, sole_owner: bool) -> None:
        self._database = database
        self._sole_owner = sole_owner
        self._timeout_s = database.commit_timeout_s
        self._connection: asyncpg.Connection | None = None
        self._statements: dict[str, Any] = {}

    async def take_all(self, fence: Fence) -> None:
        """Lock all partitions and take them. Raises ConfigurationError if another process has
        locked one."""
        connection = await self._connected()
        table = OwnershipTable(connection)
        partitions = all_partitions(self._database.shards)
        if not await table.lock_all(partitions, self._database.lock_timeout_s):
            owners = ", ".join(sorted({row.owner for row in await table.rows() if row.owner}))
            raise ConfigurationError(
                f"The ledger {self._database.path} (DATABASE_URL) is written by another process"
                f"{f' ({owners})' if owners else ''}; an account has one writer."
            )
        owner = f"process {os.getpid()} on {socket.gethostname()}"
        epochs = await table.take_all(partitions, owner, sends_heartbeats=False)
        fence.epochs.update(
            (lock_number(name), epoch) for name, epoch in epochs.items() if lock_number(name) >= 0
        )

    async def append(self, statement: AppendStatement) -> bool:
        """Run the statement, and return whether the process owns all shards, so that everything was
        written. Raises JournalUnavailable if nothing was written, CommitUnknown, and other errors
        of asyncpg, after which nothing was written either."""
        prepared = await self._prepared(statement.text)
        try:
            found: int = await prepared.fetchval(*statement.arguments, timeout=self._timeout_s)
        except asyncpg.PostgresError as error:
            if _may_have_committed(error):
                self._discard()
                raise CommitUnknown(f"The ledger's answer was lost ({error})") from error
            if isinstance(error, _REFUSALS):
                raise to_journal_unavailable(error) from error
            raise
        except (OSError, asyncpg.InternalClientError) as error:
            self._discard()
            raise CommitUnknown(f"The ledger has not answered ({error!r})") from error
        return found == statement.shard_count

    async def fetch(self, sql: str, *arguments: Any) -> list[Any]:
        """Return the rows of a query. Raises JournalUnavailable."""
        connection = await self._connected()
        fetch = connection.fetch(sql, *arguments, timeout=self._timeout_s)
        rows: list[Any] = await self._or_discard(fetch)
        return rows

    async def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await disconnect(connection)

    async def _prepared(self, sql: str) -> Any:
        """Return the prepared statement. Raises JournalUnavailable."""
        connection = await self._connected()
        if sql not in self._statements:
            prepare = connection.prepare(sql, timeout=self._timeout_s)
            self._statements[sql] = await self._or_discard(prepare)
        return self._statements[sql]

    async def _or_discard(self, answer: Awaitable[Any]) -> Any:
        """Return the answer. Raises JournalUnavailable after it ended the connection."""
        try:
            return await answer
        except DATABASE_ERRORS as error:
            self._discard()
            raise to_journal_unavailable(error) from error

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is not None and not self._connection.is_closed():
            return self._connection
        try:
            connection = await self._database.connect("ledger", **SETTINGS)
        except DATABASE_ERRORS as error:
            raise to_journal_unavailable(error) from error
        self._connection, self._statements = connection, {}
        if self._sole_owner:
            # Whether or not they are free: the fence decides.
            partitions = all_partitions(self._database.shards)
            await self._or_discard(OwnershipTable(connection).lock_all(partitions, timeout_s=0))
        return connection

    def _discard(self) -> None:
        """End the connection; there is another one the next time."""
        connection, self._connection = self._connection, None
        assert connection is not None
        connection.terminate()


_REFUSALS = (
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.PostgresSystemError,
    asyncpg.InternalServerError,
)


def _may_have_committed(error: asyncpg.PostgresError) -> bool:
    """Return whether the error ended the session or the wait for the commit, so that the
    transaction may be complete."""
    is_lost = isinstance(error, asyncpg.PostgresConnectionError | asyncpg.OperatorInterventionError)
    return is_lost or getattr(error, "severity_en", "ERROR") != "ERROR"
