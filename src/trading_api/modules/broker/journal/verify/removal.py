"""Removes old events, and leaves an anchor that proves what was removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from trading_api.modules.broker.journal.hash_chain import snapshot_hash
from trading_api.modules.broker.journal.sql.sql_statements import SqlStatements
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.verify.anchor import Anchor, decode_row_seqs
from trading_api.modules.broker.journal.verify.verification import (
    AccountVerification,
    account_ids,
)

Progress = Callable[[int, int], None]
"""Receives the number of accounts that are done, and of all accounts."""


@dataclass(frozen=True, slots=True)
class RemovalSummary:
    accounts: int
    events: int


def remove_events(
    database: Database, before_ms: int, progress: Progress | None = None
) -> RemovalSummary:
    """Remove each account's events before its first event of `before_ms` or later, with the orders
    that ended, executions, cash lines and names of requests that came from them.

    What later events depend on stays, as an anchor, and so do idempotency keys. The events are
    verified before they are removed. The removal of one account is one transaction, so a process
    that dies leaves each account either way. Raises VerificationError, and ConfigurationError, also
    while a server uses the ledger."""
    connection = database.open()
    try:
        # The rows that stay may refer to events that do not.
        connection.connection.cursor().execute("PRAGMA foreign_keys = off")
        return remove_events_of_all(connection, before_ms, progress)
    finally:
        connection.close()
        database.close()


def remove_events_of_all(
    connection: Connection,
    before_ms: int,
    progress: Progress | None = None,
    on_account: Callable[[str], None] | None = None,
) -> RemovalSummary:
    """Do what `remove_events` does, over the connection to any database. Call `on_account` with
    each account at the begin of its transaction. Raises VerificationError."""
    summary = RemovalSummary(0, 0)
    statements = SqlStatements(connection.dialect)
    with connection.begin():
        ids: Sequence[str] = account_ids(connection)
    for done, account_id in enumerate(ids, start=1):
        with connection.begin():
            if on_account:
                on_account(account_id)
            account = AccountVerification(connection, account_id)
            anchor = account.verify_until(before_ms)
            if removed := anchor.seq - account.removed:
                _remove(connection, statements, anchor)
                summary = RemovalSummary(summary.accounts + 1, summary.events + removed)
        if progress:
            progress(done, len(ids))
    return summary


def _remove(connection: Connection, statements: SqlStatements, anchor: Anchor) -> None:
    names = {"id": anchor.account_id, "seq": anchor.seq}
    kept = set(decode_row_seqs(anchor.row_seqs)["orders"])
    old = "WHERE account_id = :id AND seq <= :seq"
    orders = connection.scalars(text(f"SELECT id FROM orders {old}"), names).all()
    for order_id in orders:
        if order_id not in kept:
            where = "WHERE account_id = :id AND id = :order_id"
            connection.execute(text(f"DELETE FROM orders {where}"), names | {"order_id": order_id})
    for table in ("executions", "cash_lines", "named_requests", "events"):
        connection.execute(text(f"DELETE FROM {table} {old}"), names)
    connection.exec_driver_sql(statements.upsert_anchors, anchor.row())
    # Recovery begins at the anchor, unless there is a newer snapshot.
    deleted = connection.execute(text(f"DELETE FROM snapshots {old}"), names).rowcount
    newer = connection.execute(text("SELECT 1 FROM snapshots WHERE account_id = :id"), names)
    if deleted or newer.first() is None:
        hash = snapshot_hash(anchor.hash, anchor.seq, anchor.payload)
        row = (anchor.account_id, anchor.seq, anchor.payload, hash)
        connection.exec_driver_sql(statements.upsert_snapshots, row)
