"""Reads the history of accounts from the tables: ended orders, executions, cash lines and keys."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, func, not_, select, text
from sqlalchemy.exc import DBAPIError

from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.engine.cash import CashKind, CashLine
from trading_api.modules.broker.engine.events import IdempotencyKeyRecorded
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.order import Order, order_id
from trading_api.modules.broker.engine.recorded_key import RecordedKey
from trading_api.modules.broker.journal.event_codec import UnreadableEvent, decode
from trading_api.modules.broker.journal.history import RecordQuery, Records
from trading_api.modules.broker.journal.journal import JournalEntry, JournalUnavailable
from trading_api.modules.broker.journal.sql.errors import to_journal_unavailable
from trading_api.modules.broker.journal.sql.recovery_rows import (
    select_entries_after_images,
    select_images,
    to_image,
    to_recovered_entry,
)
from trading_api.modules.broker.journal.sql.sql_statements import SqlStatements
from trading_api.modules.broker.journal.sql.tables import (
    ACCOUNTS,
    CASH_LINES,
    EVENTS,
    EXECUTIONS,
    HAS_ENDED,
    NAMED_REQUESTS,
    NOTIFIES,
    ORDERS,
)

Result = TypeVar("Result")

LINES_PER_EVENT_MAX = 2
"""An execution has a line for its P&L and one for its commission."""


class HistoryReader:
    """Reads over one connection, in one thread. Every method raises JournalUnavailable.

    `seq_max` leaves out what later events of the account added."""

    def __init__(self, connection: Connection, statements: SqlStatements) -> None:
        self._connection = connection
        self._statements = statements

    def read(self, job: Callable[[Connection], Result]) -> Result:
        """Return what `job` reads over the connection, in one transaction."""
        return self._read(lambda: job(self._connection))

    def entries(self, account_id: str, since: int, limit: int) -> list[JournalEntry]:
        """Return at most `limit` entries after the event `since`."""
        columns = EVENTS.columns
        newer = (columns.account_id == account_id) & (columns.seq > since)
        wanted = select_entries().where(newer).order_by(columns.seq).limit(limit)
        return self._read(lambda: list(map(to_entry, self._connection.execute(wanted))))

    def recovered(self, account_ids: Collection[str]) -> list[AccountImage | JournalEntry]:
        """Return the images of accounts, and the entries after them. Nothing may be written to the
        accounts meanwhile."""

        def read() -> list[AccountImage | JournalEntry]:
            images = self._connection.execute(select_images(account_ids))
            found: list[AccountImage | JournalEntry] = [to_image(row) for row in images]
            entries = self._connection.execute(select_entries_after_images(account_ids))
            return [*found, *map(to_recovered_entry, entries)]

        return self._read(read)

    def orders(self, account_id: str, order_ids: Sequence[str]) -> list[Order]:
        """Return the newest version of those of the orders that exist, in the order given."""
        wanted = self._select_by_id(account_id, order_ids)
        found = {order.id: order for order in self._read(lambda: self._orders(wanted))}
        return [found[order_id] for order_id in order_ids if order_id in found]

    def ended_orders(
        self, account_id: str, since_ms: int, seq_max: int, limit: int, end: int
    ) -> list[Order]:
        """Return the last `limit` of the orders with a number below `end` that ended at `since_ms`
        or later, the one placed first first."""
        columns = ORDERS.columns
        ended = (
            (columns.account_id == account_id)
            & (columns.updated_ms >= since_ms)
            & (columns.seq <= seq_max)
            & text(HAS_ENDED)
        )
        # Ids are `order-` and a number, so the longer id is the later one.
        place = func.length(columns.id), columns.id
        first_left_out = order_id(end)
        is_before = (place[0] < len(first_left_out)) | (
            (place[0] == len(first_left_out)) & (columns.id < first_left_out)
        )
        wanted = _select_orders().where(ended, is_before).limit(limit)
        wanted = wanted.order_by(*(each.desc() for each in place))
        return self._read(lambda: self._orders(wanted))[::-1]

    def executions(
        self,
        account_id: str,
        symbol: str | None,
        limit: int | None,
        seq_max: int,
        before: str | None = None,
    ) -> list[Execution]:
        """Return the newest executions of a symbol or of all, the oldest first."""
        columns = EXECUTIONS.columns
        wanted = select(EXECUTIONS).where(columns.account_id == account_id, columns.seq <= seq_max)
        if symbol is not None:
            wanted = wanted.where(columns.symbol == symbol)
        if before is not None:
            known = EXECUTIONS.alias().columns
            end = select(known.seq).where(known.account_id == account_id, known.id == before)
            wanted = wanted.where(columns.seq < end.scalar_subquery())
        wanted = wanted.order_by(columns.seq.desc()).limit(limit)
        newest = self._read(lambda: list(map(_to_execution, self._connection.execute(wanted))))
        return newest[::-1]

    def cash_lines(
        self, account_id: str, since: int | None, limit: int, seq_max: int
    ) -> list[CashLine]:
        """Return the lines after the event `since`, or the newest lines if that is None.

        The lines of one event come together, even if they are more than `limit`."""
        columns = CASH_LINES.columns
        wanted = select(CASH_LINES).where(columns.account_id == account_id, columns.seq <= seq_max)
        if since is None:
            wanted = wanted.order_by(columns.seq.desc(), columns.line.desc())
        else:
            wanted = wanted.where(columns.seq > since).order_by(columns.seq, columns.line)
        wanted = wanted.limit(limit + LINES_PER_EVENT_MAX - 1)
        lines = self._read(lambda: list(map(_to_cash_line, self._connection.execute(wanted))))
        while len(lines) > limit and lines[-1].seq != lines[limit - 1].seq:
            del lines[-1]
        return lines if since is not None else lines[::-1]

    def account_names(self, account_ids: Sequence[str]) -> dict[str, str]:
        """Return the names of those of the accounts that have one."""
        columns = ACCOUNTS.columns
        wanted = select(columns.account_id, columns.name).where(
            columns.account_id.in_(account_ids), columns.name != ""
        )
        return self._read(lambda: dict(map(tuple, self._connection.execute(wanted))))

    def notifying_events(
        self, account_id: str, since: int | None, limit: int, seq_max: int
    ) -> list[JournalEntry]:
        """Return the first events after `since` that may notify, or the newest if it is None."""
        columns = EVENTS.columns
        # A quote inside a text of the payload is escaped, so this matches only the field.
        has_no_message = columns.payload.contains('"message":""', autoescape=True)
        wanted = select_entries().where(
            columns.account_id == account_id,
            columns.seq <= seq_max,
            text(f"events.{NOTIFIES}"),
            not_((columns.kind == "OrderCanceled") & has_no_message),
        )
        if since is None:
            wanted = wanted.order_by(columns.seq.desc())
        else:
            wanted = wanted.where(columns.seq > since).order_by(columns.seq)
        rows = wanted.limit(limit)
        found = self._read(lambda: list(map(to_entry, self._connection.execute(rows))))
        return found if since is not None else found[::-1]

    def find(self, queries: Sequence[RecordQuery]) -> list[Records]:
        """Return what is known of each query.

        Every command with a key waits for this, so it goes past SQLAlchemy, which would take ten
        times as long."""
        driver = self._connection.connection
        cursor = driver.cursor()
        try:
            return [self._find(query, cursor) for query in queries]
        except sqlite3.Error as error:
            raise to_journal_unavailable(error) from error
        finally:
            cursor.close()
            driver.rollback()

    def _find(self, query: RecordQuery, cursor: Any) -> Records:
        def row(statement: str, *parameters: str) -> Any:
            cursor.execute(statement, (query.account_id, *parameters))
            return cursor.fetchone()

        orders = {each: row(self._statements.select_client_id, each) for each in query.client_ids}
        keys = [(*pair, row(self._statements.select_key, *pair)) for pair in query.keys]
        return Records(
            orders=self.orders(query.account_id, query.order_ids) if query.order_ids else [],
            client_ids={client_id: found[0] for client_id, found in orders.items() if found},
            keys=[
                RecordedKey(IdempotencyKeyRecorded(operation, key, *recorded), seq)
                for operation, key, found in keys
                if found
                for seq, *recorded in [found]
            ],
        )

    def _select_by_id(self, account_id: str, order_ids: Sequence[str]) -> Select[Any]:
        return _select_orders().where(
            ORDERS.columns.account_id == account_id, ORDERS.columns.id.in_(order_ids)
        )

    def _orders(self, wanted: Select[Any]) -> list[Order]:
        return [to_order(kind, payload) for kind, payload in self._connection.execute(wanted)]

    def _read(self, read: Callable[[], Result]) -> Result:
        try:
            with self._connection.begin():
                return read()
        except DBAPIError as error:
            raise to_journal_unavailable(error) from error
        except UnreadableEvent as error:
            raise JournalUnavailable(
                f"The ledger is damaged ({error})", "ledger_damaged"
            ) from error


def select_entries() -> Select[Any]:
    """Select the rows that `to_entry` converts."""
    columns, named = EVENTS.columns, NAMED_REQUESTS.columns
    wanted = select(
        columns.account_id, columns.seq, columns.kind, columns.payload, named.request_id
    )
    return wanted.select_from(EVENTS.outerjoin(NAMED_REQUESTS))


def to_entry(row: Any) -> JournalEntry:
    """Return the entry of a row. Raises UnreadableEvent."""
    event = decode(row.kind, row.payload)
    return JournalEntry(row.account_id, row.seq, event, row.request_id or "")


def _select_orders() -> Select[Any]:
    """Select the events that last changed orders: a row of ORDERS does not hold every field."""
    is_last = (EVENTS.columns.account_id == ORDERS.columns.account_id) & (
        EVENTS.columns.seq == ORDERS.columns.seq
    )
    return select(EVENTS.columns.kind, EVENTS.columns.payload).select_from(
        ORDERS.join(EVENTS, is_last)
    )


def to_order(kind: str, payload: str) -> Order:
    order: Order = decode(kind, payload).order  # type: ignore[union-attr]
    return order


def _to_execution(row: Any) -> Execution:
    return Execution(
        id=row.id,
        order_id=row.order_id,
        symbol=row.symbol,
        side=Side[row.side.upper()],
        price=Decimal(row.price),
        quantity=Decimal(row.quantity),
        time_ms=row.time_ms,
        realized_pl=Decimal(row.realized_pl),
        commission=Decimal(row.commission),
        rate=Decimal(row.rate),
    )


def _to_cash_line(row: Any) -> CashLine:
    return CashLine(
        seq=row.seq,
        kind=CashKind(row.kind),
        amount=Decimal(row.amount),
        balance=Decimal(row.balance),
        at_ms=row.at_ms,
        symbol=row.symbol,
        order_id=row.order_id,
        execution_id=row.execution_id,
    )
