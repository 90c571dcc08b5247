"""Tells the followers of an account what was committed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from trading_api.models.broker import BrokerConnectionStatus, EquityData, Position, Side
from trading_api.modules.broker import mapping
from trading_api.modules.broker.engine import position as netting
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.events import AccountOpened, Event, OrderFilled, OrderRested
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
        if isinstance(event, OrderFilled):
            execution = event.execution
            self._topics.tell(
                "executions", account_id, mapping.to_execution(execution), execution.symbol
            )
        if not isinstance(event, AccountOpened | OrderRested):
            self._topics.tell("orders", account_id, mapping.to_placed_order(event.order))
        if isinstance(event, OrderFilled):
            self._topics.tell("positions", account_id, self._position(event))
            self.tell_equity(account_id)

    def tell_equity(self, account_id: str) -> None:
        if self._topics.is_followed("equity", account_id):
            self._topics.tell("equity", account_id, self.equity(self._view(account_id)))

    def tell_status(self, status: BrokerConnectionStatus) -> None:
        for account_id in self._topics.accounts("broker-connection"):
            self._topics.tell("broker-connection", account_id, status)

    def equity(self, view: AccountState) -> EquityData:
        unrealized_pl = sum(map(self._unrealized_pl, view.positions.values()), Decimal(0))
        return mapping.to_equity(view, unrealized_pl)

    def positions(self, view: AccountState) -> Sequence[Position]:
        return [self._open_position(position) for position in view.positions.values()]

    def _position(self, event: OrderFilled) -> Position:
        if event.position.quantity:
            return self._open_position(event.position)
        closed = Side(-event.execution.side)
        return mapping.to_position(event.position, closed, Decimal(0))

    def _open_position(self, position: netting.Position) -> Position:
        side = mapping.side_of(position.quantity)
        return mapping.to_position(position, side, self._unrealized_pl(position))

    def _unrealized_pl(self, position: netting.Position) -> Decimal:
        touch = self._prices.mark(position.symbol)
        if touch is None:
            return Decimal(0)
        return netting.unrealized_pl(position, touch.bid, touch.ask, touch.rate)
