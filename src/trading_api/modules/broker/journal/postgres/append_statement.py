"""The one statement by which an append writes all its rows, unless the process is fenced out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table

from trading_api.domain.shards import shard_partition
from trading_api.modules.broker.journal.sql.batch import Batch
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

Columns = Mapping[str, str]
"""The types of columns by their names."""


def append_arguments(
    batch: Batch, shards: Mapping[str, int], epochs: Mapping[int, int]
) -> list[Any]:
    """Return the arguments of APPEND: the shards of the batch with their epochs, then the rows of
    each table as one list for each column. `shards` gives the shard of each account."""
    arguments: list[Any] = [
        [shard_partition(shard) for shard in epochs],
        list(epochs.values()),
        len(epochs),
    ]
    accounts = [(*tail.row(), shards[account_id]) for account_id, tail in batch.tails.items()]
    for columns, rows in (
        (_ACCOUNTS, accounts),
        (_columns(EVENTS), batch.events),
        (_columns(NAMED_REQUESTS), batch.named_requests),
        (_columns(ORDERS), list(batch.orders.values())),
        (_columns(EXECUTIONS), batch.executions),
        (_columns(POSITIONS), batch.open_positions()),
        (_key(POSITIONS), batch.closed_positions()),
        (_columns(CASH_LINES), batch.cash_lines),
        (_columns(IDEMPOTENCY_KEYS), batch.keys),
        (_columns(SNAPSHOTS), batch.snapshots),
    ):
        arguments += zip(*rows, strict=True) if rows else [[]] * len(columns)
    return arguments


def _statement() -> str:
    numbers = count(1)

    def unnest(columns: Columns) -> str:
        arrays = ", ".join(f"${next(numbers)}::{type}[]" for type in columns.values())
        return f"unnest({arrays}) AS given({', '.join(columns)})"

    held = unnest({"partition": "text", "epoch": "bigint"})
    fence = f"""
        SELECT partition FROM ownership JOIN {held} USING (partition, epoch)
        ORDER BY partition FOR KEY SHARE OF ownership"""
    is_ours = f"(SELECT count(*) FROM fence) = ${next(numbers)}::int"

    def insert(table: Table, columns: Columns) -> str:
        return f"""
        INSERT INTO {table.name} ({', '.join(columns)})
        SELECT {', '.join(columns)} FROM {unnest(columns)} WHERE {is_ours}"""

    def upsert(table: Table, columns: Columns) -> str:
        key = _key(table)
        changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
        return f"""{insert(table, columns)}
        ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"""

    def delete(table: Table) -> str:
        key = _key(table)
        is_given = " AND ".join(f"{table.name}.{name} = given.{name}" for name in key)
        return f"DELETE FROM {table.name} USING {unnest(key)} WHERE {is_given} AND {is_ours}"

    parts = {
        "fence": fence,
        "accounts_": upsert(ACCOUNTS, _ACCOUNTS),
        "events_": insert(EVENTS, _columns(EVENTS)),
        "named_requests_": insert(NAMED_REQUESTS, _columns(NAMED_REQUESTS)),
        "orders_": upsert(ORDERS, _columns(ORDERS)),
        "executions_": insert(EXECUTIONS, _columns(EXECUTIONS)),
        "positions_": upsert(POSITIONS, _columns(POSITIONS)),
        "closed_positions_": delete(POSITIONS),
        "cash_lines_": insert(CASH_LINES, _columns(CASH_LINES)),
        "idempotency_keys_": insert(IDEMPOTENCY_KEYS, _columns(IDEMPOTENCY_KEYS)),
        "snapshots_": upsert(SNAPSHOTS, _columns(SNAPSHOTS)),
    }
    text = ",\n    ".join(f"{name} AS ({part})" for name, part in parts.items())
    return f"WITH\n    {text}\nSELECT count(*) FROM fence"


def _columns(table: Table) -> Columns:
    return _types(table.columns)


def _key(table: Table) -> Columns:
    return _types(table.primary_key.columns)


def _types(columns: Iterable[Column[Any]]) -> Columns:
    return {column.name: _type(column) for column in columns}


def _type(column: Column[Any]) -> str:
    types: Sequence[tuple[type, str]] = (
        (BigInteger, "bigint"),
        (Integer, "int"),
        (Boolean, "boolean"),
    )
    return next((name for kind, name in types if isinstance(column.type, kind)), "text")


_ACCOUNTS = {**_columns(ACCOUNTS), "shard": "int"}
APPEND = _statement()
"""Writes the rows of `append_arguments` in one transaction, and returns how many of the shards have
the epoch that was given; nothing is written unless all have.

The fence is the first part. Its lock on the key of each shard keeps a later epoch from beginning
before the commit. It leaves no new version of the row, as an update would."""
