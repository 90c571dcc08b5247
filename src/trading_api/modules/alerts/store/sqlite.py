"""Alerts in an SQLite file of their own, next to the ledger."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

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
from trading_api.modules.alerts.store.store import AlertBatch, StoredAlerts, StoreUnavailable

Result = TypeVar("Result")

WAL_BYTES_MAX = 16 * 1024 * 1024
"""The size to which the write-ahead log shrinks after a reader that made it grow has ended."""
PRAGMAS = ("journal_mode = wal", "synchronous = full", f"journal_size_limit = {WAL_BYTES_MAX}")
_LAST_NUMBERS = "SELECT account_id, max(number) FROM alerts GROUP BY account_id"
_UPSERT = f"""
INSERT INTO alerts ({NAMES}) VALUES ({", ".join("?" for _ in COLUMNS)})
ON CONFLICT (account_id, number) DO UPDATE SET {UPSERT_CHANGES}
"""
_UPSERT_PRICE = """
INSERT INTO alert_prices (shard, symbol, price) VALUES (?, ?, ?)
ON CONFLICT (shard, symbol) DO UPDATE SET price = excluded.price
"""


class SqliteAlertStore:
    """An AlertStore in a file, which the first alert creates.

    A transaction is on the disk before `write` returns. The lock of the ledger, which is open all
    the time, keeps other servers away. One thread uses the file, so that the event loop never waits
    for the disk."""

    shards = 1

    def __init__(self, path: Path, busy_timeout_s: float = 2.0) -> None:
        self._path = path
        self._busy_timeout_s = busy_timeout_s
        # Bounded by its callers: one that writes, and those that look for a key.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="alerts")
        self._connection: sqlite3.Connection | None = None
        self._file_id: tuple[int, int] | None = None

    async def load(self, shards: Collection[int] | None = None) -> StoredAlerts:
        """Return everything. The store is one shard. Raises ConfigurationError."""
        if not self._path.exists():
            return StoredAlerts([], {}, {})
        try:
            return await self._run(self._load)
        except StoreUnavailable as error:
            raise ConfigurationError(f"The alerts {self._path} can't be used: {error}.") from error

    async def created_by(self, account_id: str, key: str) -> PriceAlert | None:
        """Return the alert that a request with this key created. Raises StoreUnavailable."""
        if self._connection is None and not self._path.exists():
            return None
        return await self._run(lambda: self._created_by(account_id, key))

    async def write(self, batch: AlertBatch) -> None:
        """Write the batch in one transaction. Raises StoreUnavailable."""
        await self._run(lambda: self._write(batch))

    async def close(self) -> None:
        """Wait for the thread, then close the file."""
        await asyncio.to_thread(self._thread.shutdown)
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _run(self, job: Callable[[], Result]) -> Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, job)
        except sqlite3.Error as error:
            raise StoreUnavailable(f"The store of alerts can't be used ({error})") from error

    def check(self) -> None:
        """Migrate the file, where there is one, and close it again. Raises ConfigurationError."""
        if not self._path.exists():
            return
        try:
            self._opened().close()
        except (StoreUnavailable, sqlite3.Error) as error:
            raise ConfigurationError(f"The alerts {self._path} can't be used: {error}.") from error
        self._connection = None

    # In the thread

    def _load(self) -> StoredAlerts:
        connection = self._opened()
        connection.execute("BEGIN")
        try:
            found = connection.execute(
                f"SELECT {NAMES} FROM alerts WHERE status <> ? ORDER BY account_id, number",
                (AlertStatus.DELETED.value,),
            )
            alerts = [to_alert(row) for row in found]
            prices = {
                (shard, symbol): Decimal(price)
                for shard, symbol, price in connection.execute("SELECT * FROM alert_prices")
            }
            last_numbers = dict(map(tuple, connection.execute(_LAST_NUMBERS)))
        finally:
            connection.execute("COMMIT")
        return StoredAlerts(alerts, prices, last_numbers)

    def _created_by(self, account_id: str, key: str) -> PriceAlert | None:
        row = self._opened().execute(
            f"SELECT {NAMES} FROM alerts WHERE account_id = ? AND create_key = ?",
            (account_id, key),
        )
        found = row.fetchone()
        return None if found is None else to_alert(found)

    def _write(self, batch: AlertBatch) -> None:
        connection = self._opened()
        if self._identify() != self._file_id:
            # SQLite would continue to write to a file that has no name any more.
            raise StoreUnavailable("The file of the alerts was taken away")
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany(_UPSERT, to_rows(batch.alerts, self.shards))
            prices = [(*key, str(price)) for key, price in batch.prices.items()]
            connection.executemany(_UPSERT_PRICE, prices)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                reason = f"The folder of the alerts can't be made ({error.strerror})"
                raise StoreUnavailable(reason) from error
            connection = sqlite3.connect(
                self._path,
                timeout=self._busy_timeout_s,
                # Transactions begin explicitly.
                isolation_level=None,
                # Another thread closes it, after the one that uses it has ended.
                check_same_thread=False,
            )
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection, self._file_id = connection, self._identify()
        return self._connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.row_factory = sqlite3.Row
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise StoreUnavailable(
                f"The alerts are stored by a newer program, in version {version}; this one knows "
                f"{VERSION}"
            )
        if version < VERSION:
            connection.execute("BEGIN IMMEDIATE")
            try:
                for statements in MIGRATIONS[version:]:
                    for statement in statements:
                        connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {VERSION}")
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _identify(self) -> tuple[int, int] | None:
        """Return the identity of the file behind the name, or None if there is no file."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
