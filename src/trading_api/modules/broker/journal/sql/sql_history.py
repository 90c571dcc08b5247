"""The history of accounts in a SQL database, read in the journal's reading thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Protocol, TypeVar

from trading_api.domain.booking import Booking, RemovedRecords
from trading_api.modules.broker.engine.cash import CashLine
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.journal.history import RecordQuery, Records
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.sql.booking_reader import (
    read_bookings,
    read_removed_records,
)
from trading_api.modules.broker.journal.sql.history_reader import HistoryReader

Result = TypeVar("Result")

IDS_PER_QUERY = 1_000
"""SQLite allows 32,766 parameters in one statement."""


class RunReading(Protocol):
    """Calls a function with the reader, in the thread that reads."""

    def __call__(self, job: Callable[[HistoryReader], Result]) -> Awaitable[Result]: ...


class SqlHistory:
    """A JournalHistory over the tables."""

    def __init__(self, run: RunReading) -> None:
        self._run = run

    async def orders(self, account_id: str, order_ids: Sequence[str]) -> Sequence[Order]:
        found: list[Order] = []
        for start in range(0, len(order_ids), IDS_PER_QUERY):
            found += await self._orders(account_id, order_ids[start : start + IDS_PER_QUERY])
        return found

    async def _orders(self, account_id: str, order_ids: Sequence[str]) -> Sequence[Order]:
        return await self._run(lambda reader: reader.orders(account_id, order_ids))

    async def ended_orders(
        self, account_id: str, since_ms: int, seq_max: int, limit: int, end: int
    ) -> Sequence[Order]:
        return await self._run(
            lambda reader: reader.ended_orders(account_id, since_ms, seq_max, limit, end)
        )

    async def executions(
        self,
        account_id: str,
        symbol: str | None,
        limit: int | None,
        seq_max: int,
        before: str | None = None,
    ) -> Sequence[Execution]:
        return await self._run(
            lambda reader: reader.executions(account_id, symbol, limit, seq_max, before)
        )

    async def cash_lines(
        self, account_id: str, since: int | None, limit: int, seq_max: int
    ) -> Sequence[CashLine]:
        return await self._run(lambda reader: reader.cash_lines(account_id, since, limit, seq_max))

    async def account_names(self, account_ids: Collection[str]) -> Mapping[str, str]:
        ids, names = list(account_ids), dict[str, str]()
        for start in range(0, len(ids), IDS_PER_QUERY):
            names |= await self._account_names(ids[start : start + IDS_PER_QUERY])
        return names

    async def _account_names(self, account_ids: Sequence[str]) -> Mapping[str, str]:
        return await self._run(lambda reader: reader.account_names(account_ids))

    async def notifying_events(
        self, account_id: str, since: int | None, limit: int, seq_max: int
    ) -> Sequence[JournalEntry]:
        return await self._run(
            lambda reader: reader.notifying_events(account_id, since, limit, seq_max)
        )

    async def bookings(
        self, account_id: str, since: int, limit: int, seq_max: int
    ) -> Sequence[Booking]:
        return await self._run(
            lambda reader: read_bookings(reader, account_id, since, limit, seq_max)
        )

    async def removed_records(self, account_id: str) -> RemovedRecords | None:
        return await self._run(lambda reader: read_removed_records(reader, account_id))

    async def find(self, queries: Sequence[RecordQuery]) -> Sequence[Records]:
        return await self._run(lambda reader: reader.find(queries))
