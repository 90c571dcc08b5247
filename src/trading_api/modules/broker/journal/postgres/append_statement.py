"""The one statement by which an append writes all its rows, unless the process is fenced out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from secrets import token_hex
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table

from trading_api.domain.shards import shard_partition
from trading_api.modules.broker.journal.sql.batch import Batch
from trading_api.modules.broker.journal.sql.projections import Row
from trading_api.modules.broker.journal.sql.tables import (
    ACCOUNTS,
    CASH_LINES,
    EVENTS,
    EXECUTIONS,
    IDEMPOTENCY_KEYS,
    NAMED_REQUESTS,
    ORDERS,
    POSITIONS,
    SNAPSHOTS,
)

DELIMITER = "\x1f"
"""Stands before each value of a column. JSON never contains it; a batch that does has another."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column that is sent as one text, from which PostgreSQL makes an array.

    asyncpg takes four times as long to encode an array."""

    name: str
    type: str
    is_nullable: bool

    def join(self, values: Sequence[Any], delimiter: str) -> str:
        """Return the values as one text. Empty texts are NULL in a column that may be NULL."""
        if self.is_nullable:
            values = ["" if each is None else str(each) for each in values]
        elif self.type != "text":
            values = [str(each) for each in values]
        return delimiter + delimiter.join(values)

    def array(self, parameter: int) -> str:
        """Return the SQL that makes the array again. The first element is before the first
        delimiter; without it, a single empty text would be an empty array."""
        null = ", ''" if self.is_nullable else ""
        return f"((string_to_array(${parameter}, $1{null}))[2:])::{self.type}[]"


Columns = Sequence[_Column]


@dataclass(frozen=True, slots=True)
class AppendStatement:
    """A statement and its arguments. It returns how many of `shard_count` shards have the epoch
    that was given, and writes nothing unless all have."""

    text: str
    arguments: Sequence[Any]
    shard_count: int


def append_statement(
    batch: Batch, shards: Mapping[str, int], epochs: Mapping[int, int]
) -> AppendStatement:
    """Return the statement that writes a batch under the epochs of its shards. `shards` gives the
    shard of each account.

    A table without rows is left out, since each column costs more than a row."""
    names = [shard_partition(shard) for shard in epochs]
    parts = [(number, rows) for number, rows in enumerate(_rows(batch, shards)) if rows]
    delimiter = DELIMITER
    while (texts := _joined(parts, delimiter)) is None:
        delimiter = f"{DELIMITER}{token_hex(16)}{DELIMITER}"
    arguments = [delimiter, names, list(epochs.values()), len(epochs), *texts]
    return AppendStatement(_text(tuple(number for number, _ in parts)), arguments, len(epochs))


def _joined(parts: Sequence[tuple[int, Sequence[Row]]], delimiter: str) -> list[str] | None:
    """Return each column as one text, or None if a value contains the delimiter."""
    texts = []
    for number, rows in parts:
        columns = _PARTS[number][2]
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            text = column.join(values, delimiter)
            if text.count(delimiter) != len(rows):
                return None
            texts.append(text)
    return texts


def _rows(batch: Batch, shards: Mapping[str, int]) -> Iterator[Sequence[Row]]:
    """Yield the rows of each of _PARTS."""
    yield [(*tail.row(), shards[account_id]) for account_id, tail in batch.tails.items()]
    yield batch.events
    yield batch.named_requests
    yield list(batch.orders.values())
    yield batch.executions
    yield batch.open_positions()
    yield batch.closed_positions()
    yield batch.cash_lines
    yield batch.keys
    yield batch.snapshots


@cache
def _text(written: tuple[int, ...]) -> str:
    """Return the statement that writes the parts with these numbers.

    Its first part is the fence. The lock on the key of each shard keeps a later epoch from
    beginning before the commit. It leaves no new version of the row, as an update would."""
    numbers = count(5)
    is_ours = "(SELECT count(*) FROM fence) = $4::int"
    parts = [_FENCE]

    def given(columns: Columns) -> str:
        arrays = ", ".join(column.array(next(numbers)) for column in columns)
        return f"unnest({arrays}) AS given({_names(columns)})"

    for number in written:
        write, table, columns = _PARTS[number]
        parts.append(f"part_{number} AS ({write(table, columns, given(columns), is_ours)})")
    return f"WITH {', '.join(parts)} SELECT count(*) FROM fence"


_FENCE = """fence AS MATERIALIZED (
    SELECT partition FROM ownership
    JOIN unnest($2::text[], $3::bigint[]) AS held(partition, epoch) USING (partition, epoch)
    ORDER BY partition FOR KEY SHARE OF ownership
)"""


def _insert(table: Table, columns: Columns, given: str, is_ours: str) -> str:
    names = _names(columns)
    return f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {given} WHERE {is_ours}"


def _upsert(table: Table, columns: Columns, given: str, is_ours: str) -> str:
    changed = [each.name for each in columns if each not in _key(table)]
    changes = ", ".join(f"{name} = excluded.{name}" for name in changed)
    conflict = f"ON CONFLICT ({_names(_key(table))}) DO UPDATE SET {changes}"
    return f"{_insert(table, columns, given, is_ours)} {conflict}"


def _delete(table: Table, columns: Columns, given: str, is_ours: str) -> str:
    names = [each.name for each in columns]
    is_given = " AND ".join(f"{table.name}.{name} = given.{name}" for name in names)
    return f"DELETE FROM {table.name} USING {given} WHERE {is_given} AND {is_ours}"


def _names(columns: Columns) -> str:
    return ", ".join(column.name for column in columns)


def _columns(table: Table) -> Columns:
    return [_column(each) for each in table.columns]


def _key(table: Table) -> Columns:
    return [_column(each) for each in table.primary_key.columns]


def _column(column: Column[Any]) -> _Column:
    return _Column(column.name, _type(column), bool(column.nullable))


def _type(column: Column[Any]) -> str:
    match column.type:
        case BigInteger():
            return "bigint"
        case Integer():
            return "int"
        case Boolean():
            return "boolean"
        case _:
            return "text"


_PARTS: Sequence[tuple[Callable[[Table, Columns, str, str], str], Table, Columns]] = (
    (_upsert, ACCOUNTS, [*_columns(ACCOUNTS), _Column("shard", "int", is_nullable=False)]),
    (_insert, EVENTS, _columns(EVENTS)),
    (_insert, NAMED_REQUESTS, _columns(NAMED_REQUESTS)),
    (_upsert, ORDERS, _columns(ORDERS)),
    (_insert, EXECUTIONS, _columns(EXECUTIONS)),
    (_upsert, POSITIONS, _columns(POSITIONS)),
    (_delete, POSITIONS, _key(POSITIONS)),
    (_insert, CASH_LINES, _columns(CASH_LINES)),
    (_insert, IDEMPOTENCY_KEYS, _columns(IDEMPOTENCY_KEYS)),
    (_upsert, SNAPSHOTS, _columns(SNAPSHOTS)),
)
