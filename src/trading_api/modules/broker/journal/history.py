"""The port to the history of accounts: what ended, and therefore left the memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from trading_api.domain.account_event import AccountEvent
from trading_api.domain.booking import Booking, RemovedRecords
from trading_api.modules.broker.engine.cash import CashLine
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.recorded_key import RecordedKey


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """Ids of one account: of orders, of orders as their clients name them, and of commands, by
    operation and key."""

    account_id: str
    order_ids: Sequence[str] = ()
    client_ids: Sequence[str] = ()
    keys: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Records:
    """What is known of a RecordQuery. `client_ids` gives the ids of orders by client order id."""

    orders: Sequence[Order]
    client_ids: Mapping[str, str]
    keys: Sequence[RecordedKey]


class JournalHistory(Protocol):
    """Reads what the events of an account left behind. Every method raises JournalUnavailable.

    `seq_max` leaves out what events after this number added, so that several answers show the
    same moment."""

    async def orders(self, account_id: str, order_ids: Sequence[str]) -> Sequence[Order]:
        """Return the newest version of those of the orders that exist, in the order given."""
        ...

    async def ended_orders(
        self, account_id: str, since_ms: int, seq_max: int, limit: int, end: int
    ) -> Sequence[Order]:
        """Return the orders that ended at `since_ms` or later, the one placed first first.

        Of those with a number below `end`, return at most `limit`: those placed last."""
        ...

    async def executions(
        self,
        account_id: str,
        symbol: str | None,
        limit: int | None,
        seq_max: int,
        before: str | None = None,
    ) -> Sequence[Execution]:
        """Return the newest executions in a symbol, or in all, the oldest first.

        If `before` is an id, return only executions before that one; none if it is unknown."""
        ...

    async def cash_lines(
        self, account_id: str, since: int | None, limit: int, seq_max: int
    ) -> Sequence[CashLine]:
        """Return the first lines after the event `since`, or the newest lines if it is None.

        The lines of one event come together, even if that is one line more than `limit`."""
        ...

    async def account_names(self, account_ids: Collection[str]) -> Mapping[str, str]:
        """Return the names of those of the accounts that have one."""
        ...

    async def notifying_events(
        self, account_id: str, since: int | None, limit: int, seq_max: int
    ) -> Sequence[AccountEvent]:
        """Return the first events after `since` that may notify, or the newest if it is None."""
        ...

    async def bookings(
        self, account_id: str, since: int, limit: int, seq_max: int
    ) -> Sequence[Booking]:
        """Return the first bookings of events after `since`, in their order."""
        ...

    async def removed_records(self, account_id: str) -> RemovedRecords | None:
        """Return what is left of records that were removed, or None if none were."""
        ...

    async def find(self, queries: Sequence[RecordQuery]) -> Sequence[Records]:
        """Return what is known of each query, as it was at one moment."""
        ...
