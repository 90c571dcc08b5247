"""The events that one command causes, applied to the account one after the other."""

from __future__ import annotations

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.events import Event
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.order import Order, order_id


class Transaction:
    """The unit of work of one command: `state` already includes the `events` emitted so far."""

    def __init__(self, state: AccountState, rules: ExchangeRules) -> None:
        self.state = state
        self.rules = rules
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        """Record an event, and change the state by it."""
        self.state.evolve(event)
        self.events.append(event)

    def current(self, order: Order) -> Order:
        """Return the newest version of an order, which earlier events may have changed."""
        return self.state.orders[order.id]

    def next_order_id(self) -> str:
        """Return the id of the next order to place."""
        return order_id(self.state.order_count + 1)

    def next_sequence(self) -> int:
        """Return the next number in time priority."""
        return self.state.sequence_last + 1
