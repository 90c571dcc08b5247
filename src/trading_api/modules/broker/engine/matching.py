"""Which orders a touch reaches, in which turn, at what price they fill and how far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from trading_api.modules.broker.engine.money import ZERO
from trading_api.modules.broker.engine.order import Order, Side
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.touch import Consumption, Touch

MARKET_TURN = Decimal("-Infinity")


def trigger_turn(order: Order) -> Decimal:
    """Ascends from the stop that the market reaches first."""
    assert order.stop_price is not None
    return _signed(order.stop_price, order.side)


def last_trigger_turn(side: Side, price: Decimal) -> Decimal:
    """Buy stops trigger once the ask is at or above them, sell stops the bid at or below."""
    return _signed(price, side)


def fill_turn(order: Order) -> Decimal:
    """Ascends from the first in line: market orders, then the better limit."""
    if order.limit_price is None:
        return MARKET_TURN
    return _signed(order.limit_price, Side(-order.side))


def last_fill_turn(side: Side, price: Decimal) -> Decimal:
    """A limit order may fill at its limit or better."""
    return _signed(price, Side(-side))


def fill_price(order: Order, touch: Touch) -> Decimal:
    """The touch, which may be better than an arriving limit; a resting limit gets its own."""
    if order.is_resting and order.limit_price is not None:
        return order.limit_price
    return touch.price(order.side)


def comes_to_rest(order: Order, touch: Touch) -> bool:
    """Whether the touch is the first to stand away from the limit."""
    return (
        order.is_arriving
        and touch.is_tradable(order.side)
        and fill_turn(order) > last_fill_turn(order.side, touch.price(order.side))
    )


def arrived(order: Order, touch: Touch | None) -> Order:
    """The order as it meets the touch: at rest already where that stands away from its limit."""
    if touch is None or not comes_to_rest(order, touch):
        return order
    return replace(order, is_resting=True)


def fill_quantity(
    order: Order, touch: Touch, consumption: Consumption, position: Position
) -> Decimal:
    """What remains of the order, of the displayed size, and of the position it may reduce."""
    displayed = touch.size(order.side) - consumption.taken(order.side)
    quantity = min(order.remaining_quantity, max(displayed, ZERO))
    return min(quantity, abs(position.quantity)) if order.reduce_only else quantity


def reduction_pending(orders: Iterable[Order]) -> Decimal:
    """How much the closing orders among these are still to close."""
    return sum((order.remaining_quantity for order in orders if order.reduce_only), ZERO)


def _signed(price: Decimal, side: Side) -> Decimal:
    # Unlike a product, exact in any decimal context.
    return price if side is Side.BUY else price.copy_negate()
