"""Removes the idempotency keys that gateways gave."""

from __future__ import annotations

import asyncpg

from trading_api.modules.broker.journal.postgres.database import (
    BY_INDEX,
    DATABASE_ERRORS,
    PostgresDatabase,
    disconnect,
)
from trading_api.modules.broker.journal.sql.errors import to_journal_unavailable
from trading_api.modules.broker.journal.sql.tables import IS_GATEWAY_KEY

REMOVE_TIMEOUT_S = 10.0
# Several processes remove keys at the same time, of whatever shards they are.
_REMOVE = f"""
DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM idempotency_keys WHERE {IS_GATEWAY_KEY} AND at_ms < $1
    ORDER BY at_ms LIMIT $2 FOR UPDATE SKIP LOCKED
))
RETURNING 1
"""


class GatewayKeyRemoval:
    """Removes keys over a connection of its own, so that no commit waits for it. It connects when
    it is first used, and again after the connection was lost."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._connection: asyncpg.Connection | None = None

    async def remove(self, before_ms: int, limit: int) -> int:
        """Remove at most `limit` keys of commands before `before_ms`, and return how many were
        removed. Raises JournalUnavailable."""
        try:
            if self._connection is None or self._connection.is_closed():
                self._connection = await self._database.connect("gateway keys", **BY_INDEX)
            removed = await self._connection.fetch(
                _REMOVE, before_ms, limit, timeout=REMOVE_TIMEOUT_S
            )
        except DATABASE_ERRORS as error:
            raise to_journal_unavailable(error) from error
        return len(removed)

    async def close(self) -> None:
        """Disconnect."""
        if self._connection is not None:
            await disconnect(self._connection)
