"""Removes old events from a ledger in PostgreSQL, after a copy of all of it in a SQLite file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.util import greenlet_spawn

from trading_api.domain.shards import shard_of, shard_partition
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.journal import JournalUnavailable
from trading_api.modules.broker.journal.postgres.commit_connection import CommitConnection
from trading_api.modules.broker.journal.postgres.database import PostgresDatabase
from trading_api.modules.broker.journal.postgres.fence import Fence
from trading_api.modules.broker.journal.sql.tables import METADATA
from trading_api.modules.broker.journal.sqlite.backup import finish_copy
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.verify.removal import (
    Progress,
    RemovalSummary,
    remove_events_of_all,
)
from trading_api.modules.broker.journal.verify.verification import verify

ROWS_PER_STEP = 1_000
_FENCE = text(
    "SELECT partition FROM ownership WHERE partition = :partition AND epoch = :epoch FOR KEY SHARE"
)


async def prune_postgres(
    database: PostgresDatabase, before_ms: int, archive: Path, progress: Progress | None = None
) -> RemovalSummary:
    """Copy the ledger to the SQLite file `archive`, verify the copy, and then remove old events as
    `remove_events` does, as the only owner of all shards.

    Raises VerificationError, and ConfigurationError, also if the archive exists or while a server
    owns a shard."""
    await database.prepare()
    owner, fence = CommitConnection(database, sole_owner=True), Fence()
    try:
        await owner.take_all(fence)
        await greenlet_spawn(_archive, database, archive)
        return await greenlet_spawn(_remove, database, before_ms, fence.epochs, progress)
    except JournalUnavailable as error:
        raise ConfigurationError(f"{error.reason}: {database.path} (DATABASE_URL).") from error
    finally:
        await owner.close()


def _archive(database: PostgresDatabase, archive: Path) -> None:
    """Copy all rows as they are at one moment. The archive appears when it is verified."""
    if archive.exists():
        raise ConfigurationError(f"{archive} exists; name a file that does not.")
    partial = archive.with_name(f"{archive.name}.partial")
    partial.unlink(missing_ok=True)
    copy = Database(f"sqlite:///{partial}")
    writing = copy.open()
    try:
        # A table may be copied before the one that it refers to.
        writing.connection.cursor().execute("PRAGMA foreign_keys = off")
        with database.reading() as reading, reading.begin(), writing.begin():
            for table in METADATA.sorted_tables:
                for rows in reading.execute(select(table)).partitions(ROWS_PER_STEP):
                    writing.execute(table.insert(), [dict(row._mapping) for row in rows])
    finally:
        writing.close()
        copy.close()
    verify(copy)
    finish_copy(partial, archive)
    partial.with_name(f"{partial.name}.lock").unlink()


def _remove(
    database: PostgresDatabase,
    before_ms: int,
    epochs: Mapping[int, int],
    progress: Progress | None,
) -> RemovalSummary:
    with database.startup_errors(), database.writing() as connection:

        def check_owner(account_id: str) -> None:
            """Raise ConfigurationError if another process has taken the account's shard. None can
            until the end of the transaction."""
            shard = shard_of(account_id, database.shards)
            held = {"partition": shard_partition(shard), "epoch": epochs[shard]}
            if connection.execute(_FENCE, held).first() is None:
                raise ConfigurationError(
                    f"Another process has begun to write the ledger {database.path} "
                    "(DATABASE_URL). What was removed so far is in the archive; start again."
                )

        return remove_events_of_all(connection, before_ms, progress, check_owner)
