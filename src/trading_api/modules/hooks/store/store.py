"""Stores hooks and their deliveries."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from trading_api.modules.hooks.acceptance import AlertHistory
from trading_api.modules.hooks.delivery import Delivery, NotificationState
from trading_api.modules.hooks.hook import Hook
from trading_api.modules.hooks.store.database import HooksDatabase
from trading_api.modules.hooks.store.rows import (
    DELIVERY_COLUMNS,
    HOOK_COLUMNS,
    to_delivery,
    to_delivery_row,
    to_hook,
    to_hook_row,
)

Result = TypeVar("Result")

DELIVERIES_KEPT = 2_000
"""The newest deliveries of each hook that are kept."""
BUSY_TIMEOUT_S = 2.0
"""How long to wait while the command line writes."""


def _insert(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' for _ in columns)})"


_INSERT_HOOK = _insert("hooks", HOOK_COLUMNS)
_INSERT_DELIVERY = _insert("deliveries", DELIVERY_COLUMNS)
_UPDATE_DELIVERY = """
UPDATE deliveries SET result = :result, refused_status = :refused_status,
  refused_code = :refused_code, refused_reason = :refused_reason, order_ids = :order_ids,
  notice = :notice WHERE number = :number
"""
_UPSERT_LATEST = """
INSERT INTO latest_alerts (hook_id, symbol, alert_ms, sequence) VALUES (?, ?, ?, ?)
ON CONFLICT (hook_id, symbol) DO UPDATE SET alert_ms = excluded.alert_ms,
  sequence = excluded.sequence
"""
# Unfinished deliveries stay, however many are newer; the hook's limits bound their number.
_PRUNE = """
DELETE FROM deliveries WHERE hook_id = ? AND result <> 'pending' AND notice <> 1 AND number <= (
  SELECT number FROM deliveries WHERE hook_id = ? ORDER BY number DESC LIMIT 1 OFFSET ?)
"""


class HookStore:
    """Hooks and deliveries in a file next to the ledger, or in memory if there is no path.

    A change is on the disk before a method returns. Every method raises HooksUnavailable."""

    def __init__(
        self,
        path: Path | None,
        deliveries_kept: int = DELIVERIES_KEPT,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
    ) -> None:
        self._database = HooksDatabase(path, busy_timeout_s)
        self._deliveries_kept = deliveries_kept

    # Hooks

    async def hook(self, hook_id: str) -> Hook | None:
        """Return one hook, or None."""
        return await self._read(lambda connection: _find_hook(connection, hook_id), None)

    async def digest(self, hook_id: str) -> bytes | None:
        """Return the digest of a hook's secret, or None. It reads nothing else, so that the time
        does not show whether the hook exists."""
        return await self._read(lambda connection: _find_digest(connection, hook_id), None)

    async def hooks(self, account_id: str) -> Sequence[Hook]:
        """Return an account's hooks, the oldest first."""
        return await self._read(lambda connection: _list_hooks(connection, account_id), [])

    async def add_hook(self, hook: Hook, hooks_max: int) -> bool:
        """Add a hook, unless its account has `hooks_max`. Return whether it was added."""
        return await self._database.run(lambda connection: _add_hook(connection, hook, hooks_max))

    async def delete_hook(self, hook_id: str) -> bool:
        """Delete a hook and its deliveries. Return whether there was one."""
        return await self._read(lambda connection: _delete_hook(connection, hook_id), False)

    # Deliveries

    async def deliveries(self, hook_id: str, before: int | None, limit: int) -> Sequence[Delivery]:
        """Return a hook's newest deliveries, or the newest ones before a number."""

        def find(connection: sqlite3.Connection) -> Sequence[Delivery]:
            rows = connection.execute(
                "SELECT * FROM deliveries WHERE hook_id = ? AND (? IS NULL OR number < ?)"
                " ORDER BY number DESC LIMIT ?",
                (hook_id, before, before, limit),
            )
            return [to_delivery(row) for row in rows]

        return await self._read(find, [])

    async def delivery_of(self, hook_id: str, digest: str) -> Delivery | None:
        """Return the delivery of a repeated alert, and count the repetition, or None for a new
        one."""

        def find(connection: sqlite3.Connection) -> Delivery | None:
            row = connection.execute(
                "UPDATE deliveries SET repeats = repeats + 1 WHERE hook_id = ? AND digest = ?"
                " RETURNING *",
                (hook_id, digest),
            ).fetchone()
            return None if row is None else to_delivery(row)

        return await self._database.run(find)

    async def alert_history(self, hook_id: str, symbol: str, since_ms: int) -> AlertHistory:
        """Return the accepted alerts since a time, and the latest one of a symbol."""

        def find(connection: sqlite3.Connection) -> AlertHistory:
            latest = connection.execute(
                "SELECT alert_ms, sequence FROM latest_alerts WHERE hook_id = ? AND symbol = ?",
                (hook_id, symbol),
            ).fetchone()
            (accepted,) = connection.execute(
                "SELECT count(*) FROM deliveries"
                " WHERE hook_id = ? AND received_ms > ? AND was_accepted",
                (hook_id, since_ms),
            ).fetchone()
            return AlertHistory(None if latest is None else tuple(latest), accepted)

        return await self._database.run(find)

    async def count_notifications(self, hook_id: str, since_ms: int) -> int:
        """Return the number of deliveries since a time of which the account is or will be
        notified."""

        def count(connection: sqlite3.Connection) -> int:
            (found,) = connection.execute(
                "SELECT count(*) FROM deliveries"
                " WHERE hook_id = ? AND received_ms > ? AND notice <> ?",
                (hook_id, since_ms, NotificationState.NONE.value),
            ).fetchone()
            return int(found)

        return await self._database.run(count)

    async def add_delivery(self, delivery: Delivery) -> Delivery | None:
        """Add a delivery and return it with its number, or None if the hook was deleted."""
        return await self._database.run(
            lambda connection: _add_delivery(connection, delivery, self._deliveries_kept)
        )

    async def update_delivery(self, delivery: Delivery) -> None:
        """Store the result of a delivery, if its hook still exists."""
        row = dict(zip(DELIVERY_COLUMNS, to_delivery_row(delivery), strict=True))
        row["number"] = delivery.number
        await self._database.run(lambda connection: connection.execute(_UPDATE_DELIVERY, row))

    async def unfinished(self) -> Sequence[Delivery]:
        """Return the deliveries without a result or with a due notification, in their order."""

        def find(connection: sqlite3.Connection) -> Sequence[Delivery]:
            rows = connection.execute(
                "SELECT * FROM deliveries WHERE result = 'pending' OR notice = 1 ORDER BY number"
            )
            return [to_delivery(row) for row in rows]

        return await self._read(find, [])

    async def close(self) -> None:
        """Wait for running work, then close the file."""
        await self._database.close()

    async def _read(self, job: Callable[[sqlite3.Connection], Result], nothing: Result) -> Result:
        """Run a job, or return `nothing` while there is no file."""
        return nothing if self._database.is_empty else await self._database.run(job)


