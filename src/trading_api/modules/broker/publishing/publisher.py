"""Tells the followers of an account what was committed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pydantic import BaseModel

from trading_api.domain.orders import OrderStatus, OrderType
from trading_api.models.broker import BrokerConnectionStatus, EquityData, Position
from trading_api.modules.broker import mapping
from trading_api.modules.broker.engine import position as netting
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.events import (
    AccountReset,
    CashDeposited,
    Event,
    LeverageSet,
    OrderCanceled,
    OrderEvent,
    OrderFilled,
    OrderModified,
    OrderPlaced,
)
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.margin import is_priced, unrealized_at, used_margin
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.journal.ports import JournalEntry
from trading_api.modules.broker.paper.prices import Prices
from trading_api.modules.broker.publishing.topics import FollowedTopics, cause

ROUTES = ("executions", "orders", "positions")
"""In the order in which an event is told."""


@dataclass(frozen=True, slots=True)
class Change:
    data: BaseModel
    symbol: str


class Announcer:
    """`view` is the committed state of any account, opened or not."""

    def __init__(
        self,
        topics: FollowedTopics,
        prices: Prices,
        view: Callable[[str], AccountState],
        terms: ExchangeRules,
    ) -> None:
        self._topics = topics
        self._prices = prices
        self._view = view
        self._terms = terms

    def tell(self, entry: JournalEntry) -> None:
        """Execution, order, position, equity: the terminal redraws each from the one before."""
        account_id, event = entry.account_id, entry.event
        view = self._view(account_id)
        for route in ROUTES:
            if self._topics.is_followed(route, account_id):
                for change in self.changes(route, view, event):
                    self._topics.tell_event(route, entry, change.data, change.symbol)
        if _changes_equity(event):
            self.tell_equity(account_id, **cause(entry))

    def changes(self, route: str, view: AccountState, event: Event) -> Sequence[Change]:
        """What the followers of a route hear of an event."""
        if isinstance(event, AccountReset) and route == "positions":
            return [Change(each, each.symbol) for each in mapping.ended_positions(event)]
        if not isinstance(event, OrderEvent):
            return []
        symbol = event.order.symbol
        match route:
            case "executions" if isinstance(event, OrderFilled):
                return [Change(mapping.to_execution(event.execution), symbol)]
            case "orders":
                return [Change(mapping.to_placed_order(event.order), symbol)]
            case "positions":
                return self._position_changes(view, event)
        return []

    def _position_changes(self, view: AccountState, event: OrderEvent) -> Sequence[Change]:
        """A position shows the prices of its brackets, too."""
        symbol = event.order.symbol
        if isinstance(event, OrderFilled):
            if not event.position.quantity:
                closed = mapping.to_position(event.position, mapping.side_after(event), Decimal(0))
                return [Change(closed, symbol)]
            return [Change(self.position(view, event.position), symbol)]
        position = view.positions.get(symbol)
        is_shown = event.order.was_activated
        return [Change(self.position(view, position), symbol)] if position and is_shown else []

    def tell_equity(self, account_id: str, **meta: int | str) -> None:
        if self._topics.is_followed("equity", account_id):
            view = self._view(account_id)
            meta = {"as_of_seq": view.seq, **meta}
            self._topics.tell("equity", account_id, self.equity(view), **meta)

    def tell_status(self, status: BrokerConnectionStatus) -> None:
        for account_id in self._topics.accounts("broker-connection"):
            self._topics.tell("broker-connection", account_id, status)

    def equity(self, view: AccountState) -> EquityData:
        return mapping.to_equity(view, self._prices.equity(view), used_margin(view, self._terms))

    def positions(self, view: AccountState) -> Sequence[Position]:
        return [self.position(view, position) for position in view.positions.values()]

    def position(self, view: AccountState, position: netting.Position) -> Position:
        """An open one."""
        mark = self._prices.mark(position.symbol)
        profit = unrealized_at(position, mark) if is_priced(position, mark) else None
        shown = _shown_brackets(view, position.symbol)
        return mapping.to_position(position, mapping.side_of(position), profit, shown)


def _changes_equity(event: Event) -> bool:
    """Or the margin that is used of it."""
    match event:
        case OrderFilled() | CashDeposited() | AccountReset() | LeverageSet():
            return True
        case OrderPlaced() | OrderModified() | OrderCanceled():
            return not event.order.reduce_only
    return False


def _shown_brackets(view: AccountState, symbol: str) -> list[Order]:
    """The newest that works of each type, however many older ones there are."""
    shown: dict[OrderType, Order] = {}
    for order_id in reversed(view.bracket_index(symbol).claims):
        order = view.orders[order_id]
        if order.status is OrderStatus.WORKING:
            shown.setdefault(order.type, order)
        if len(shown) == 2:
            break
    return list(shown.values())
