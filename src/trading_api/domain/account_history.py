"""What an account has left behind: ended orders, executions and the cash ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from trading_api.domain.account_event import AccountEvent
from trading_api.domain.account_snapshot import CashLineView, ExecutionView, OrderView
from trading_api.domain.booking import Booking, RemovedRecords


class AccountHistory(Protocol):
    """Reads one account's records. Each answer shows the moment of its call.

    Every method raises Unavailable while the records cannot be read."""

    async def order(self, order_id: str) -> OrderView | None:
        """Return one order, live or ended, or None if there is none of this id."""
        ...

    async def order_by_client_id(self, client_id: str) -> OrderView | None:
        """Return the order, live or ended, that its client named so, or None."""
        ...

    async def recent_orders(
        self, since_ms: int, limit: int, before: str | None = None
    ) -> Sequence[OrderView]:
        """Return live orders and those that ended at `since_ms` or later, the oldest first.

        Of the ended ones return at most `limit`, those that were placed last. If `before` is an
        order's id, return only orders that were placed before it."""
        ...

    async def ended_orders(self, limit: int, before: str | None = None) -> Sequence[OrderView]:
        """Return at most `limit` ended orders, the one placed last first.

        If `before` is an order's id, return only orders that were placed before it."""
        ...

    async def executions(
        self, symbol: str | None = None, limit: int | None = None, before: str | None = None
    ) -> Sequence[ExecutionView]:
        """Return the newest executions of one symbol or of all, the oldest first.

        If `before` is an execution's id, return only executions before it; none if the account
        has no such execution."""
        ...

    async def cash_lines(
        self, since: int | None, limit: int, before: int | None = None
    ) -> Sequence[CashLineView]:
        """Return the first lines after the event `since`, or the newest lines if it is None.

        The lines of one event come together, even if that is one line more than `limit`. Only lines
        of events before `before` are returned, if it is given."""
        ...

    async def notifying_events(
        self, since: int | None, limit: int, before: int | None = None
    ) -> Sequence[AccountEvent]:
        """Return the first events after `since` that may notify, or the newest if it is None.

        These are the events of NOTIFYING_TYPES, without the cancellations of orders that have no
        message. Only events before `before` are returned, if it is given."""
        ...

    async def bookings(self, since: int, limit: int) -> Sequence[Booking]:
        """Return at most `limit` of the first bookings of events after `since`, in their order."""
        ...

    async def removed_records(self) -> RemovedRecords | None:
        """Return what is left of records that were removed, or None if none were."""
        ...
