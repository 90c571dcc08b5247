"""The SQL that writes the ledger, for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Dialect, Table, text

from trading_api.modules.broker.journal.sql.tables import (
    ACCOUNTS,
    ANCHORS,
    CASH_LINES,
    EVENTS,
    EXECUTIONS,
    HAS_CLIENT_ID,
    IDEMPOTENCY_KEYS,
    NAMED_REQUESTS,
    ORDERS,
    POSITIONS,
    SNAPSHOTS,
)


class SqlStatements:
    """Statements for `exec_driver_sql`, with the parameter marks of a dialect. A row is a tuple in
    the order of its table's columns: that is a fifth faster than rows by name."""

    def __init__(self, dialect: Dialect) -> None:
        def compiled(sql: str) -> str:
            return str(text(sql).compile(dialect=dialect))

        self.insert_events = compiled(_insert(EVENTS))
        self.insert_named_requests = compiled(_insert(NAMED_REQUESTS))
        self.insert_executions = compiled(_insert(EXECUTIONS))
        self.insert_cash_lines = compiled(_insert(CASH_LINES))
        self.insert_keys = compiled(_insert(IDEMPOTENCY_KEYS))
        self.upsert_accounts = compiled(_upsert(ACCOUNTS))
        self.upsert_orders = compiled(_upsert(ORDERS))
        self.upsert_positions = compiled(_upsert(POSITIONS))
        self.upsert_anchors = compiled(_upsert(ANCHORS))
        self.upsert_snapshots = compiled(_upsert(SNAPSHOTS))
        self.select_client_id = compiled(
            _select(ORDERS, ["id"], ["account_id", "client_id"]) + f" AND {HAS_CLIENT_ID}"
        )
        self.select_key = compiled(
            _select(
                IDEMPOTENCY_KEYS,
                ["seq", "fingerprint", "order_id", "at_ms"],
                _names(IDEMPOTENCY_KEYS.primary_key.columns),
            )
        )
        self.delete_positions = compiled(_delete(POSITIONS))


def _insert(table: Table) -> str:
    names = _names(table.columns)
    marks = ", ".join(f":{name}" for name in names)
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"


def _upsert(table: Table) -> str:
    key = _names(table.primary_key.columns)
    changed = [name for name in _names(table.columns) if name not in key]
    changes = ", ".join(f"{name} = excluded.{name}" for name in changed)
    return f"{_insert(table)} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"


def _delete(table: Table) -> str:
    key = _names(table.primary_key.columns)
    return f"DELETE FROM {table.name} WHERE {' AND '.join(f'{name} = :{name}' for name in key)}"


def _select(table: Table, names: list[str], by: list[str]) -> str:
    condition = " AND ".join(f"{name} = :{name}" for name in by)
    return f"SELECT {', '.join(names)} FROM {table.name} WHERE {condition}"


def _names(columns: Iterable[Column[Any]]) -> list[str]:
    return [column.name for column in columns]
