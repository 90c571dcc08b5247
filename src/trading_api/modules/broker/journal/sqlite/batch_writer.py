"""Writes the rows of an append to SQLite."""

from __future__ import annotations

from sqlalchemy import Connection

from trading_api.modules.broker.journal.sql.batch import Batch
from trading_api.modules.broker.journal.sql.sql_statements import SqlStatements


def write(connection: Connection, statements: SqlStatements, batch: Batch) -> None:
    """Write all rows inside the caller's transaction."""
    for statement, rows in (
        (statements.insert_events, batch.events),
        (statements.insert_named_requests, batch.named_requests),
        (statements.upsert_accounts, [tail.row() for tail in batch.tails.values()]),
        (statements.upsert_orders, list(batch.orders.values())),
        (statements.insert_executions, batch.executions),
        (statements.upsert_positions, batch.open_positions()),
        (statements.delete_positions, batch.closed_positions()),
        (statements.insert_cash_lines, batch.cash_lines),
        (statements.insert_keys, batch.keys),
        (statements.upsert_snapshots, batch.snapshots),
    ):
        if rows:
            connection.exec_driver_sql(statement, rows)
