"""Keys in an SQLite file of their own, next to the ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from trading_api.auth.principal import Scope
from trading_api.errors import ConfigurationError, Unavailable
from trading_api.modules.alpaca.keys.api_key import ApiKey
from trading_api.modules.alpaca.keys.store import KEYS_MAX

Result = TypeVar("Result")

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE alpaca_keys (
            id TEXT PRIMARY KEY,
            digest BLOB NOT NULL,
            account_id TEXT NOT NULL,
            scopes TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            expires_ms INTEGER,
            revoked_ms INTEGER
        ) WITHOUT ROWID
        """,
    ),
)
VERSION = len(MIGRATIONS)
_COLUMNS = "id, digest, account_id, scopes, created_ms, expires_ms, revoked_ms"


class SqliteKeyStore:
    """A KeyStore in a file, which the first key creates.

    The command line writes to it while the server runs. Each call opens the file again, so that a
    new or revoked key, or a file restored from a backup, takes effect immediately."""

    def __init__(self, path: Path, busy_timeout_s: float = 2.0) -> None:
        self._path = path
        self._busy_timeout_s = busy_timeout_s

    def get(self, key_id: str) -> ApiKey | None:
        """Return the key of an id. Raises Unavailable."""
        if not self._path.exists():
            return None
        try:
            return self._use(lambda connection: _get(connection, key_id))
        except (sqlite3.Error, OSError, ValueError) as error:
            raise Unavailable("The keys cannot be read.", "keys_unavailable") from error

    def add(self, key: ApiKey) -> None:
        self._write(lambda connection: _add(connection, key))

    def revoke(self, key_id: str, now_ms: int) -> bool:
        if not self._path.exists():
            return False
        return self._write(lambda connection: _revoke(connection, key_id, now_ms))

    def list(self) -> Sequence[ApiKey]:
        if not self._path.exists():
            return []
        return self._write(_list)

    def check(self) -> None:
        """Migrate the file, where there is one. Raises ConfigurationError."""
        if self._path.exists():
            self._write(lambda connection: None)

    def _write(self, job: Callable[[sqlite3.Connection], Result]) -> Result:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return self._use(job)
        except (sqlite3.Error, OSError, ValueError) as error:
            raise ConfigurationError(
                f"The API keys {self._path} can't be used: {error}."
            ) from error

    def _use(self, job: Callable[[sqlite3.Connection], Result]) -> Result:
        with self._opened() as connection:
            return job(connection)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=self._busy_timeout_s, isolation_level=None)
        try:
            _migrate(connection)
            yield connection
        finally:
            connection.close()


def _migrate(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise ValueError(f"a newer program wrote version {version}; this one reads up to {VERSION}")
    if version == VERSION:
        return
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have migrated the file meanwhile.
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        for statement in (each for step in MIGRATIONS[version:] for each in step):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _get(connection: sqlite3.Connection, key_id: str) -> ApiKey | None:
    found = connection.execute(f"SELECT {_COLUMNS} FROM alpaca_keys WHERE id = ?", (key_id,))
    row = found.fetchone()
    return None if row is None else _to_key(row)


def _add(connection: sqlite3.Connection, key: ApiKey) -> None:
    (count,) = connection.execute("SELECT count(*) FROM alpaca_keys").fetchone()
    if count >= KEYS_MAX:
        raise ValueError(f"there are {count} keys already, which is the maximum")
    connection.execute(
        f"INSERT INTO alpaca_keys ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            key.id,
            key.digest,
            key.account_id,
            " ".join(sorted(key.scopes)),
            key.created_ms,
            key.expires_ms,
            key.revoked_ms,
        ),
    )


def _revoke(connection: sqlite3.Connection, key_id: str, now_ms: int) -> bool:
    done = connection.execute(
        "UPDATE alpaca_keys SET revoked_ms = ? WHERE id = ? AND revoked_ms IS NULL",
        (now_ms, key_id),
    )
    return done.rowcount == 1


def _list(connection: sqlite3.Connection) -> list[ApiKey]:
    rows = connection.execute(f"SELECT {_COLUMNS} FROM alpaca_keys ORDER BY created_ms, id")
    return [_to_key(row) for row in rows]


def _to_key(row: Any) -> ApiKey:
    id, digest, account_id, scopes, created_ms, expires_ms, revoked_ms = row
    granted = frozenset(Scope(each) for each in scopes.split())
    return ApiKey(id, digest, account_id, granted, created_ms, expires_ms, revoked_ms)
