"""What the naive exchange knows, and how it looks things up: one list of orders."""

from __future__ import annotations

from fractions import Fraction

from tests.kit.naive.values import (
    PLACING,
    WORKING,
    ZERO,
    NaiveExecution,
    NaiveOrder,
    NaivePosition,
    Rejected,
    indicative_price,
    stop_behind,
)
from trading_api.domain.notification import Notification
from trading_api.domain.orders import OrderRequest
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules


class NaiveState:
    """The state of the account."""

    def __init__(self, rules: ExchangeRules) -> None:
        self.rules = rules
        self.orders: list[NaiveOrder] = []
        self.executions: list[NaiveExecution] = []
        self.positions: dict[str, NaivePosition] = {}
        self.leverages: dict[str, Fraction] = {}
        self.used: dict[tuple[object, ...], Fraction] = {}
        self.keys: dict[tuple[str, str], tuple[str, str]] = {}
        self.notifications: list[Notification] = []
        self.balance = ZERO
        self.warned: set[Fraction] = set()
        self.canceled: list[str] = []
        self.last_sequence = 0

    def live_order(self, order_id: str) -> NaiveOrder:
        order = next((each for each in self.orders if each.id == order_id), None)
        if order is None:
            raise Rejected("order_not_found")
        if not order.is_live:
            raise Rejected("order_not_working")
        return order

    def working(self, symbol: str) -> list[NaiveOrder]:
        """Return the orders in the market or on the way to it."""
        return [
            each
            for each in self.orders
            if each.symbol == symbol and each.status in (WORKING, PLACING)
        ]

    def position(self, symbol: str) -> NaivePosition:
        return self.positions.get(symbol) or NaivePosition()

    def forget_position(self, symbol: str) -> None:
        del self.positions[symbol]
        if not self.positions:
            self.warned.clear()

    def closing_quantity(self, symbol: str, without: list[NaiveOrder]) -> Fraction:
        closing = [
            each
            for each in self.working(symbol)
            if each.reduce_only and not each.is_bracket and each not in without
        ]
        return sum((each.remaining for each in closing), ZERO)

    def prices(
        self, request: OrderRequest, market: Market
    ) -> tuple[Fraction | None, Fraction | None]:
        limit, stop = request.limit_price, request.stop_price
        used_limit = Fraction(limit) if limit is not None and request.type.has_limit else None
        if not request.type.has_stop:
            return used_limit, None
        if request.trail is not None:
            start = indicative_price(market.mark, request.side)
            return used_limit, stop_behind(start, request.side, request.trail, market)
        assert stop is not None
        return used_limit, Fraction(stop)

    def next_id(self) -> str:
        return f"order-{len(self.orders) + 1}"

    def next_sequence(self) -> int:
        self.last_sequence += 1
        return self.last_sequence

    def parent(self, order: NaiveOrder) -> NaiveOrder | None:
        return next((each for each in self.orders if each.id == order.parent_id), None)

    def live_brackets(self, parent_id: str, market: Market) -> list[NaiveOrder]:
        """Return the live brackets of an order, or of the position."""
        return [
            each
            for each in self.orders
            if each.is_bracket
            and each.is_live
            and (each.symbol, each.parent_id) == (market.symbol, parent_id)
        ]
