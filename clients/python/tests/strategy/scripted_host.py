"""A host whose market and account the test writes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trading_api_client.models import (
    Brackets,
    EquityData,
    OrderStatus,
    PlacedOrder,
    Position,
    PreOrder,
)
from trading_api_client.strategy.market_data import BarHistory, ClosedBar, TopOfBook


class ScriptedHost:
    """Fills every market order immediately, and keeps every other one working.

    `commands` has each command in the order of the calls."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.bars: list[ClosedBar] = []
        self.commands: list[tuple[str, object]] = []
        self.is_stopped = False
        self._orders: dict[str, PlacedOrder] = {}
        self._positions: dict[str, Position] = {}

    def close_bar(self, bar: ClosedBar) -> ClosedBar:
        self.bars.append(bar)
        self.now_ms = bar.time + 60_000
        return bar

    def place_order(self, order: PreOrder) -> PlacedOrder:
        self.commands.append(("place", order))
        is_filled = order.limitPrice is None and order.stopPrice is None
        placed = _placed(f"order-{len(self._orders) + 1}", order, is_filled)
        self._orders[placed.id] = placed
        if is_filled:
            self._positions[order.symbol] = Position(
                id=order.symbol, symbol=order.symbol, qty=order.qty, side=order.side, avgPrice=1.0
            )
        return placed

    def modify_order(self, order_id: str, order: PreOrder) -> PlacedOrder:
        self.commands.append(("modify", (order_id, order)))
        self._orders[order_id] = _placed(order_id, order, False)
        return self._orders[order_id]

    def cancel_order(self, order_id: str) -> None:
        self.commands.append(("cancel", order_id))

    def close_position(self, symbol: str, amount: float | None) -> None:
        self.commands.append(("close", (symbol, amount)))

    def reverse_position(self, symbol: str) -> None:
        self.commands.append(("reverse", symbol))

    def edit_brackets(self, symbol: str, brackets: Brackets) -> None:
        self.commands.append(("brackets", (symbol, brackets)))

    def history(self, symbol: str, resolution: str, count: int) -> BarHistory:
        found = [b for b in self.bars if (b.symbol, b.resolution) == (symbol, resolution)][-count:]
        columns = ([getattr(bar, name) for bar in found] for name in BarHistory.__struct_fields__)
        return BarHistory(*(np.array(column) for column in columns))

    def position(self, symbol: str) -> Position | None:
        return self._positions.get(symbol)

    def positions(self) -> Sequence[Position]:
        return list(self._positions.values())

    def orders(self) -> Sequence[PlacedOrder]:
        return [each for each in self._orders.values() if each.status is OrderStatus.WORKING]

    def order(self, order_id: str) -> PlacedOrder:
        return self._orders[order_id]

    def equity(self) -> EquityData:
        return EquityData(equity=100.0, balance=100.0, unrealizedPL=0.0, realizedPL=0.0)

    def quote(self, symbol: str) -> TopOfBook:
        return TopOfBook(symbol, 1.0, 1.02, 1.01)

    def stop(self) -> None:
        self.is_stopped = True


def _placed(order_id: str, order: PreOrder, is_filled: bool) -> PlacedOrder:
    return PlacedOrder(
        id=order_id,
        symbol=order.symbol,
        type=order.type,
        side=order.side,
        qty=order.qty,
        status=OrderStatus.FILLED if is_filled else OrderStatus.WORKING,
        limitPrice=order.limitPrice,
        stopPrice=order.stopPrice,
        takeProfit=order.takeProfit,
        stopLoss=order.stopLoss,
        trailingStopPips=order.trailingStopPips,
        duration=order.duration,
    )
