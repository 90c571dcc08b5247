"""The updates that a backtest returns to its caller, in the order in which they happened."""

from __future__ import annotations

from msgspec import Struct

from trading_api.models.broker import BrokerEvent, Execution, PlacedOrder
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.presenters.events import to_broker_event
from trading_api.modules.broker.presenters.orders import to_execution, to_placed_order


class BarClosed(Struct, frozen=True, gc=False):
    """A bar that no longer changes. The first price of the next bar is the present price.

    `time` is the start of the bar, in ms since 1970."""

    symbol: str
    resolution: str
    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class QuoteChanged(Struct, frozen=True, gc=False):
    """The newest quote of a symbol. `time` is in ms since 1970."""

    symbol: str
    time: int
    bid: float
    ask: float
    last: float


class AccountUpdate(Struct, frozen=True, gc=False):
    """A committed event of the account."""

    entry: JournalEntry

    @property
    def seq(self) -> int:
        """The number of the event, from 1."""
        return self.entry.seq

    @property
    def execution(self) -> Execution | None:
        """The fill that the event reports, or None."""
        execution = self.entry.execution
        return None if execution is None else to_execution(execution)

    @property
    def order(self) -> PlacedOrder | None:
        """The order in its state after the event, or None if the event is not about an order."""
        order = self.entry.order
        return None if order is None else to_placed_order(order)

    @property
    def event(self) -> BrokerEvent:
        """The event as `GET /broker/events` returns it."""
        return to_broker_event(self.entry)


Update = BarClosed | QuoteChanged | AccountUpdate
