"""The history of accounts in PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg

from trading_api.modules.broker.engine.events import IdempotencyKeyRecorded
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.recorded_key import RecordedKey
from trading_api.modules.broker.journal.event_codec import UnreadableEvent
from trading_api.modules.broker.journal.history import RecordQuery, Records
from trading_api.modules.broker.journal.journal import JournalUnavailable
from trading_api.modules.broker.journal.postgres.database import (
    BY_INDEX,
    DATABASE_ERRORS,
    PostgresDatabase,
    disconnect,
)
from trading_api.modules.broker.journal.sql.errors import to_journal_unavailable
from trading_api.modules.broker.journal.sql.history_reader import to_order
from trading_api.modules.broker.journal.sql.sql_history import RunReading, SqlHistory

READ_TIMEOUT_S = 10.0
SETTINGS = {
    "default_transaction_read_only": "on",
    "plan_cache_mode": "force_generic_plan",
    **BY_INDEX,
}
_FIND = """
SELECT 'order' AS what, number, id AS name, kind, payload, NULL AS order_id, NULL::bigint AS at_ms,
    NULL::bigint AS seq
FROM unnest($1::int[], $2::text[], $3::text[]) AS wanted(number, account_id, id)
JOIN orders USING (account_id, id) JOIN events USING (account_id, seq)
UNION ALL
SELECT 'client_id', number, client_id, NULL, NULL, id, NULL, NULL
FROM unnest($4::int[], $5::text[], $6::text[]) AS wanted(number, account_id, client_id)
JOIN orders USING (account_id, client_id) WHERE client_id <> ''
UNION ALL
SELECT 'key', number, key, operation, fingerprint, order_id, at_ms, idempotency_keys.seq
FROM unnest($7::int[], $8::text[], $9::text[], $10::text[])
    AS wanted(number, account_id, operation, key)
JOIN idempotency_keys USING (account_id, operation, key)
"""


class PostgresHistory(SqlHistory):
    """A JournalHistory over the tables.

    Every command with a key waits for `find`, so it is one statement over a connection of its own.
    The other methods read in the journal's reading thread."""

    def __init__(self, database: PostgresDatabase, run: RunReading) -> None:
        super().__init__(run)
        self._database = database
        self._connection: asyncpg.Connection | None = None
        self._lock = asyncio.Lock()

    async def find(self, queries: Sequence[RecordQuery]) -> Sequence[Records]:
        try:
            async with self._lock:
                connection = await self._connected()
                found = await connection.fetch(_FIND, *_arguments(queries), timeout=READ_TIMEOUT_S)
            return _records(queries, found)
        except DATABASE_ERRORS as error:
            raise to_journal_unavailable(error) from error
        except UnreadableEvent as error:
            raise JournalUnavailable(
                f"The ledger is damaged ({error})", "ledger_damaged"
            ) from error

    async def close(self) -> None:
        """Wait for a `find` that is under way, then disconnect."""
        async with self._lock:
            if self._connection is not None:
                await disconnect(self._connection)

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._database.connect("records", **SETTINGS)
        return self._connection


def _arguments(queries: Sequence[RecordQuery]) -> list[Any]:
    """Return the columns of the ids, of the client order ids and of the keys that are wanted."""
    numbered = list(enumerate(queries))
    orders = [(n, each.account_id, id) for n, each in numbered for id in each.order_ids]
    clients = [(n, each.account_id, id) for n, each in numbered for id in each.client_ids if id]
    keys = [(n, each.account_id, *key) for n, each in numbered for key in each.keys]
    return [
        column
        for width, rows in ((3, orders), (3, clients), (4, keys))
        for column in (zip(*rows, strict=True) if rows else [()] * width)
    ]


def _records(queries: Sequence[RecordQuery], found: Sequence[Any]) -> list[Records]:
    orders: dict[tuple[int, str], Order] = {}
    client_ids: dict[tuple[int, str], str] = {}
    keys: dict[tuple[int, str, str], RecordedKey] = {}
    for what, number, name, kind, payload, order_id, at_ms, seq in found:
        if what == "order":
            orders[number, name] = to_order(kind, payload)
        elif what == "client_id":
            client_ids[number, name] = order_id
        else:
            event = IdempotencyKeyRecorded(kind, name, payload, order_id, at_ms)
            keys[number, kind, name] = RecordedKey(event, seq)
    return [
        Records(
            orders=[orders[n, id] for id in query.order_ids if (n, id) in orders],
            client_ids={id: client_ids[n, id] for id in query.client_ids if (n, id) in client_ids},
            keys=[keys[n, *key] for key in query.keys if (n, *key) in keys],
        )
        for n, query in enumerate(queries)
    ]
