"""Alerts in the PostgreSQL database of the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal

import asyncpg

from trading_api.domain.shards import shard_of, shard_partition
from trading_api.errors import ConfigurationError
from trading_api.modules.alerts.alert import AlertStatus, PriceAlert
from trading_api.modules.alerts.store.rows import (
    COLUMNS,
    MIGRATIONS,
    NAMES,
    UPSERT_CHANGES,
    VERSION,
    to_alert,
    to_rows,
)
from trading_api.modules.alerts.store.store import (
    AlertBatch,
    ShardNotOwned,
    StoredAlerts,
    StoreUnavailable,
)

LOCK_SPACE = 0x7472
"""The first key of every advisory lock of this program."""
MIGRATION_LOCK = -3
"""The ledger has the locks down to -2."""
CONNECT_TIMEOUT_S = 5.0
TIMEOUT_S = 30.0
"""How long one batch may take: a quote may cross many alerts."""
SETTINGS = {"application_name": "trading-api alerts", "synchronous_commit": "on"}
_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)
"""The exceptions of asyncpg for an unreachable or unusable database. TimeoutError is an OSError.
InternalClientError is raised between the message that ends a session and the end of its
connection."""


class PostgresAlertStore:
    """An AlertStore in PostgreSQL. `epochs` are those of the shards that this process owns; a
    batch is written only while they are the present ones.

    Without `epochs` the process owns all shards: it takes the epochs that it finds when it loads,
    after the ledger has locked all shards."""

    def __init__(self, url: str, shards: int, epochs: Mapping[int, int] | None = None) -> None:
        self.shards = shards
        self._url = url
        self._epochs = epochs
        self._connection: asyncpg.Connection | None = None
        self._is_prepared = False
        # One transaction at a time runs over the connection.
        self._lock = asyncio.Lock()

    async def load(self, shards: Collection[int] | None = None) -> StoredAlerts:
        """Return what is stored of some shards, or of all. Raises ConfigurationError."""
        chosen = None if shards is None else list(shards)
        try:
            async with self._transaction("repeatable_read") as connection:
                if self._epochs is None:
                    self._epochs = await _all_epochs(connection)
                alerts = await connection.fetch(_LOAD, chosen, AlertStatus.DELETED.value)
                prices = await connection.fetch(_LOAD_PRICES, chosen)
                last_numbers = await connection.fetch(_LOAD_LAST_NUMBERS, chosen)
        except StoreUnavailable as error:
            raise ConfigurationError(f"{error.reason} (DATABASE_URL).") from error
        except ConfigurationError:
            await self.close()
            raise
        return StoredAlerts(
            [to_alert(row) for row in alerts],
            {(row["shard"], row["symbol"]): Decimal(row["price"]) for row in prices},
            dict(map(tuple, last_numbers)),
        )

    async def created_by(self, account_id: str, key: str) -> PriceAlert | None:
        """Return the alert that a request with this key created. Raises StoreUnavailable."""
        async with self._transaction("read_committed") as connection:
            row = await connection.fetchrow(
                f"SELECT {NAMES} FROM alerts WHERE account_id = $1 AND create_key = $2",
                account_id,
                key,
            )
        return None if row is None else to_alert(row)

    async def write(self, batch: AlertBatch) -> None:
        """Write the batch in one transaction. Raises StoreUnavailable and ShardNotOwned."""
        touched = {shard_of(each.account_id, self.shards) for each in batch.alerts}
        epochs = self._own_epochs(sorted(touched | {shard for shard, _ in batch.prices}))
        prices = [(*key, str(price)) for key, price in batch.prices.items()]
        async with self._transaction("read_committed", may_write=True) as connection:
            names = [shard_partition(shard) for shard in epochs]
            held = await connection.fetch(_FENCE, names, list(epochs.values()))
            if len(held) < len(epochs):
                raise ShardNotOwned(f"Another process owns some of the shards {sorted(epochs)}")
            await connection.executemany(_UPSERT, to_rows(batch.alerts, self.shards))
            await connection.executemany(_UPSERT_PRICE, prices)

    async def close(self) -> None:
        """Wait for the transaction that runs, then disconnect."""
        async with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                try:
                    await connection.close(timeout=CONNECT_TIMEOUT_S)
                except _ERRORS:
                    connection.terminate()

    def _own_epochs(self, shards: Sequence[int]) -> dict[int, int]:
        """Return the epochs of the shards. Raises ShardNotOwned."""
        assert self._epochs is not None, "load comes first"
        missing = [shard for shard in shards if shard not in self._epochs]
        if missing:
            raise ShardNotOwned(f"This process does not own the shards {missing}")
        return {shard: self._epochs[shard] for shard in shards}

    @asynccontextmanager
    async def _transaction(
        self, isolation: str, *, may_write: bool = False
    ) -> AsyncIterator[asyncpg.Connection]:
        """Raises StoreUnavailable, and discards the connection then."""
        async with self._lock:
            is_known = True
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    connection = await self._connected()
                    is_known = not may_write
                    async with connection.transaction(isolation=isolation):
                        yield connection
            except _ERRORS as error:
                if self._connection is not None:
                    self._connection.terminate()
                    self._connection = None
                raise StoreUnavailable(
                    f"The database of the alerts can't be used ({error!r})", is_unknown=not is_known
                ) from error

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._url, timeout=CONNECT_TIMEOUT_S, server_settings=SETTINGS
            )
        if not self._is_prepared:
            await _migrate(self._connection)
            self._is_prepared = True
        return self._connection


async def _migrate(connection: asyncpg.Connection) -> None:
    """Create the tables or migrate old ones. Starts of several processes wait for each other."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1, $2)", LOCK_SPACE, MIGRATION_LOCK)
        await connection.execute("CREATE TABLE IF NOT EXISTS alert_schema (version INT NOT NULL)")
        version = await connection.fetchval("SELECT max(version) FROM alert_schema") or 0
        if version > VERSION:
            raise ConfigurationError(
                f"The alerts in DATABASE_URL are stored by a newer program, in version {version}; "
                f"this one knows {VERSION}."
            )
        for number in range(version, VERSION):
            for statement in MIGRATIONS[number]:
                await connection.execute(statement)
            await connection.execute("INSERT INTO alert_schema VALUES ($1)", number + 1)


