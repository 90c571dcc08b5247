"""The history of an account in the journal, as the broker port shows it."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from trading_api.domain.account_event import AccountEvent
from trading_api.domain.booking import Booking, RemovedRecords
from trading_api.errors import Unavailable
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.cash import CashLine
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.order import Order, order_id, order_number
from trading_api.modules.broker.journal.history import JournalHistory, RecordQuery
from trading_api.modules.broker.journal.journal import JournalUnavailable

Result = TypeVar("Result")


class EngineHistory:
    """An AccountHistory: live orders are in `state`, what has ended is in the journal.

    What the journal added after the event that `state` ends with is left out."""

    def __init__(self, state: AccountState, journal: JournalHistory) -> None:
        self._state = state
        self._journal = journal

    async def order(self, order_id: str) -> Order | None:
        order = self._state.orders.get(order_id)
        if order is not None:
            return order
        found = await _read(self._journal.orders(self._state.account_id, [order_id]))
        return found[0] if found else None

    async def order_by_client_id(self, client_id: str) -> Order | None:
        found = self._state.client_ids.get(client_id)
        if found is None:
            query = RecordQuery(self._state.account_id, client_ids=[client_id])
            (records,) = await _read(self._journal.find([query]))
            found = records.client_ids.get(client_id)
        return None if found is None else await self.order(found)

    async def recent_orders(
        self, since_ms: int, limit: int, before: str | None = None
    ) -> Sequence[Order]:
        state = self._state
        end = state.order_count + 1 if before is None else order_number(before)
        live = [order for order in state.live_orders() if _number(order) < end]
        ended = await _read(
            self._journal.ended_orders(state.account_id, since_ms, state.seq, limit, end)
        )
        return sorted([*live, *ended], key=_number)

    async def ended_orders(self, limit: int, before: str | None = None) -> Sequence[Order]:
        state = self._state
        end = state.order_count + 1 if before is None else order_number(before)
        live = {_number(order) for order in state.live_orders()}
        ended = (number for number in range(end - 1, 0, -1) if number not in live)
        ids = [order_id(number) for number in islice(ended, limit)]
        return await _read(self._journal.orders(state.account_id, ids))

    async def executions(
        self, symbol: str | None = None, limit: int | None = None, before: str | None = None
    ) -> Sequence[Execution]:
        state = self._state
        return await _read(
            self._journal.executions(state.account_id, symbol, limit, state.seq, before)
        )

    async def cash_lines(
        self, since: int | None, limit: int, before: int | None = None
    ) -> Sequence[CashLine]:
        state = self._state
        last = state.seq if before is None else min(state.seq, before - 1)
        return await _read(self._journal.cash_lines(state.account_id, since, limit, last))

    async def notifying_events(
        self, since: int | None, limit: int, before: int | None = None
    ) -> Sequence[AccountEvent]:
        state = self._state
        last = state.seq if before is None else min(state.seq, before - 1)
        return await _read(self._journal.notifying_events(state.account_id, since, limit, last))

    async def bookings(self, since: int, limit: int) -> Sequence[Booking]:
        state = self._state
        return await _read(self._journal.bookings(state.account_id, since, limit, state.seq))

    async def removed_records(self) -> RemovedRecords | None:
        return await _read(self._journal.removed_records(self._state.account_id))


def _number(order: Order) -> int:
    return order_number(order.id)


async def _read(reading: Awaitable[Result]) -> Result:
    with reading_journal():
        return await reading


@contextmanager
def reading_journal() -> Iterator[None]:
    """Raise Unavailable where the journal cannot be read."""
    try:
        yield
    except JournalUnavailable as error:
        raise Unavailable(f"{error.reason}.", error.code) from error
