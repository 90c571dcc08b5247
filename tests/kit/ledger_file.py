"""A ledger file for tests: opened as a journal, and read and changed as a database."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal


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