async def _all_epochs(connection: asyncpg.Connection) -> dict[int, int]:
    rows = await connection.fetch(
        "SELECT partition, epoch FROM ownership WHERE partition LIKE 'shard-%'"
    )
    return {int(row["partition"].removeprefix("shard-")): row["epoch"] for row in rows}


_OF_SHARDS = "($1::int[] IS NULL OR shard = ANY ($1))"
_LOAD = f"""
SELECT {NAMES} FROM alerts WHERE {_OF_SHARDS} AND status <> $2 ORDER BY account_id, number
"""
_LOAD_PRICES = f"SELECT shard, symbol, price FROM alert_prices WHERE {_OF_SHARDS}"
_LOAD_LAST_NUMBERS = f"""
SELECT account_id, max(number) FROM alerts WHERE {_OF_SHARDS} GROUP BY account_id
"""
# The lock on the key of each shard keeps a later epoch from beginning before the commit.
_FENCE = """
SELECT partition FROM ownership
JOIN unnest($1::text[], $2::bigint[]) AS held(partition, epoch) USING (partition, epoch)
ORDER BY partition FOR KEY SHARE OF ownership
"""
_UPSERT = f"""
INSERT INTO alerts ({NAMES}) VALUES ({", ".join(f"${n}" for n in range(1, len(COLUMNS) + 1))})
ON CONFLICT (account_id, number) DO UPDATE SET {UPSERT_CHANGES}
"""
_UPSERT_PRICE = """
INSERT INTO alert_prices (shard, symbol, price) VALUES ($1, $2, $3)
ON CONFLICT (shard, symbol) DO UPDATE SET price = excluded.price
"""
