"""Verifies a ledger: recomputes every account from its events and compares it with the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, Table, func, select, text, union

from trading_api.domain.broker_commands import is_gateway_key
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import image_of, restore
from trading_api.modules.broker.engine.cash import cash_lines
from trading_api.modules.broker.engine.events import Event, IdempotencyKeyRecorded
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.journal.event_codec import UnreadableEvent, decode
from trading_api.modules.broker.journal.hash_chain import first_hash, next_hash, snapshot_hash
from trading_api.modules.broker.journal.image_codec import decode_image, encode_image
from trading_api.modules.broker.journal.sql.batch import AccountTail
from trading_api.modules.broker.journal.sql.projections import (
    CASH_ROWS,
    EXECUTION_ROWS,
    KEY_ROWS,
    ORDER_ROWS,
    POSITION_ROWS,
    Record,
    Row,
    records,
)
from trading_api.modules.broker.journal.sql.recovery_cursor import ReadableDatabase
from trading_api.modules.broker.journal.sql.tables import (
    ACCOUNTS,
    ANCHORS,
    CASH_LINES,
    EVENTS,
    EXECUTIONS,
    IDEMPOTENCY_KEYS,
    METADATA,
    NAMED_REQUESTS,
    ORDERS,
    POSITIONS,
    SNAPSHOTS,
)
from trading_api.modules.broker.journal.verify.anchor import (
    Anchor,
    decode_row_seqs,
    encode_row_seqs,
    hash_of_keys,
)
from trading_api.modules.broker.journal.verify.event_checks import first_discrepancy

READ_BATCH_SIZE = 1_000
SEQ_MAX = 2**63 - 1
Progress = Callable[[int, int], None]
"""Receives the number of verified events and the total."""


@dataclass(frozen=True, slots=True)
class VerificationSummary:
    """How many accounts and events were verified."""

    """`removed` counts the events that were removed, and are proved by anchors alone."""

    accounts: int
    events: int
    removed: int = 0


class VerificationError(Exception):
    """Raised at the first row that is wrong. `column` is None if a whole row is missing, or should
    not be there."""

    def __init__(
        self, table: Table, row: Row, column: str | None, expected: object, found: object
    ) -> None:
        key = zip(table.primary_key.columns.keys(), _key(table, row), strict=True)
        line = ", ".join([table.name, *(f"{name} {value}" for name, value in key)])
        where = f"{line}: {column}" if column else line
        super().__init__(f"{where}: expected {expected}, found {found}.")


def verify(database: ReadableDatabase, progress: Progress | None = None) -> VerificationSummary:
    """Verify the ledger as it is at one moment; a server may write meanwhile.

    One account at a time is in memory. Raises VerificationError at the first row that is wrong,
    and ConfigurationError."""
    with database.reading() as connection, connection.begin():
        total = connection.scalar(select(func.count()).select_from(EVENTS)) or 0
        summary = VerificationSummary(0, 0)
        for account_id in account_ids(connection):
            verified = summary.events
            account = AccountVerification(connection, account_id)
            for events in account.verify():
                verified += events
                if progress:
                    progress(verified, total)
            removed = summary.removed + account.removed
            summary = VerificationSummary(summary.accounts + 1, verified, removed)
    return summary


def account_ids(connection: Connection) -> Sequence[str]:
    """Return the accounts of all tables, because a row without events is wrong too."""
    ids = union(*(select(table.columns.account_id) for table in METADATA.tables.values()))
    return connection.scalars(ids.order_by("account_id")).all()


class AccountVerification:
    """Verifies one account. Its methods raise VerificationError at the first row that is wrong."""

    def __init__(self, connection: Connection, account_id: str) -> None:
        self._connection = connection
        self._id = account_id
        self._seqs: dict[tuple[type, str], int] = {}
        self._state = AccountState()
        self._tail = AccountTail(
            account_id, 0, "", self._state.balance, first_hash(account_id), 0, 0
        )
        self.removed = 0
        # The payload of the anchor, which an earlier version may have written.
        self._anchored = ""
        self._begin_at_anchor()
        self._lines = _RowComparison(CASH_LINES, self._rows(CASH_LINES, "seq", "line"))
        self._executions = _RowComparison(EXECUTIONS, self._rows(EXECUTIONS, "seq", "id"))
        self._snapshot = next(self._rows(SNAPSHOTS), None)
        self._keys = _RowComparison(IDEMPOTENCY_KEYS, self._key_rows(self.removed + 1, SEQ_MAX))

    def verify(self) -> Iterator[int]:
        """Verify the account, and yield the number of events after each batch."""
        count = 0
        self._verify_snapshot()
        for row in self._rows(EVENTS, "seq"):
            self._verify_event(row)
            self._verify_snapshot()
            count += 1
            if count == READ_BATCH_SIZE:
                yield count
                count = 0
        if (missed := self._snapshot) is not None:
            _compare(SNAPSHOTS, None, missed)
        for growing in (self._lines, self._executions, self._keys):
            growing.end()
        self._compare_latest()
        for row in self._rows(NAMED_REQUESTS):
            if not self.removed < row[1] <= self._tail.seq:
                _compare(NAMED_REQUESTS, None, row)
        yield count

    def verify_until(self, at_ms: int) -> Anchor:
        """Verify the events before the first one of `at_ms` or later, and return what would
        remain if they were removed."""
        for row in self._rows(EVENTS, "seq"):
            if row[3] >= at_ms:
                break
            self._verify_event(row)
        image, tail = image_of(self._state), self._tail
        symbols = [position.symbol for position in image.positions]
        row_seqs = {
            ORDERS.name: {order.id: self._seqs[Order, order.id] for order in image.orders},
            POSITIONS.name: {symbol: self._seqs[Position, symbol] for symbol in symbols},
        }
        return Anchor(
            self._id,
            tail.seq,
            tail.hash,
            encode_image(image),
            encode_row_seqs(row_seqs),
            tail.opened_ms,
            tail.updated_ms,
            hash_of_keys(self._kept_key_rows(tail.seq)),
        ).proved()

    def _begin_at_anchor(self) -> None:
        """Continue after the events that were removed, if there are any."""
        row = next(self._rows(ANCHORS), None)
        if row is None:
            return
        anchor = Anchor(*row)
        _expect(ANCHORS, row, "proof", anchor.proved().proof, anchor.proof)
        self.removed = anchor.seq
        self._anchored = anchor.payload
        state = self._state = restore(decode_image(anchor.payload))
        tail = self._tail
        tail.seq, tail.hash, tail.balance = anchor.seq, anchor.hash, state.balance
        tail.opened_ms, tail.updated_ms = anchor.opened_ms, anchor.updated_ms
        row_seqs = decode_row_seqs(anchor.row_seqs)
        for kind, table in ((Order, ORDERS), (Position, POSITIONS)):
            self._seqs.update(((kind, id), seq) for id, seq in row_seqs[table.name].items())
        found = hash_of_keys(self._kept_key_rows(anchor.seq))
        _expect(ANCHORS, row, "keys_hash", anchor.keys_hash, found)

    def _key_rows(self, first: int, last: int) -> Iterator[Row]:
        rows = self._rows(IDEMPOTENCY_KEYS, "seq", "key")
        return (row for row in rows if first <= row[1] <= last)

    def _kept_key_rows(self, last: int) -> Iterator[Row]:
        """Yield the rows of keys that are never removed."""
        return (row for row in self._key_rows(1, last) if not is_gateway_key(row[3]))

    def _verify_event(self, row: Row) -> None:
        _, seq, kind, at_ms, payload, hash = row
        _expect(EVENTS, row, "seq", self._tail.seq + 1, seq)
        _expect(EVENTS, row, "hash", next_hash(self._tail.hash, seq, kind, payload), hash)
        try:
            event = decode(kind, payload)
        except UnreadableEvent as error:
            raise VerificationError(EVENTS, row, "payload", "a readable event", error) from error
        _expect(EVENTS, row, "at_ms", event.at_ms, at_ms)
        try:
            discrepancy = first_discrepancy(self._state, self._id, event)
            if discrepancy is None:
                self._state.evolve(event)
        except Exception as error:  # whatever arithmetic on nonsense raises
            raise VerificationError(EVENTS, row, "kind", "what may follow", repr(error)) from error
        if discrepancy is not None:
            raise VerificationError(
                EVENTS, row, f"payload: {discrepancy.name}", discrepancy.expected, discrepancy.found
            )
        self._compare_growing(seq, event)
        self._tail.hash = hash
        self._tail.opened_ms = self._tail.opened_ms if self._tail.seq else at_ms
        self._tail.seq, self._tail.updated_ms = seq, at_ms

    def _verify_snapshot(self) -> None:
        """Compare the account's snapshot with the state, if it shows the last event."""
        found, tail = self._snapshot, self._tail
        if found is None or found[1] != tail.seq:
            return
        is_anchor = tail.seq == self.removed > 0
        payload = self._anchored if is_anchor else encode_image(image_of(self._state))
        hash = snapshot_hash(tail.hash, tail.seq, payload)
        _compare(SNAPSHOTS, (self._id, tail.seq, payload, hash), found)
        self._snapshot = None

    def _compare_growing(self, seq: int, event: Event) -> None:
        """Compare the rows that the event added to the tables that only grow."""
        for number, line in enumerate(cash_lines(seq, event), start=1):
            self._lines.next(CASH_ROWS.row(self._id, seq, number, of=line))
        if isinstance(event, IdempotencyKeyRecorded):
            row = KEY_ROWS.row(self._id, seq, of=event)
            # A key that a gateway gave may be removed.
            if not is_gateway_key(event.key) or self._keys.has_next(row):
                self._keys.next(row)
        for record in sorted(records(event), key=_id):
            if isinstance(record, Execution):
                self._executions.next(EXECUTION_ROWS.row(self._id, seq, of=record))
            else:
                self._seqs[type(record), _id(record)] = seq

    def _compare_latest(self) -> None:
        state, tail = self._state, self._tail
        tail.currency, tail.balance, tail.name = state.currency, state.balance, state.name
        self._compare(ACCOUNTS, [tail.row()] if tail.seq else [])
        for projection, latest in ((ORDER_ROWS, state.orders), (POSITION_ROWS, state.positions)):
            self._compare(
                projection.table,
                [
                    projection.row(self._id, self._seqs[type(each), id], of=each)
                    for id, each in latest.items()
                ],
            )

    def _compare(self, table: Table, expected: Iterable[Row]) -> None:
        """Compare a table's rows in any order."""
        missing = {_key(table, row): row for row in expected}
        for found in self._rows(table):
            _compare(table, missing.pop(_key(table, found), None), found)
        for row in missing.values():
            _compare(table, row, None)

    def _rows(self, table: Table, *order: str) -> Iterator[Row]:
        """Yield raw rows in batches."""
        sql = f"SELECT {', '.join(table.columns.keys())} FROM {table.name} WHERE account_id = :id"
        if order:
            sql += f" ORDER BY {', '.join(order)}"
        found = self._connection.execute(text(sql), {"id": self._id})
        while rows := found.fetchmany(READ_BATCH_SIZE):
            yield from map(tuple, rows)


