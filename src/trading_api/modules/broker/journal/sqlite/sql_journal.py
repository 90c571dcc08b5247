"""The journal in a SQL database, with one thread that writes and another that reads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.journal.journal import (
    DuplicateKey,
    JournalConflict,
    JournalEntry,
    JournalUnavailable,
    RecoveryStep,
)
from trading_api.modules.broker.journal.sql.batch import AccountTail, Batch
from trading_api.modules.broker.journal.sql.errors import to_journal_unavailable
from trading_api.modules.broker.journal.sql.history_reader import HistoryReader
from trading_api.modules.broker.journal.sql.opened_cursor import opened_cursor
from trading_api.modules.broker.journal.sql.recovery_cursor import EntryCursor, RecoveryCursor
from trading_api.modules.broker.journal.sql.sql_history import SqlHistory
from trading_api.modules.broker.journal.sql.sql_statements import SqlStatements
from trading_api.modules.broker.journal.sql.tables import (
    ACCOUNTS,
    ANCHORS,
    EVENTS,
    IDEMPOTENCY_KEYS,
    IS_GATEWAY_KEY,
)
from trading_api.modules.broker.journal.sqlite.batch_writer import write
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.ledger_head import Head, LedgerHeadFile

Result = TypeVar("Result")


@dataclass(slots=True)
class OpenLedger:
    """The open connections, and the last event of each account that was written or looked up."""

    connection: Connection
    reading: Connection
    statements: SqlStatements
    file_id: tuple[int, int] | None
    tails: dict[str, AccountTail]
    head_file: LedgerHeadFile
    events: int


class SqlJournal:
    """A Journal that opens its database with the first `load` or `append`.

    One append is one transaction and one call to the writing thread, which also encodes, so that
    the event loop never waits for the disk. Reading waits neither for an append nor for another
    process that has locked the file to write."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Bounded by its caller: the command processor awaits each append before the next.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        # Unbounded, as are the requests behind it; each reads a bounded number of rows.
        self._reading_thread = ThreadPoolExecutor(1, thread_name_prefix="ledger-reading")
        self._open: OpenLedger | None = None
        self.history = SqlHistory(self._run_reading)

    async def append(
        self, entries: Sequence[JournalEntry], images: Sequence[AccountImage] = ()
    ) -> None:
        """Write the entries in one transaction. Raises JournalConflict, DuplicateKey and
        JournalUnavailable."""
        await self._run(lambda: self._append(entries, images))

    async def currencies(self) -> Mapping[str, str]:
        """Return one account for each currency. Raises ConfigurationError."""
        opened = await self._run(self._opened)
        return await self._run(lambda: _currencies(opened.connection))

    async def recover(
        self, shards: Collection[int] | None = None, *, with_idle: bool = True
    ) -> AsyncGenerator[RecoveryStep, None]:
        """Yield the snapshots, and the entries after them. The ledger is one shard, so `shards`
        changes nothing. Raises ConfigurationError."""
        async with opened_cursor(self._run, lambda: self._open_recovery(with_idle)) as cursor:
            yield await self._run(cursor.next)
            while (step := await self._run(cursor.next)).items:
                yield step

    async def recover_accounts(
        self, account_ids: Collection[str]
    ) -> Sequence[AccountImage | JournalEntry]:
        """Return the images of accounts and the entries after them. Raises JournalUnavailable."""
        return await self._run_reading(lambda reader: reader.recovered(account_ids))

    async def remove_gateway_keys(self, before_ms: int, limit: int) -> int:
        """Remove keys in one transaction. Raises JournalUnavailable."""
        return await self._run(lambda: self._remove_gateway_keys(before_ms, limit))

    def forget(self, account_ids: Collection[str]) -> None:
        """Keep the tails of these accounts in memory no longer."""
        self._thread.submit(self._forget, list(account_ids))

    async def load(self) -> AsyncGenerator[JournalEntry, None]:
        """Yield the entries as they are at the first step. Raises ConfigurationError."""
        async with opened_cursor(self._run, self._open_cursor) as cursor:
            while entries := await self._run(cursor.next):
                for entry in entries:
                    yield entry

    async def read(self, account_id: str, since: int, limit: int) -> Sequence[JournalEntry]:
        """Return at most `limit` entries of an account after `since`. Raises JournalUnavailable."""
        return await self._run_reading(lambda reader: reader.entries(account_id, since, limit))

    async def close(self) -> None:
        """Wait for both threads, then close the database."""
        # The writing connection closes last, so that SQLite leaves a single file.
        self._reading_thread.shutdown()
        await self._run(self._close)
        self._thread.shutdown()

    async def _run(self, job: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)

    async def _run_reading(self, job: Callable[[HistoryReader], Result]) -> Result:
        opened = self._open
        if opened is None:
            opened = await self._run(self._opened)
        reader = HistoryReader(opened.reading, opened.statements)
        return await asyncio.get_running_loop().run_in_executor(
            self._reading_thread, lambda: job(reader)
        )

    # In the writing thread

    def _opened(self) -> OpenLedger:
        if self._open is None:
            connection = self._database.open()
            try:
                with self._database.startup_errors(), connection.begin():
                    events = connection.scalar(select(func.sum(ACCOUNTS.columns.seq))) or 0
                    head_file = self._database.head_file()
                    if (head := head_file.read()) is not None:
                        _check_head(connection, self._database.path, head, events)
                reading = self._database.reading()
            except BaseException:
                connection.close()
                self._database.close()
                raise
            statements = SqlStatements(connection.dialect)
            self._open = OpenLedger(
                connection,
                reading,
                statements,
                self._database.file_id(),
                {},
                head_file,
                events,
            )
        return self._open

    def _append(self, entries: Sequence[JournalEntry], images: Sequence[AccountImage]) -> None:
        opened = self._opened()
        written = {each.account_id for each in entries} | {each.account_id for each in images}
        _find_tails(opened, written)
        batch = Batch(opened.tails)
        for entry in entries:
            batch.add(entry)
        for image in images:
            batch.add_image(image)
        if not (entries or images):
            return
        if self._database.file_id() != opened.file_id:
            # SQLite would continue to write to a file that has no name any more.
            raise JournalUnavailable("The ledger's file was taken away", "ledger_moved")
        try:
            with opened.connection.begin():
                write(opened.connection, opened.statements, batch)
        except IntegrityError:
            _check_sequence(opened.connection, entries)
            _check_keys(opened.connection, entries)
            raise
        except DBAPIError as error:
            raise to_journal_unavailable(error) from error
        opened.tails.update(batch.tails)
        opened.events += len(entries)
        if entries:
            tail = batch.tails[entries[-1].account_id]
            opened.head_file.write(Head(opened.events, tail.account_id, tail.seq, tail.hash))

    def _open_recovery(self, with_idle: bool) -> RecoveryCursor:
        self._opened()
        return RecoveryCursor(self._database.reading(), self._database.path, with_idle=with_idle)

    def _open_cursor(self) -> EntryCursor:
        self._opened()
        return EntryCursor(self._database)

    def _remove_gateway_keys(self, before_ms: int, limit: int) -> int:
        connection = self._opened().connection
        parameters = {"before_ms": before_ms, "limit": limit}
        try:
            with connection.begin():
                return connection.execute(_REMOVE_GATEWAY_KEYS, parameters).rowcount
        except DBAPIError as error:
            raise to_journal_unavailable(error) from error

    def _forget(self, account_ids: Sequence[str]) -> None:
        if self._open is not None:
            for account_id in account_ids:
                self._open.tails.pop(account_id, None)

    def _close(self) -> None:
        if self._open is not None:
            self._open.reading.close()
            self._open.connection.close()
            self._open.head_file.close()
            self._database.close()
            self._open = None


