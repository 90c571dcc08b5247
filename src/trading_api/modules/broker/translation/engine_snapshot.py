"""An account that the engine folds, as the broker port shows it."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from trading_api.domain.account_snapshot import PositionValuation, PositionView
from trading_api.domain.kill_switch import KillSwitch
from trading_api.domain.orders import OrderStatus, OrderType
from trading_api.domain.resolution import DAY_MS
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.margin import (
    is_priced,
    leverage_of,
    maintenance_margin,
    unrealized_at,
    used_margin,
)
from trading_api.modules.broker.engine.money import ZERO
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.translation.prices import Prices


class EngineSnapshot:
    """An AccountSnapshot that reads `state` in place; nothing is copied."""

    __slots__ = ("_prices", "_rules", "state")

    def __init__(self, state: AccountState, prices: Prices, rules: ExchangeRules) -> None:
        self.state = state
        self._prices = prices
        self._rules = rules

    @property
    def account_id(self) -> str:
        return self.state.account_id

    @property
    def name(self) -> str:
        return self.state.name

    @property
    def currency(self) -> str:
        return self.state.currency

    @property
    def seq(self) -> int:
        return self.state.seq

    @property
    def balance(self) -> Decimal:
        return self.state.balance

    @property
    def deposited(self) -> Decimal:
        return self.state.deposited

    @property
    def realized_pl(self) -> Decimal:
        return self.state.realized_pl

    @property
    def realized_pl_today(self) -> Decimal:
        return self.state.realized_by_day.get(self._prices.now_ms // DAY_MS, ZERO)

    @property
    def kill_switch(self) -> KillSwitch:
        return self.state.kill_switch

    def live_orders(self) -> list[Order]:
        return self.state.live_orders()

    # Positions

    def position(self, symbol: str) -> Position | None:
        return self.state.positions.get(symbol)

    def positions(self) -> Collection[Position]:
        return self.state.positions.values()

    def position_brackets(self, symbol: str) -> list[Order]:
        newest: dict[OrderType, Order] = {}
        for id in reversed(self.state.bracket_index(symbol).claims):
            order = self.state.orders[id]
            if order.status is OrderStatus.WORKING:
                newest.setdefault(order.type, order)
            if len(newest) == 2:
                break
        return list(newest.values())

    # Money

    def equity(self) -> Decimal:
        return self._prices.equity(self.state)

    def used_margin(self) -> Decimal:
        return used_margin(self.state, self._rules)

    def maintenance_margin(self) -> Decimal | None:
        # A real venue has rules of its own.
        return maintenance_margin(self.state, self._rules) if self.state.venue is None else None

    def valuation(self, position: PositionView) -> PositionValuation | None:
        assert isinstance(position, Position)
        mark = self._prices.mark(position.symbol)
        if mark is None or not is_priced(position, mark):
            return None
        price = mark.price(position.side.opposite)
        return PositionValuation(price, unrealized_at(position, mark), position.exposure)

    def leverage(self, symbol: str) -> Decimal:
        return leverage_of(self.state, symbol, self._rules)

    @property
    def leverage_max(self) -> Decimal:
        return self._rules.leverage_max

    def conversion_rate(self, currency: str) -> Decimal | None:
        return self._prices.rate(currency)
