"""What one command does to an account, event by event."""

from __future__ import annotations

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.events import Event
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.order import Order, order_id


class Transaction:
    """`state` follows every event as it is emitted."""

    def __init__(self, state: AccountState, rules: ExchangeRules) -> None:
        self.state = state
        self.rules = rules
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.state.evolve(event)
        self.events.append(event)

    def current(self, order: Order) -> Order:
        """Its newest version: what was done since may have changed or ended it."""
        return self.state.orders[order.id]

    def next_order_id(self) -> str:
        return order_id(self.state.order_count + 1)

    def next_sequence(self) -> int:
        return self.state.sequence_last + 1
