"""A ledger file for tests: opened as a journal, and read and changed as a database."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal


@contextmanager
def all_connections_closed() -> Iterator[None]:
    """Check that every SQLite connection that is opened inside the context is closed at its end.

    Python reports a connection that is not closed since 3.13 only, and whenever it finds it.
    """
    connections: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def recording_connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connections.append(connect(*arguments, **options))
        return connections[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", recording_connect)
        yield
    for connection in connections:
        with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
            connection.execute("SELECT 1")


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqlJournal]:
    """Open the file as a journal that does not wait for locks."""
    journal = SqlJournal(Database(f"sqlite:///{path}", busy_timeout_s=0.01))
    try:
        yield journal
    finally:
        await journal.close()


async def loaded(path: Path) -> list[JournalEntry]:
    """Return all entries of the file."""
    async with opened(path) as journal:
        return [entry async for entry in journal.load()]


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    """Return the rows of a query."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def changed(path: Path, sql: str) -> None:
    """Run one statement on the file."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql)
