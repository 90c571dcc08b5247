"""The history of accounts in memory, for the journal that ends with the process."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from trading_api.domain.account_event import NOTIFYING_TYPES
from trading_api.domain.booking import Booking, RemovedRecords
from trading_api.modules.broker.engine.bookings import BOOKED_EVENTS, booking
from trading_api.modules.broker.engine.cash import CashLine, cash_lines
from trading_api.modules.broker.engine.events import (
    AccountNamed,
    Event,
    IdempotencyKeyRecorded,
    OrderCanceled,
    OrderFilled,
)
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.order import Order, order_id, order_number
from trading_api.modules.broker.engine.recorded_key import RecordedKey
from trading_api.modules.broker.journal.history import RecordQuery, Records
from trading_api.modules.broker.journal.journal import JournalEntry

_seq = attrgetter("seq")


@dataclass(slots=True)
class _Records:
    """The records of one account. `ended` holds time and number of the orders that ended."""

    orders: dict[str, Order] = field(default_factory=dict)
    order_seqs: dict[str, int] = field(default_factory=dict)
    ended: list[tuple[int, int]] = field(default_factory=list)
    client_ids: dict[str, str] = field(default_factory=dict)
    executions: list[tuple[int, Execution]] = field(default_factory=list)
    lines: list[CashLine] = field(default_factory=list)
    keys: dict[tuple[str, str], RecordedKey] = field(default_factory=dict)
    notifying: list[JournalEntry] = field(default_factory=list)
    booked: list[JournalEntry] = field(default_factory=list)


class MemoryHistory:
    """A JournalHistory that keeps everything: about 2 KB for each order."""

    def __init__(self) -> None:
        self._accounts: defaultdict[str, _Records] = defaultdict(_Records)
        self._names: dict[str, str] = {}

    def add(self, entry: JournalEntry) -> None:
        """Record what an entry changes."""
        records, event = self._accounts[entry.account_id], entry.event
        records.lines += cash_lines(entry.seq, event)
        if entry.type in NOTIFYING_TYPES and _may_notify(event):
            records.notifying.append(entry)
        if type(event) in BOOKED_EVENTS:
            records.booked.append(entry)
        if isinstance(event, IdempotencyKeyRecorded):
            records.keys[event.operation, event.key] = RecordedKey(event, entry.seq)
        if isinstance(event, AccountNamed):
            self._names[entry.account_id] = event.name
        if isinstance(event, OrderFilled):
            records.executions.append((entry.seq, event.execution))
        if (order := entry.order) is not None:
            records.orders[order.id] = order
            records.order_seqs[order.id] = entry.seq
            if order.client_id:
                records.client_ids[order.client_id] = order.id
            if not order.is_live:
                insort(records.ended, (order.updated_ms, order_number(order.id)))

    def repeated_keys(self, entries: Sequence[JournalEntry]) -> set[str]:
        """Return the accounts of those entries whose key is already recorded."""
        return {each.account_id for each in entries if each.key in self._keys_of(each.account_id)}

    async def orders(self, account_id: str, order_ids: Sequence[str]) -> Sequence[Order]:
        orders = self._accounts[account_id].orders
        return [orders[each] for each in order_ids if each in orders]

    async def ended_orders(
        self, account_id: str, since_ms: int, seq_max: int, limit: int, end: int
    ) -> Sequence[Order]:
        records = self._accounts[account_id]
        recent = records.ended[bisect_left(records.ended, (since_ms, 0)) :]
        ids = [order_id(number) for number in sorted(each for _, each in recent if each < end)]
        ended = [records.orders[each] for each in ids if records.order_seqs[each] <= seq_max]
        return ended[-limit:]

    async def executions(
        self,
        account_id: str,
        symbol: str | None,
        limit: int | None,
        seq_max: int,
        before: str | None = None,
    ) -> Sequence[Execution]:
        executions = self._accounts[account_id].executions
        if before is not None:
            places = (place for place, each in enumerate(executions) if each[1].id == before)
            executions = executions[: next(places, 0)]
        own = [
            execution
            for seq, execution in executions
            if seq <= seq_max and symbol in (None, execution.symbol)
        ]
        return own[-limit if limit else None :]

    async def cash_lines(
        self, account_id: str, since: int | None, limit: int, seq_max: int
    ) -> Sequence[CashLine]:
        lines = self._accounts[account_id].lines
        lines = lines[: bisect_right(lines, seq_max, key=_seq)]
        if since is None:
            since = lines[-limit].seq - 1 if len(lines) > limit else 0
            limit = len(lines)
        first = bisect_right(lines, since, key=_seq)
        last = lines[first : first + limit][-1:]
        end = bisect_right(lines, last[0].seq, lo=first, key=_seq) if last else first
        return lines[first:end]

    async def account_names(self, account_ids: Collection[str]) -> Mapping[str, str]:
        return {each: name for each in account_ids if (name := self._names.get(each))}

    async def notifying_events(
        self, account_id: str, since: int | None, limit: int, seq_max: int
    ) -> Sequence[JournalEntry]:
        entries = self._accounts[account_id].notifying
        entries = entries[: bisect_right(entries, seq_max, key=_seq)]
        if since is None:
            return entries[-limit:]
        return entries[bisect_right(entries, since, key=_seq) :][:limit]

    async def bookings(
        self, account_id: str, since: int, limit: int, seq_max: int
    ) -> Sequence[Booking]:
        booked = self._accounts[account_id].booked
        first = bisect_right(booked, since, key=_seq)
        page = booked[first : first + limit]
        return [booking(each.seq, each.event) for each in page if each.seq <= seq_max]

    async def removed_records(self, account_id: str) -> RemovedRecords | None:
        return None

    async def find(self, queries: Sequence[RecordQuery]) -> Sequence[Records]:
        return [self._find(query) for query in queries]

    def _keys_of(self, account_id: str) -> Collection[tuple[str, str]]:
        records = self._accounts.get(account_id)
        return records.keys if records else ()

    def _find(self, query: RecordQuery) -> Records:
        records = self._accounts[query.account_id]
        clients = records.client_ids
        return Records(
            orders=[records.orders[each] for each in query.order_ids if each in records.orders],
            client_ids={each: clients[each] for each in query.client_ids if each in clients},
            keys=[records.keys[each] for each in query.keys if each in records.keys],
        )


def _may_notify(event: Event) -> bool:
    return not isinstance(event, OrderCanceled) or bool(event.order.message)
