"""The state of one account: a fold of its events, and of nothing else."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import ChainMap
from collections.abc import Collection, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from trading_api.domain.orders import OrderStatus
from trading_api.modules.broker.engine.bracket_index import WHOLE_POSITION, Protection
from trading_api.modules.broker.engine.cash import CashLine, cash_lines
from trading_api.modules.broker.engine.events import (
    AccountOpened,
    AccountReset,
    CashDeposited,
    CommandBound,
    Event,
    LeverageSet,
    OrderEvent,
    OrderFilled,
    OrderPlaced,
)
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.money import EXACT, ZERO
from trading_api.modules.broker.engine.open_orders import Book
from trading_api.modules.broker.engine.order import Order, order_number
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.touch import LiquidityUsed
from trading_api.modules.broker.engine.transitions import check_transition

_NO_ORDERS = Book()
_NO_BRACKETS = Protection()


@dataclass(slots=True)
class AccountState:
    """Changed by `evolve` alone. `seq` is the number of the last event; `positions` holds the
    open ones, `working` by symbol the orders that its market can change, `protections` by symbol
    the live brackets, and `brackets_of` by order all it ever had; `ended` are the times and numbers
    of orders, by time. Sums are since the last reset."""

    account_id: str = ""
    currency: str = ""
    deposited: Decimal = ZERO
    balance: Decimal = ZERO
    realized_pl: Decimal = ZERO
    commission: Decimal = ZERO
    seq: int = 0
    order_count: int = 0
    execution_count: int = 0
    sequence_last: int = 0
    orders: MutableMapping[str, Order] = field(default_factory=dict)
    working: dict[str, Book] = field(default_factory=dict)
    protections: dict[str, Protection] = field(default_factory=dict)
    ended: list[tuple[int, int]] = field(default_factory=list)
    brackets_of: MutableMapping[str, Sequence[str]] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    executions: list[Execution] = field(default_factory=list)
    executions_in: dict[str, list[Execution]] = field(default_factory=dict)
    cash: list[CashLine] = field(default_factory=list)
    liquidity_used: dict[str, LiquidityUsed] = field(default_factory=dict)
    leverages: dict[str, Decimal] = field(default_factory=dict)
    client_ids: MutableMapping[str, str] = field(default_factory=dict)
    bound: MutableMapping[tuple[str, str], CommandBound] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.seq > 0

    def position(self, symbol: str) -> Position:
        """A flat one where none is open."""
        return self.positions.get(symbol) or Position(symbol)

    def book(self, symbol: str) -> Book:
        """To read only: an empty one where no order works."""
        return self.working.get(symbol, _NO_ORDERS)

    def working_orders(self, symbol: str) -> Collection[Order]:
        """In no particular order."""
        return self.book(symbol).orders.values()

    def closing_orders(self, symbol: str) -> list[Order]:
        """Those that work to close the position, its brackets too; the older first."""
        closing = [order for order in self.working_orders(symbol) if order.reduce_only]
        return sorted(closing, key=lambda order: order.sequence)

    def live_reversal(self, symbol: str) -> Order | None:
        book = self.book(symbol)
        return book.orders.get(book.reversal)

    def live_liquidation(self, symbol: str) -> Order | None:
        working = self.working_orders(symbol)
        return next((order for order in working if order.is_liquidation), None)

    def live_orders(self) -> list[Order]:
        """The older first."""
        live = [order for book in self.working.values() for order in book.orders.values()]
        live += [
            order
            for symbol in self.protections
            for order in self.live_brackets(symbol)
            if order.status is OrderStatus.INACTIVE
        ]
        return sorted(live, key=lambda order: order.sequence)

    def protection(self, symbol: str) -> Protection:
        """To read only: an empty one where there is no live bracket."""
        return self.protections.get(symbol, _NO_BRACKETS)

    def live_brackets(self, symbol: str) -> list[Order]:
        """As they were placed."""
        needs = self.protection(symbol).needs
        return [self.orders[order_id] for order_id in needs]

    def live_brackets_of(self, symbol: str, parent_id: str) -> list[Order]:
        """Those of an order, or of the position where the id is empty, as they were placed."""
        protection = self.protection(symbol)
        ids = self.brackets_of.get(parent_id, ()) if parent_id else protection.of_position()
        return [self.orders[order_id] for order_id in protection.in_order(ids)]

    def ended_since(self, at_ms: int) -> list[int]:
        """The numbers of the orders that ended then or later."""
        return [number for _, number in self.ended[bisect_left(self.ended, (at_ms, 0)) :]]

    def evolve(self, event: Event) -> None:
        self.seq += 1
        self.cash += cash_lines(self.seq, event)
        match event:
            case AccountOpened():
                self.account_id = event.account_id
                self.currency = event.currency
                self.deposited = self.balance = event.balance
            case CashDeposited():
                self.deposited = EXACT.add(self.deposited, event.amount)
                self.balance = event.balance
            case AccountReset():
                self.deposited = self.balance = event.balance
                self.realized_pl = self.commission = ZERO
                self.positions.clear()
            case LeverageSet():
                self.leverages[event.symbol] = event.leverage
            case CommandBound():
                self.bound[event.operation, event.key] = event
            case _:
                self._follow(event)

    def copy(self) -> AccountState:
        return replace(
            self._apart(),
            orders=dict(self.orders),
            ended=self.ended.copy(),
            brackets_of=dict(self.brackets_of),
            executions=self.executions.copy(),
            executions_in={symbol: own.copy() for symbol, own in self.executions_in.items()},
            cash=self.cash.copy(),
            client_ids=dict(self.client_ids),
            bound=dict(self.bound),
        )

    def branch(self) -> AccountState:
        """As a copy, for as long as this one does not change: for what a command would do. It
        costs what the account holds, however much it has done; of what has ended, of executions
        and cash it lists its own alone."""
        return replace(
            self._apart(),
            orders=ChainMap({}, self.orders),
            ended=[],
            brackets_of=ChainMap({}, self.brackets_of),
            executions=[],
            executions_in={},
            cash=[],
            client_ids=ChainMap({}, self.client_ids),
            bound=ChainMap({}, self.bound),
        )

    def _apart(self) -> AccountState:
        """With its own of what an account holds, and still with this one's of what it did."""
        return replace(
            self,
            working={symbol: book.copy() for symbol, book in self.working.items()},
            protections={symbol: each.copy() for symbol, each in self.protections.items()},
            positions=self.positions.copy(),
            liquidity_used=self.liquidity_used.copy(),
            leverages=self.leverages.copy(),
        )

    def _follow(self, event: OrderEvent) -> None:
        order = event.order
        check_transition(self.orders.get(order.id), event)
        if isinstance(event, OrderPlaced):
            self._enter(order)
        self.sequence_last = max(self.sequence_last, order.sequence)
        self.orders[order.id] = order
        self._keep_working(order)
        if not order.is_live:
            insort(self.ended, (order.updated_ms, order_number(order.id)))
        if order.is_bracket:
            self._keep_bracket(order)
        elif isinstance(event, OrderFilled):
            self._keep_needs(order)
        if isinstance(event, OrderFilled):
            self._settle(event)

    def _enter(self, order: Order) -> None:
        self.order_count += 1
        if order.client_id:
            self.client_ids[order.client_id] = order.id
        if order.parent_id:
            # A new one: a branch shares what is in it.
            pair = self.brackets_of.get(order.parent_id, ())
            self.brackets_of[order.parent_id] = [*pair, order.id]

    def _keep_working(self, order: Order) -> None:
        if order.status in (OrderStatus.WORKING, OrderStatus.PLACING):
            self.working.setdefault(order.symbol, Book()).put(order)
        elif book := self.working.get(order.symbol):
            book.drop(order.id)
            if not book.orders:
                del self.working[order.symbol]

    def _keep_bracket(self, order: Order) -> None:
        if not order.is_live:
            protection = self.protections[order.symbol]
            protection.drop(order.id)
            if not protection.needs:
                del self.protections[order.symbol]
        elif not order.parent_id:
            protection = self.protections.setdefault(order.symbol, Protection())
            protection.put(order, self.order_count, WHOLE_POSITION)
        if order.parent_id:
            self._keep_needs(self.orders[order.parent_id])

    def _keep_needs(self, parent: Order) -> None:
        """What is left for the brackets of an order to close."""
        pair = [self.orders[order_id] for order_id in self.brackets_of.get(parent.id, ())]
        left = parent.filled_quantity
        for order in pair:
            left = EXACT.subtract(left, order.filled_quantity)
        for order in pair:
            if order.is_live:
                protection = self.protections.setdefault(order.symbol, Protection())
                protection.put(order, self.order_count, left)

    def _settle(self, event: OrderFilled) -> None:
        self.execution_count += 1
        self.executions.append(event.execution)
        self.executions_in.setdefault(event.execution.symbol, []).append(event.execution)
        self.balance = event.balance
        self.realized_pl = EXACT.add(self.realized_pl, event.execution.realized_pl)
        self.commission = EXACT.add(self.commission, event.execution.commission)
        self.liquidity_used[event.execution.symbol] = event.liquidity_used
        if event.position.quantity:
            self.positions[event.position.symbol] = event.position
        else:
            self.positions.pop(event.position.symbol, None)
