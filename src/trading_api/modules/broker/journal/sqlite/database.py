"""The SQLite file behind the ledger: how it is opened, locked, brought up to date and read."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.sql.errors import to_journal_unavailable
from trading_api.modules.broker.journal.sql.schema_version import (
    check_version,
    create_tables,
    schema_version,
    upgrade,
)
from trading_api.modules.broker.journal.sqlite.ledger_head import LedgerHeadFile

VERSION = "0011"
"""The version of the newest migration."""
WAL_BYTES_MAX = 16 * 1024 * 1024
"""The size to which the write-ahead log shrinks after a reader that made it grow has ended."""
WRITER_PRAGMAS = ("synchronous = full", f"journal_size_limit = {WAL_BYTES_MAX}")


class Database:
    """A SQLite file. Raises ConfigurationError for an address that names no file."""

    def __init__(self, url: str, busy_timeout_s: float = 2.0) -> None:
        self.path = _path(url)
        self._busy_timeout_s = busy_timeout_s
        self._lock: int | None = None

    def open(self) -> Connection:
        """Return the only connection that writes; the file is locked until `close`.

        Creates the file and migrates an old one. Raises ConfigurationError."""
        self._acquire_lock()
        engine = create_engine(
            "sqlite://",
            creator=lambda: self._connect(f"file:{quote(str(self.path))}", *WRITER_PRAGMAS),
            poolclass=NullPool,
        )
        _set_begin_statement(engine, "BEGIN IMMEDIATE")
        try:
            return self._open_connection(engine, _prepare)
        except BaseException:
            self.close()
            raise

    def reading(self) -> Connection:
        """Return a connection whose transaction sees one moment, while others may write. Raises
        ConfigurationError if there is no ledger of this version."""
        if not self.path.exists():
            raise ConfigurationError(f"There is no ledger {self.path} (DATABASE_URL).")
        address = f"file:{quote(str(self.path))}?mode=ro"
        engine = create_engine(
            "sqlite://", creator=lambda: self._connect(address), poolclass=NullPool
        )
        _set_begin_statement(engine, "BEGIN")
        return self._open_connection(engine, _check_version)

    def close(self) -> None:
        """Unlock the file."""
        assert self._lock is not None
        os.close(self._lock)
        self._lock = None

    def head_file(self) -> LedgerHeadFile:
        """Return the file that shows how far the ledger had come."""
        return LedgerHeadFile(self.path.with_name(f"{self.path.name}.head"))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep servers from using the file. Raises ConfigurationError while one does."""
        self._acquire_lock()
        try:
            yield
        finally:
            self.close()

    def file_id(self) -> tuple[int, int] | None:
        """Return the identity of the file behind the name, or None if there is no file."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _acquire_lock(self) -> None:
        """Lock a second file by flock, which the kernel unlocks however the process ends. SQLite's
        own locks would block readers too. Raises ConfigurationError."""
        path = self.path.with_name(f"{self.path.name}.lock")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise ConfigurationError(
                f"The ledger {self.path} (DATABASE_URL) can't be made: {error.strerror}, "
                f"{error.filename}."
            ) from error
        try:
            self._lock_file(lock)
        except BaseException:
            os.close(lock)
            raise
        self._lock = lock

    def _lock_file(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(lock, 32, 0).decode().strip()
            raise ConfigurationError(
                f"The ledger {self.path} is written by another process"
                f"{f' ({holder})' if holder else ''}; a ledger has one writer."
            ) from error
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)

    def _connect(self, address: str, *pragmas: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            address,
            uri=True,
            timeout=self._busy_timeout_s,
            # Transactions begin explicitly: Python's own BEGIN would lock at the first write only.
            isolation_level=None,
            # Another thread may close it; two threads never use it at the same time.
            check_same_thread=False,
        )
        try:
            for pragma in ("foreign_keys = on", *pragmas):
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _open_connection(self, engine: Engine, prepare: Callable[[Connection], None]) -> Connection:
        with self.startup_errors():
            connection = engine.connect()
            try:
                prepare(connection)
            except BaseException:
                # An open connection would pass its cached pages on to the next ones.
                connection.close()
                raise
            return connection

    @contextmanager
    def startup_errors(self) -> Iterator[None]:
        """Turn errors of the file into ConfigurationError."""
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            fault = to_journal_unavailable(error)
            raise ConfigurationError(f"{fault.reason}: {self.path} (DATABASE_URL).") from error


def _path(url: str) -> Path:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigurationError(_ADDRESS_ERROR) from None
    if parsed.drivername != "sqlite" or parsed.query or parsed.database in (None, "", ":memory:"):
        raise ConfigurationError(_ADDRESS_ERROR)
    assert parsed.database is not None
    # Resolved, because one file has one lock under all its names.
    return Path(parsed.database).resolve()


_ADDRESS_ERROR = "DATABASE_URL is sqlite:///a/file.db, sqlite:////an/absolute/file.db, or memory:."


def _set_begin_statement(engine: Engine, statement: str) -> None:
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)


def _check_version(connection: Connection) -> None:
    check_version(connection, VERSION, _path_of(connection))


def _prepare(connection: Connection) -> None:
    # Outside any transaction; the file keeps the mode.
    _driver(connection).execute("PRAGMA journal_mode = wal")
    migrate(connection)


def migrate(connection: Connection) -> None:
    """Create the tables or migrate old ones. Raises ConfigurationError."""
    found = schema_version(connection)
    if found == VERSION:
        # A write, so that a file that cannot be written fails here.
        with connection.begin():
            connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
    elif found is None:
        create_tables(connection, VERSION)
    else:
        assert __package__ is not None
        upgrade(connection, __package__, found, VERSION, _path_of(connection))


def _path_of(connection: Connection) -> Path:
    return Path(_driver(connection).execute("PRAGMA database_list").fetchone()[2])


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
