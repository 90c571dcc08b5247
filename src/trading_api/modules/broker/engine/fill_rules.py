"""Which orders a touch reaches, in which turn, at what price they fill and how far."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from trading_api.domain.orders import Duration, Side
from trading_api.modules.broker.engine.money import ZERO
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.touch import LiquidityUsed, Touch

MARKET_ORDER_PRIORITY = Decimal("-Infinity")


def trigger_priority(order: Order) -> Decimal:
    """Ascends from the stop that the market reaches first."""
    assert order.stop_price is not None
    return _signed(order.stop_price, order.side)


def last_triggered_priority(side: Side, price: Decimal) -> Decimal:
    """Buy stops trigger once the ask is at or above them, sell stops the bid at or below."""
    return _signed(price, side)


def fill_priority(order: Order) -> Decimal:
    """Ascends from the first in line: market orders, then the better limit."""
    if order.limit_price is None:
        return MARKET_ORDER_PRIORITY
    return _signed(order.limit_price, order.side.opposite)


def last_fillable_priority(side: Side, price: Decimal) -> Decimal:
    """A limit order may fill at its limit or better."""
    return _signed(price, side.opposite)


def fill_price(order: Order, touch: Touch, slippage: Decimal) -> Decimal:
    """The touch, which may be better than an arriving limit; a resting limit gets its own; an
    order without a limit slips behind the touch."""
    price = touch.price(order.side)
    if order.limit_price is None:
        slipped = price + _signed(slippage, order.side)
        return slipped if slipped > 0 else price
    return order.limit_price if order.is_resting else price


def starts_resting(order: Order, touch: Touch) -> bool:
    """Whether the touch is the first to stand away from the limit."""
    return (
        order.is_incoming
        and touch.is_tradable(order.side)
        and fill_priority(order) > last_fillable_priority(order.side, touch.price(order.side))
    )


def trailing_stop(side: Side, distance: Decimal, price: Decimal, tick_size: Decimal) -> Decimal:
    """The stop of `side` that stays `distance` behind the price; one tick at the least."""
    return max(price + _signed(distance, side), tick_size)


def tightens(order: Order, stop_price: Decimal) -> bool:
    """Whether a trailing stop moves there: it never moves back."""
    assert order.stop_price is not None
    return _signed(stop_price, order.side) < _signed(order.stop_price, order.side)


def fill_quantity(order: Order, touch: Touch, used: LiquidityUsed, position: Position) -> Decimal:
    """What remains of the order, of the displayed size, and of the position it may reduce. Fill
    or kill takes all or nothing."""
    displayed = touch.size(order.side) - used.taken(order.side)
    quantity = min(order.remaining_quantity, max(displayed, ZERO))
    if order.reduce_only:
        quantity = min(quantity, abs(position.quantity))
    if order.duration is Duration.FOK and quantity < order.remaining_quantity:
        return ZERO
    return quantity


def reduction_pending(orders: Iterable[Order]) -> Decimal:
    """How much these closing orders are still to close. Brackets don't count: they shrink with
    the position."""
    return sum((order.remaining_quantity for order in orders if not order.is_bracket), ZERO)


def closable_quantity(position: Position, others: Iterable[Order]) -> Decimal:
    """What the others leave to be closed of the position; below zero where it shrank."""
    return abs(position.quantity) - reduction_pending(others)


def _signed(price: Decimal, side: Side) -> Decimal:
    # Unlike a product, exact in any decimal context.
    return price if side is Side.BUY else price.copy_negate()
