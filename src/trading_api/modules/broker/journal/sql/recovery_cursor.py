"""Reads what recovery needs: the snapshots of accounts, and the events after them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, literal_column

from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.journal.journal import (
    EVENTS_LEFT_OUT_MAX,
    JournalEntry,
    RecoveryStep,
)
from trading_api.modules.broker.journal.sql.errors import read_ledger
from trading_api.modules.broker.journal.sql.history_reader import select_entries, to_entry
from trading_api.modules.broker.journal.sql.recovery_rows import (
    ACCOUNT_HEADS,
    select_entries_after_images,
    select_images,
    to_image,
    to_recovered_entry,
)
from trading_api.modules.broker.journal.sql.tables import EVENTS

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
    """Recovers accounts from their images, as they were when the cursor was opened, over a
    connection that it closes. `path` is what messages call the ledger.

    Reads the accounts in `shards` only, if that is given. Without `with_idle` it leaves out those
    of `RecoveryStep.left_out`. Every method raises ConfigurationError."""

    def __init__(
        self,
        connection: Connection,
        path: object,
        shards: Collection[int] | None = None,
        *,
        with_idle: bool = True,
    ) -> None:
        self._path = path
        self._connection = connection
        heads = ACCOUNT_HEADS
        if shards is not None:
            heads = heads.where(_SHARD.in_(list(shards)))
        try:
            rows = self._read(lambda: self._connection.execute(heads).all())
        except BaseException:
            self._connection.close()
            raise
        read, self._left_out = _divide(rows, with_idle)
        self._done = 0
        self._total = sum(row.seq - row.image_seq + bool(row.image_seq) for row in read)
        self._steps = self._read_steps(read)

    def next(self) -> RecoveryStep:
        """Return the next step, which is empty at the end."""
        items = self._read(lambda: next(self._steps, []))
        self._done += len(items)
        left_out, self._left_out = self._left_out, {}
        return RecoveryStep(items, self._done, self._total, left_out)

    def close(self) -> None:
        self._connection.close()

    def _read_steps(self, heads: Sequence[Any]) -> Iterator[list[AccountImage | JournalEntry]]:
        for first in range(0, len(heads), STEP_SIZE):
            portion = heads[first : first + STEP_SIZE]
            with_image = [row.account_id for row in portion if row.image_seq]
            with_entries = [row.account_id for row in portion if row.seq > row.image_seq]
            if with_image:
                yield from self._convert(select_images(with_image), to_image)
            if with_entries:
                rows = select_entries_after_images(with_entries)
                yield from self._convert(rows, to_recovered_entry)

    def _convert(
        self, rows: Select[Any], convert: Callable[[Any], AccountImage | JournalEntry]
    ) -> Iterator[list[AccountImage | JournalEntry]]:
        for portion in self._connection.execute(rows).partitions(STEP_SIZE):
            yield [convert(row) for row in portion]

    def _read(self, read: Callable[[], Result]) -> Result:
        return read_ledger(self._path, read)


def _divide(heads: Sequence[Any], with_idle: bool) -> tuple[list[Any], dict[str, int]]:
    """Return the accounts that are read, and those that are left out with their last events."""
    if with_idle:
        return list(heads), {}
    read = [row for row in heads if row.is_active or row.seq - row.image_seq > EVENTS_LEFT_OUT_MAX]
    names = {row.account_id for row in read}
    return read, {row.account_id: row.seq for row in heads if row.account_id not in names}


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
