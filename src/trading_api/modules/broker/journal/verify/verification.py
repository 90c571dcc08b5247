"""Does every account's arithmetic again from its events, and compares what they give with the
tables, to the last digit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, Table, func, select, text, union

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.cash import cash_lines
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.journal.event_codec import UnreadableEvent, decode
from trading_api.modules.broker.journal.hash_chain import first_hash, next_hash
from trading_api.modules.broker.journal.sqlite.batch import Tail
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.projections import (
    CASH_ROWS,
    EXECUTION_ROWS,
    ORDER_ROWS,
    POSITION_ROWS,
    Record,
    Row,
    records,
)
from trading_api.modules.broker.journal.sqlite.tables import (
    ACCOUNTS,
    CASH_LINES,
    EVENTS,
    EXECUTIONS,
    METADATA,
    NAMED_REQUESTS,
)
from trading_api.modules.broker.journal.verify.event_checks import first_discrepancy

READ_AT_ONCE = 1_000
Progress = Callable[[int, int], None]
"""How many events are verified, of how many."""


@dataclass(frozen=True, slots=True)
class Summary:
    accounts: int
    events: int


class Disagreement(Exception):
    """`column` is None where a whole row is missing, or more than there should be."""

    def __init__(
        self, table: Table, row: Row, column: str | None, expected: object, found: object
    ) -> None:
        key = zip(table.primary_key.columns.keys(), _key(table, row), strict=True)
        line = ", ".join([table.name, *(f"{name} {value}" for name, value in key)])
        where = f"{line}: {column}" if column else line
        super().__init__(f"{where}: expected {expected}, found {found}.")


def verify(database: Database, progress: Progress | None = None) -> Summary:
    """Of one moment, while a server may go on writing; in memory is one account at a time. Raises
    Disagreement at the first line that does not agree, and ConfigurationError."""
    with database.reading() as connection, connection.begin():
        total = connection.scalar(select(func.count()).select_from(EVENTS)) or 0
        summary = Summary(0, 0)
        for account_id in _account_ids(connection):
            verified = summary.events
            for events in _Account(connection, account_id).verify():
                verified += events
                if progress:
                    progress(verified, total)
            summary = Summary(summary.accounts + 1, verified)
    return summary


def _account_ids(connection: Connection) -> Sequence[str]:
    """Of any table: a row without its account's events is a line that does not agree, too."""
    ids = union(*(select(table.columns.account_id) for table in METADATA.tables.values()))
    return connection.scalars(ids.order_by("account_id")).all()


class _Account:
    def __init__(self, connection: Connection, account_id: str) -> None:
        self._connection = connection
        self._id = account_id
        self._state = AccountState()
        self._tail = Tail(account_id, 0, "", self._state.balance, first_hash(account_id), 0, 0)
        self._seqs: dict[tuple[type, str], int] = {}

    def verify(self) -> Iterator[int]:
        """After some events each: how many."""
        lines = _Lines(CASH_LINES, self._rows(CASH_LINES, "seq", "line"))
        executions = _Lines(EXECUTIONS, self._rows(EXECUTIONS, "seq", "id"))
        count = 0
        for row in self._rows(EVENTS, "seq"):
            self._follow(row, lines, executions)
            count += 1
            if count == READ_AT_ONCE:
                yield count
                count = 0
        lines.end()
        executions.end()
        self._compare_latest()
        for row in self._rows(NAMED_REQUESTS):
            if not 1 <= row[1] <= self._tail.seq:
                _compare(NAMED_REQUESTS, None, row)
        yield count

    def _follow(self, row: Row, lines: _Lines, executions: _Lines) -> None:
        _, seq, kind, at_ms, payload, hash = row
        _same(EVENTS, row, "seq", self._tail.seq + 1, seq)
        _same(EVENTS, row, "hash", next_hash(self._tail.hash, seq, kind, payload), hash)
        try:
            event = decode(kind, payload)
        except UnreadableEvent as error:
            raise Disagreement(EVENTS, row, "payload", "a readable event", error) from error
        _same(EVENTS, row, "at_ms", event.at_ms, at_ms)
        for number, line in enumerate(cash_lines(seq, event), start=1):
            lines.next(CASH_ROWS.row(self._id, seq, number, of=line))
        try:
            discrepancy = first_discrepancy(self._state, self._id, event)
            if discrepancy is None:
                self._state.evolve(event)
        except Exception as error:  # whatever arithmetic on nonsense raises
            raise Disagreement(EVENTS, row, "kind", "what may follow", repr(error)) from error
        if discrepancy is not None:
            raise Disagreement(
                EVENTS, row, f"payload: {discrepancy.name}", discrepancy.expected, discrepancy.found
            )
        for record in sorted(records(event), key=_id):
            if isinstance(record, Execution):
                executions.next(EXECUTION_ROWS.row(self._id, seq, of=record))
            else:
                self._seqs[type(record), _id(record)] = seq
        self._tail.hash = hash
        self._tail.opened_ms = self._tail.opened_ms if self._tail.seq else at_ms
        self._tail.seq, self._tail.updated_ms = seq, at_ms

    def _compare_latest(self) -> None:
        state, tail = self._state, self._tail
        tail.currency, tail.balance = state.currency, state.balance
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
        """Whatever the order, in which databases differ."""
        missing = {_key(table, row): row for row in expected}
        for found in self._rows(table):
            _compare(table, missing.pop(_key(table, found), None), found)
        for row in missing.values():
            _compare(table, row, None)

    def _rows(self, table: Table, *order: str) -> Iterator[Row]:
        """As they are, whatever they were changed to, and never all at once."""
        sql = f"SELECT {', '.join(table.columns.keys())} FROM {table.name} WHERE account_id = :id"
        if order:
            sql += f" ORDER BY {', '.join(order)}"
        found = self._connection.execute(text(sql), {"id": self._id})
        while rows := found.fetchmany(READ_AT_ONCE):
            yield from map(tuple, rows)


class _Lines:
    """The rows of a table that grows with the events, in their order."""

    def __init__(self, table: Table, found: Iterator[Row]) -> None:
        self._table = table
        self._found = found

    def next(self, expected: Row) -> None:
        _compare(self._table, expected, next(self._found, None))

    def end(self) -> None:
        _compare(self._table, None, next(self._found, None))


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
            raise Disagreement(table, row, None, expected or "no row", found or "no row")
        return
    if expected != found:
        cells = zip(table.columns.keys(), expected, found, strict=True)
        differing = [cell for cell in cells if cell[1] != cell[2]]
        raise Disagreement(table, expected, *differing[0])


def _same(table: Table, row: Row, column: str, expected: object, found: object) -> None:
    if expected != found:
        raise Disagreement(table, row, column, expected, found)