def _find_hook(connection: sqlite3.Connection, hook_id: str) -> Hook | None:
    row = connection.execute("SELECT * FROM hooks WHERE id = ?", (hook_id,)).fetchone()
    return None if row is None else to_hook(row)


def _find_digest(connection: sqlite3.Connection, hook_id: str) -> bytes | None:
    row = connection.execute("SELECT digest FROM hooks WHERE id = ?", (hook_id,)).fetchone()
    return None if row is None else row["digest"]


def _list_hooks(connection: sqlite3.Connection, account_id: str) -> Sequence[Hook]:
    rows = connection.execute(
        "SELECT * FROM hooks WHERE account_id = ? ORDER BY created_ms, id", (account_id,)
    )
    return [to_hook(row) for row in rows]


def _add_hook(connection: sqlite3.Connection, hook: Hook, hooks_max: int) -> bool:
    (count,) = connection.execute(
        "SELECT count(*) FROM hooks WHERE account_id = ?", (hook.account_id,)
    ).fetchone()
    if count >= hooks_max:
        return False
    connection.execute(_INSERT_HOOK, to_hook_row(hook))
    return True


def _delete_hook(connection: sqlite3.Connection, hook_id: str) -> bool:
    return connection.execute("DELETE FROM hooks WHERE id = ?", (hook_id,)).rowcount > 0


def _add_delivery(connection: sqlite3.Connection, delivery: Delivery, kept: int) -> Delivery | None:
    if _find_hook(connection, delivery.hook_id) is None:
        return None
    number = connection.execute(_INSERT_DELIVERY, to_delivery_row(delivery)).lastrowid
    assert number is not None
    if delivery.was_accepted and delivery.alert is not None:
        latest = (delivery.alert.timenow, delivery.alert.sequence)
        connection.execute(_UPSERT_LATEST, (delivery.hook_id, delivery.symbol, *latest))
    connection.execute(_PRUNE, (delivery.hook_id, delivery.hook_id, kept))
    return replace(delivery, number=number)
