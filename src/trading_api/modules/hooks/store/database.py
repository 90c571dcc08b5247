"""The SQLite file of the hooks, used by one thread."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from trading_api.errors import Unavailable
from trading_api.modules.hooks.store.rows import MIGRATIONS, VERSION

Result = TypeVar("Result")

PRAGMAS = ("foreign_keys = on", "journal_mode = wal", "synchronous = full")


class HooksUnavailable(Unavailable):
    """Raised when the hooks cannot be read or written now. Nothing was done."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The store of hooks can't be used ({reason}).", "hooks_unavailable")


class HooksDatabase:
    """A database in a file that the first hook creates, or in memory without a path.

    One thread uses it, so that the event loop never waits for the disk. Another process may write
    the file too."""

    def __init__(self, path: Path | None, busy_timeout_s: float) -> None:
        self._path = path
        self._busy_timeout_s = busy_timeout_s
        # Bounded by its callers: requests, and one delivery of each account.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hooks")
        self._connection: sqlite3.Connection | None = None
        self._file_id: tuple[int, int] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the file does not exist because nothing was stored."""
        return self._connection is None and (self._path is None or not self._path.exists())

    async def run(self, job: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run a job in the thread, as one transaction. Raises HooksUnavailable."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self.run_here, job)

    def run_here(self, job: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run a job in the calling thread, as one transaction. Raises HooksUnavailable."""
        try:
            with self._transaction() as connection:
                return job(connection)
        except sqlite3.Error as error:
            raise HooksUnavailable(str(error)) from error

    async def close(self) -> None:
        """Wait for the thread, then close the file."""
        await asyncio.to_thread(self._thread.shutdown)
        self.close_here()

    def close_here(self) -> None:
        """Close the file."""
        self._thread.shutdown()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._opened()
        if self._identify() != self._file_id:
            # SQLite would continue to write to a file that was deleted or replaced.
            raise HooksUnavailable("the file was taken away")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            if self._path is not None:
                try:
                    self._path.parent.mkdir(parents=True, exist_ok=True)
                except OSError as error:
                    reason = f"its folder can't be made: {error.strerror}"
                    raise HooksUnavailable(reason) from error
            connection = sqlite3.connect(
                self._path or ":memory:",
                timeout=self._busy_timeout_s,
                # Transactions begin explicitly.
                isolation_level=None,
                # Another thread closes it, after the one that uses it has ended.
                check_same_thread=False,
            )
            try:
                _prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection, self._file_id = connection, self._identify()
        return self._connection

    def _identify(self) -> tuple[int, int] | None:
        """Return the identity of the file behind the name, or None if there is no file."""
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


def _prepare(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise HooksUnavailable(
                f"a newer program stored them, in version {version}; this one knows {VERSION}"
            )
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
