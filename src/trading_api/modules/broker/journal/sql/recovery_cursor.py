"""Reads what recovery needs: the snapshots of all accounts, and the events after them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, CursorResult, Table, func, literal_column, select

from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.journal.event_codec import UnreadableEvent, decode
from trading_api.modules.broker.journal.hash_chain import snapshot_hash
from trading_api.modules.broker.journal.image_codec import decode_image
from trading_api.modules.broker.journal.journal import JournalEntry, RecoveryStep
from trading_api.modules.broker.journal.sql.errors import read_ledger
from trading_api.modules.broker.journal.sql.history_reader import select_entries, to_entry
from trading_api.modules.broker.journal.sql.tables import ACCOUNTS, ANCHORS, EVENTS, SNAPSHOTS

Result = TypeVar("Result")

STEP_SIZE = 500
"""Images or entries of one step, which takes the event loop about 10 ms."""
LOAD_BATCH_SIZE = 1_000
"""Entries that one step of `load` reads; enough that switching threads is cheap."""


class ReadableDatabase(Protocol):
    """A database that holds a ledger."""

    @property
    def path(self) -> object:
        """What messages call the ledger."""
        ...

    def reading(self) -> Connection:
        """Return a connection whose transaction sees one moment, while others may write. Raises
        ConfigurationError if there is no ledger of this version."""
        ...


class RecoveryCursor:
    """Recovers an account from its snapshot, as it was when the cursor was opened.

    Reads the accounts in `shards` only, if that is given. Every method raises
    ConfigurationError."""

    def __init__(self, database: ReadableDatabase, shards: Collection[int] | None = None) -> None:
        self._path = database.path
        self._connection = database.reading()
        self._done = 0

        def execute(statement: Any, table: Table) -> CursorResult[Any]:
            if shards is not None:
                accounts = select(ACCOUNTS.columns.account_id).where(_SHARD.in_(list(shards)))
                statement = statement.where(table.columns.account_id.in_(accounts))
            return self._read(lambda: self._connection.execute(statement))

        try:
            counts: Any = execute(_COUNTS, ACCOUNTS).one()
            self._total = int(counts.entries or 0) + int(counts.snapshots)
            self._images = execute(_SNAPSHOT_ROWS, SNAPSHOTS)
            self._entries = execute(_ENTRY_ROWS, ACCOUNTS)
        except BaseException:
            self._connection.close()
            raise

    def next(self) -> RecoveryStep:
        """Return the next step, which is empty at the end."""
        items: list[AccountImage | JournalEntry]
        items = self._read(lambda: [_image(row) for row in self._images.fetchmany(STEP_SIZE)])
        if not items:
            items = self._read(lambda: [_entry(row) for row in self._entries.fetchmany(STEP_SIZE)])
        self._done += len(items)
        return RecoveryStep(items, self._done, self._total)

    def close(self) -> None:
        self._connection.close()

    def _read(self, read: Callable[[], Result]) -> Result:
        return read_ledger(self._path, read)


class EntryCursor:
    """All entries as they were at one moment, in batches."""

    def __init__(self, database: ReadableDatabase) -> None:
        self._path = database.path
        self._connection = database.reading()
        columns = EVENTS.columns
        entries = select_entries().order_by(columns.account_id, columns.seq)
        try:
            self._connection.begin()
            self._rows = self._connection.execute(entries)
        except BaseException:
            self._connection.close()
            raise

    def next(self) -> list[JournalEntry]:
        """Return the next batch, empty at the end. Raises ConfigurationError."""
        rows = self._rows
        return read_ledger(self._path, lambda: list(map(to_entry, rows.fetchmany(LOAD_BATCH_SIZE))))

    def close(self) -> None:
        self._connection.close()


_SHARD: ColumnElement[int] = literal_column("accounts.shard")
"""A column that only PostgreSQL has."""
_since = func.coalesce(SNAPSHOTS.columns.seq, 0)
_has_snapshot = SNAPSHOTS.columns.account_id == ACCOUNTS.columns.account_id
_accounts = ACCOUNTS.outerjoin(SNAPSHOTS, _has_snapshot)
_is_after = (EVENTS.columns.account_id == ACCOUNTS.columns.account_id) & (
    EVENTS.columns.seq > _since
)
_is_at = (EVENTS.columns.account_id == SNAPSHOTS.columns.account_id) & (
    EVENTS.columns.seq == SNAPSHOTS.columns.seq
)
_is_removed = (ANCHORS.columns.account_id == SNAPSHOTS.columns.account_id) & (
    ANCHORS.columns.seq == SNAPSHOTS.columns.seq
)
_event_hash = func.coalesce(EVENTS.columns.hash, ANCHORS.columns.hash, "")
_SNAPSHOT_ROWS = select(SNAPSHOTS, _event_hash.label("event_hash")).select_from(
    SNAPSHOTS.outerjoin(EVENTS, _is_at).outerjoin(ANCHORS, _is_removed)
)
_ENTRY_ROWS = (
    select(
        EVENTS.columns.account_id,
        EVENTS.columns.seq,
        EVENTS.columns.kind,
        EVENTS.columns.payload,
    )
    .select_from(_accounts.join(EVENTS, _is_after))
    .order_by(ACCOUNTS.columns.account_id, EVENTS.columns.seq)
)


_COUNTS = select(
    func.sum(ACCOUNTS.columns.seq - _since).label("entries"),
    func.count(SNAPSHOTS.columns.seq).label("snapshots"),
).select_from(_accounts)


def _image(row: Any) -> AccountImage:
    image = decode_image(row.payload)
    expected = snapshot_hash(row.event_hash, row.seq, row.payload)
    if row.hash != expected or (image.account_id, image.seq) != (row.account_id, row.seq):
        raise UnreadableEvent(f"the snapshot of {row.account_id} does not follow its events")
    return image


def _entry(row: Any) -> JournalEntry:
    return JournalEntry(row.account_id, row.seq, decode(row.kind, row.payload))
