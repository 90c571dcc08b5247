"""Verifies a ledger in PostgreSQL."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.util import greenlet_spawn

from trading_api.domain.shards import shard_of
from trading_api.modules.broker.journal.postgres.database import PostgresDatabase
from trading_api.modules.broker.journal.sql.tables import ACCOUNTS
from trading_api.modules.broker.journal.verify.verification import (
    Progress,
    VerificationError,
    VerificationSummary,
    verify,
)


async def verify_postgres(
    database: PostgresDatabase, progress: Progress | None = None
) -> VerificationSummary:
    """Verify the ledger as it is at one moment, and the shard of each account; servers may write
    meanwhile.

    One account at a time is in memory. Raises VerificationError at the first row that is wrong,
    and ConfigurationError."""
    return await greenlet_spawn(_verify, database, progress)


def _verify(database: PostgresDatabase, progress: Progress | None) -> VerificationSummary:
    summary = verify(database, progress)
    with database.reading() as connection, connection.begin():
        for account_id, shard in connection.execute(text("SELECT account_id, shard FROM accounts")):
            expected = shard_of(account_id, database.shards)
            if shard != expected:
                raise VerificationError(ACCOUNTS, (account_id,), "shard", expected, shard)
    return summary
