"""Tells the followers of an account what was committed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from trading_api.models.broker import BrokerConnectionStatus, EquityData, Position, Side
from trading_api.modules.broker import mapping
from trading_api.modules.broker.engine import position as netting
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.events import (
    AccountOpened,
    AccountReset,
    CashDeposited,
    CommandBound,
    Event,
    LeverageSet,
    OrderFilled,
    OrderRested,
)
from trading_api.modules.broker.engine.margin import unrealized_at
from trading_api.modules.broker.engine.order import OrderStatus
from trading_api.modules.broker.prices import Prices
from trading_api.modules.broker.topics import FollowedTopics


class Announcer:
    """`view` is the committed state of any account, opened or not."""

    def __init__(
        self, topics: FollowedTopics, prices: Prices, view: Callable[[str], AccountState]
    ) -> None:
        self._topics = topics
        self._prices = prices
        self._view = view

    def tell(self, account_id: str, event: Event) -> None:
        """Execution, order, position, equity: the terminal redraws each from the one before."""
        match event:
            case OrderFilled():
                self._tell_fill(account_id, event)
            case CashDeposited():
                self.tell_equity(account_id)
            case AccountReset():
                for position in event.positions:
                    closed = mapping.to_position(position, Side.BUY, Decimal(0))
                    self._topics.tell("positions", account_id, closed)
                self.tell_equity(account_id)
            case AccountOpened() | LeverageSet() | CommandBound() | OrderRested():
                pass  # nobody follows these
            case _:
                self._topics.tell("orders", account_id, mapping.to_placed_order(event.order))
                if event.order.is_bracket:
                    self._tell_protected(account_id, event.order.symbol)

    def _tell_fill(self, account_id: str, event: OrderFilled) -> None:
        execution = event.execution
        self._topics.tell(
            "executions", account_id, mapping.to_execution(execution), execution.symbol
        )
        self._topics.tell("orders", account_id, mapping.to_placed_order(event.order))
        self._topics.tell("positions", account_id, self._position(account_id, event))
        self.tell_equity(account_id)

    def _tell_protected(self, account_id: str, symbol: str) -> None:
        """A position shows the prices of its brackets."""
        if self._topics.is_followed("positions", account_id):
            view = self._view(account_id)
            if position := view.positions.get(symbol):
                self._topics.tell("positions", account_id, self.position(view, position))

    def tell_equity(self, account_id: str) -> None:
        if self._topics.is_followed("equity", account_id):
            self._topics.tell("equity", account_id, self.equity(self._view(account_id)))

    def tell_status(self, status: BrokerConnectionStatus) -> None:
        for account_id in self._topics.accounts("broker-connection"):
            self._topics.tell("broker-connection", account_id, status)

    def equity(self, view: AccountState) -> EquityData:
        return mapping.to_equity(view, self._prices.equity(view))

    def positions(self, view: AccountState) -> Sequence[Position]:
        return [self.position(view, position) for position in view.positions.values()]

    def position(self, view: AccountState, position: netting.Position) -> Position:
        """An open one."""
        brackets = [
            order
            for order in view.live_brackets(position.symbol)
            if order.status is OrderStatus.WORKING
        ]
        profit = unrealized_at(position, self._prices.mark(position.symbol))
        return mapping.to_position(position, mapping.side_of(position), profit, brackets)

    def _position(self, account_id: str, event: OrderFilled) -> Position:
        if event.position.quantity:
            return self.position(self._view(account_id), event.position)
        return mapping.to_position(event.position, mapping.side_after(event), Decimal(0))