_REMOVE_GATEWAY_KEYS = text(
    "DELETE FROM idempotency_keys WHERE rowid IN (SELECT rowid FROM idempotency_keys"
    f" WHERE {IS_GATEWAY_KEY} AND at_ms < :before_ms ORDER BY at_ms LIMIT :limit)"
)


def _currencies(connection: Connection) -> dict[str, str]:
    columns = ACCOUNTS.columns
    found = select(columns.currency, func.min(columns.account_id)).group_by(columns.currency)
    with connection.begin():
        return dict(map(tuple, connection.execute(found)))


def _find_tails(opened: OpenLedger, account_ids: Set[str]) -> None:
    """Look up the tails that are not known. Raises JournalUnavailable."""
    # Not a difference of sets, which would go through all tails.
    unknown = [each for each in account_ids if each not in opened.tails]
    if not unknown:
        return
    rows = select(ACCOUNTS).where(ACCOUNTS.columns.account_id.in_(unknown))
    try:
        with opened.connection.begin():
            for row in opened.connection.execute(rows).mappings():
                opened.tails[row["account_id"]] = AccountTail.of(row)
    except DBAPIError as error:
        raise to_journal_unavailable(error) from error


def _check_sequence(connection: Connection, entries: Sequence[JournalEntry]) -> None:
    """Raise JournalConflict if the database has more of an account than this process knows."""
    expected: dict[str, int] = {}
    for entry in entries:
        if entry.account_id not in expected:
            of_account = EVENTS.columns.account_id == entry.account_id
            with connection.begin():
                last = connection.scalar(select(func.max(EVENTS.columns.seq)).where(of_account))
            expected[entry.account_id] = (last or 0) + 1
            if entry.seq != expected[entry.account_id]:
                raise JournalConflict(entry, expected[entry.account_id])


def _check_keys(connection: Connection, entries: Sequence[JournalEntry]) -> None:
    """Raise DuplicateKey if the database has any of the keys that the entries record."""
    columns = IDEMPOTENCY_KEYS.columns
    repeating = set()
    with connection.begin():
        for entry in entries:
            if entry.key is not None:
                place = (columns.account_id, columns.operation, columns.key)
                wanted = zip(place, (entry.account_id, *entry.key), strict=True)
                same = [column == value for column, value in wanted]
                if connection.execute(select(columns.seq).where(*same)).first():
                    repeating.add(entry.account_id)
    if repeating:
        raise DuplicateKey(repeating)


def _check_head(connection: Connection, path: Path, head: Head, events: int) -> None:
    """Raise ConfigurationError if the ledger does not hold the last event that was committed."""
    columns = EVENTS.columns
    is_last = (columns.account_id == head.account_id) & (columns.seq == head.seq)
    found = connection.scalar(select(columns.hash).where(is_last))
    if found is None:
        found = _removed_hash(connection, head)
    if found == head.hash and events >= head.events:
        return
    raise ConfigurationError(
        f"The ledger {path} (DATABASE_URL) ends after {events:,} events, but {head.events:,} were "
        f"committed, the last as event {head.seq} of {head.account_id} ({path.name}.head): it is "
        "an older copy or another ledger, or its write-ahead log was damaged. Put the newest copy "
        f"in its place. To go on with this one, delete {path.name}.head; numbers of orders and "
        "events are then given a second time."
    )


def _removed_hash(connection: Connection, head: Head) -> str | None:
    """Return the hash of the head's event if it was removed, as far as that is known."""
    anchor = connection.execute(
        select(ANCHORS.columns.seq, ANCHORS.columns.hash).where(
            ANCHORS.columns.account_id == head.account_id
        )
    ).first()
    if anchor is None or anchor.seq < head.seq:
        return None
    return head.hash if anchor.seq > head.seq else str(anchor.hash)