class _RowComparison:
    """Compares the rows of a table that only grows with the expected ones, in order."""

    def __init__(self, table: Table, found: Iterator[Row]) -> None:
        self._table = table
        self._rows = found
        self._found = next(found, None)

    def has_next(self, expected: Row) -> bool:
        """Return whether the next row has the key of the expected one."""
        found = self._found
        return found is not None and _key(self._table, found) == _key(self._table, expected)

    def next(self, expected: Row) -> None:
        _compare(self._table, expected, self._found)
        self._found = next(self._rows, None)

    def end(self) -> None:
        _compare(self._table, None, self._found)


def _id(record: Record) -> str:
    return record.symbol if isinstance(record, Position) else record.id


def _key(table: Table, row: Row) -> Row:
    return tuple(row[place] for place in _key_places(table))


@cache
def _key_places(table: Table) -> list[int]:
    key = table.primary_key.columns
    return [place for place, name in enumerate(table.columns.keys()) if name in key]


def _compare(table: Table, expected: Row | None, found: Row | None) -> None:
    if expected is None or found is None:
        if row := expected or found:
            raise VerificationError(table, row, None, expected or "no row", found or "no row")
        return
    if expected != found:
        cells = zip(table.columns.keys(), expected, found, strict=True)
        differing = [cell for cell in cells if cell[1] != cell[2]]
        raise VerificationError(table, expected, *differing[0])


def _expect(table: Table, row: Row, column: str, expected: object, found: object) -> None:
    if expected != found:
        raise VerificationError(table, row, column, expected, found)
