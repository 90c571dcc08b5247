"""The journal in a SQL database, written by one thread of its own and read by another."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.event_codec import UnreadableEvent, decode
from trading_api.modules.broker.journal.journal import (
    JournalConflict,
    JournalEntry,
    JournalUnavailable,
)
from trading_api.modules.broker.journal.sqlite.batch import Batch, Tail
from trading_api.modules.broker.journal.sqlite.database import Database, unavailable
from trading_api.modules.broker.journal.sqlite.sql_statements import Statements
from trading_api.modules.broker.journal.sqlite.tables import ACCOUNTS, EVENTS, NAMED_REQUESTS

Result = TypeVar("Result")

LOADED_AT_ONCE = 1_000
"""Events in memory that the loop has not taken yet; enough that the way between the threads does
not count."""


@dataclass(slots=True)
class _Open:
    connection: Connection
    reading: Connection
    statements: Statements
    file_id: tuple[int, int] | None
    tails: dict[str, Tail]


class SqlJournal:
    """Opened by the first `load` or `append`. One append is one transaction, and one way to the
    thread and back: it encodes there, too, so that the loop is free at every wait for the disk.
    What is read waits for no append, nor for another process that has locked the file to write."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Bounded by its callers: the writer waits for one batch before it brings the next.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        # Unbounded, as are the requests that ask; each reads a bounded number of rows.
        self._reading_thread = ThreadPoolExecutor(1, thread_name_prefix="ledger-reading")
        self._open: _Open | None = None

    async def append(self, entries: Sequence[JournalEntry]) -> None:
        await self._run(lambda: self._append(entries))

    async def load(self) -> AsyncGenerator[JournalEntry, None]:
        loading = await self._run(self._loading)
        try:
            while entries := await self._run(loading.next):
                for entry in entries:
                    yield entry
        finally:
            await self._run(loading.close)

    async def read(self, account_id: str, since: int, limit: int) -> Sequence[JournalEntry]:
        opened = self._open
        if opened is None:
            opened = await self._run(self._opened)
        reading = opened.reading
        return await asyncio.get_running_loop().run_in_executor(
            self._reading_thread, lambda: _read(reading, account_id, since, limit)
        )

    async def close(self) -> None:
        # The writer's connection last, so that it leaves one file behind.
        self._reading_thread.shutdown()
        await self._run(self._close)
        self._thread.shutdown()

    async def _run(self, job: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)

    # In the writing thread

    def _opened(self) -> _Open:
        if self._open is None:
            connection = self._database.open()
            try:
                with self._database.said_at_start(), connection.begin():
                    found = connection.execute(select(ACCOUNTS))
                    tails = {row.account_id: _tail(row) for row in found}
                reading = self._database.reading()
            except BaseException:
                connection.close()
                self._database.close()
                raise
            statements = Statements(connection.dialect)
            self._open = _Open(connection, reading, statements, self._database.file_id(), tails)
        return self._open

    def _append(self, entries: Sequence[JournalEntry]) -> None:
        opened = self._opened()
        batch = Batch(opened.tails)
        for entry in entries:
            batch.add(entry)
        if not entries:
            return
        if self._database.file_id() != opened.file_id:
            # SQLite would go on writing what nobody can find any more.
            raise JournalUnavailable("The ledger's file was taken away", "ledger_moved")
        try:
            with opened.connection.begin():
                batch.write(opened.connection, opened.statements)
        except IntegrityError:
            _check_they_follow(opened.connection, entries)
            raise
        except DBAPIError as error:
            raise unavailable(error) from error
        opened.tails.update(batch.tails)

    def _loading(self) -> _Loading:
        self._opened()
        return _Loading(self._database)

    def _close(self) -> None:
        if self._open is not None:
            self._open.reading.close()
            self._open.connection.close()
            self._database.close()
            self._open = None


def _read(connection: Connection, account_id: str, since: int, limit: int) -> list[JournalEntry]:
    """In the reading thread."""
    columns = EVENTS.columns
    newer = (columns.account_id == account_id) & (columns.seq > since)
    wanted = _entries().where(newer).order_by(columns.seq).limit(limit)
    try:
        with connection.begin():
            rows = connection.execute(wanted).all()
    except DBAPIError as error:
        raise unavailable(error) from error
    return list(map(_entry, rows))


def _entries() -> Select[Any]:
    """Rows that `_entry` takes."""
    columns, named = EVENTS.columns, NAMED_REQUESTS.columns
    wanted = select(
        columns.account_id, columns.seq, columns.kind, columns.payload, named.request_id
    )
    return wanted.select_from(EVENTS.outerjoin(NAMED_REQUESTS))


def _entry(row: Row[Any]) -> JournalEntry:
    event = decode(row.kind, row.payload)
    return JournalEntry(row.account_id, row.seq, event, row.request_id or "")


class _Loading:
    """One moment's events, a part at a time."""

    def __init__(self, database: Database) -> None:
        self._path = database.path
        self._connection = database.reading()
        self._connection.begin()
        columns = EVENTS.columns
        self._rows = self._connection.execute(_entries().order_by(columns.account_id, columns.seq))

    def next(self) -> list[JournalEntry]:
        """Empty at the end."""
        try:
            return list(map(_entry, self._rows.fetchmany(LOADED_AT_ONCE)))
        except (UnreadableEvent, DBAPIError, sqlite3.Error) as error:
            reason = str(error) if isinstance(error, UnreadableEvent) else unavailable(error).reason
            raise ConfigurationError(
                f"The ledger {self._path} (DATABASE_URL) can't be read: {reason}. "
                "`trading-api verify-ledger` says where."
            ) from error

    def close(self) -> None:
        self._connection.close()


def _tail(row: Row[Any]) -> Tail:
    return Tail(
        account_id=row.account_id,
        seq=row.seq,
        currency=row.currency,
        balance=Decimal(row.balance),
        hash=row.hash,
        opened_ms=row.opened_ms,
        updated_ms=row.updated_ms,
    )


def _check_they_follow(connection: Connection, entries: Sequence[JournalEntry]) -> None:
    """Raises JournalConflict where the database has more of an account than this process knows."""
    expected: dict[str, int] = {}
    for entry in entries:
        if entry.account_id not in expected:
            of_account = EVENTS.columns.account_id == entry.account_id
            with connection.begin():
                last = connection.scalar(select(func.max(EVENTS.columns.seq)).where(of_account))
            expected[entry.account_id] = (last or 0) + 1
            if entry.seq != expected[entry.account_id]:
                raise JournalConflict(entry, expected[entry.account_id])
