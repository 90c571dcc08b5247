"""Reads what recovery needs: the snapshots of all accounts, and the events after them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.journal.event_codec import UnreadableEvent, decode
from trading_api.modules.broker.journal.hash_chain import snapshot_hash
from trading_api.modules.broker.journal.image_codec import decode_image
from trading_api.modules.broker.journal.journal import JournalEntry, RecoveryStep
from trading_api.modules.broker.journal.sqlite.database import Database, to_journal_unavailable
from trading_api.modules.broker.journal.sqlite.tables import ACCOUNTS, ANCHORS, EVENTS, SNAPSHOTS

Result = TypeVar("Result")

STEP_SIZE = 500
"""Images or entries of one step, which takes the event loop about 10 ms."""


class RecoveryCursor:
    """Recovers an account from its snapshot, as it was when the cursor was opened.

    Every method raises ConfigurationError."""

    def __init__(self, database: Database) -> None:
        self._path = database.path
        self._connection = database.reading()
        self._done = 0
        try:
            self._total = self._read(lambda: _count(self._connection))
            self._images = self._read(lambda: self._connection.execute(_SNAPSHOT_ROWS))
            self._entries = self._read(lambda: self._connection.execute(_ENTRY_ROWS))
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


def read_ledger(path: object, read: Callable[[], Result]) -> Result:
    """Return what `read` returns. Raises ConfigurationError where the ledger is damaged."""
    try:
        return read()
    except (UnreadableEvent, DBAPIError, sqlite3.Error) as error:
        reason = (
            str(error)
            if isinstance(error, UnreadableEvent)
            else to_journal_unavailable(error).reason
        )
        raise ConfigurationError(
            f"The ledger {path} (DATABASE_URL) can't be read: {reason}. "
            "`trading-api verify-ledger` says where."
        ) from error


_since = func.coalesce(SNAPSHOTS.columns.seq, 0)
_accounts = ACCOUNTS.outerjoin(
    SNAPSHOTS, SNAPSHOTS.columns.account_id == ACCOUNTS.columns.account_id
)
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


def _count(connection: Connection) -> int:
    left = func.sum(ACCOUNTS.columns.seq - _since)
    images = func.count(SNAPSHOTS.columns.seq)
    entries, snapshots = connection.execute(select(left, images).select_from(_accounts)).one()
    return int(entries or 0) + int(snapshots)


def _image(row: Any) -> AccountImage:
    image = decode_image(row.payload)
    expected = snapshot_hash(row.event_hash, row.seq, row.payload)
    if row.hash != expected or (image.account_id, image.seq) != (row.account_id, row.seq):
        raise UnreadableEvent(f"the snapshot of {row.account_id} does not follow its events")
    return image


def _entry(row: Any) -> JournalEntry:
    return JournalEntry(row.account_id, row.seq, decode(row.kind, row.payload))
