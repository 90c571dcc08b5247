"""The state of one account: a fold of its events, and of nothing else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from decimal import Decimal

from trading_api.modules.broker.engine.book import Book
from trading_api.modules.broker.engine.events import (
    AccountOpened,
    Event,
    OrderFilled,
    OrderPlaced,
)
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.money import EXACT, ZERO
from trading_api.modules.broker.engine.order import Order, OrderStatus
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.touch import Consumption


@dataclass(slots=True)
class AccountState:
    """Changed by `evolve` alone. `seq` is the number of the last event; `positions` holds the
    open ones, `working` by symbol the orders that can still trade."""

    account_id: str = ""
    currency: str = ""
    deposited: Decimal = ZERO
    balance: Decimal = ZERO
    realized_pl: Decimal = ZERO
    commission: Decimal = ZERO
    seq: int = 0
    order_count: int = 0
    sequence_last: int = 0
    orders: dict[str, Order] = field(default_factory=dict)
    working: dict[str, Book] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    executions: list[Execution] = field(default_factory=list)
    consumptions: dict[str, Consumption] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.seq > 0

    def position(self, symbol: str) -> Position:
        """A flat one where none is open."""
        return self.positions.get(symbol) or Position(symbol)

    def book(self, symbol: str) -> Book:
        """To read only: an empty one where no order works."""
        return self.working.get(symbol) or Book()

    def working_orders(self, symbol: str) -> Collection[Order]:
        """In no particular order."""
        return self.book(symbol).orders.values()

    def evolve(self, event: Event) -> None:
        self.seq += 1
        match event:
            case AccountOpened():
                self.account_id = event.account_id
                self.currency = event.currency
                self.deposited = self.balance = event.balance
            case OrderPlaced():
                self.order_count += 1
                self._keep(event.order)
            case OrderFilled():
                self._keep(event.order)
                self._settle(event)
            case _:
                self._keep(event.order)

    def copy(self) -> AccountState:
        return replace(
            self,
            orders=self.orders.copy(),
            working={symbol: book.copy() for symbol, book in self.working.items()},
            positions=self.positions.copy(),
            executions=self.executions.copy(),
            consumptions=self.consumptions.copy(),
        )

    def _keep(self, order: Order) -> None:
        self.sequence_last = max(self.sequence_last, order.sequence)
        self.orders[order.id] = order
        if order.status is OrderStatus.WORKING:
            self.working.setdefault(order.symbol, Book()).put(order)
            return
        book = self.working[order.symbol]
        book.drop(order.id)
        if not book.orders:
            del self.working[order.symbol]

    def _settle(self, event: OrderFilled) -> None:
        self.executions.append(event.execution)
        self.balance = event.balance
        self.realized_pl = EXACT.add(self.realized_pl, event.execution.realized_pl)
        self.commission = EXACT.add(self.commission, event.execution.commission)
        self.consumptions[event.execution.symbol] = event.consumption
        if event.position.quantity:
            self.positions[event.position.symbol] = event.position
        else:
            self.positions.pop(event.position.symbol, None)
