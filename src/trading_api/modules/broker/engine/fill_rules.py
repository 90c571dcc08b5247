"""The rules of matching: priorities, fill prices, fill quantities and trailing stops."""

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
    """Return the priority of a stop; the stop that the market reaches first has the smallest."""
    assert order.stop_price is not None
    return _signed(order.stop_price, order.side)


def last_triggered_priority(side: Side, price: Decimal) -> Decimal:
    """Return the largest priority that `price` triggers.

    Buy stops trigger when the ask is at or above them, sell stops when the bid is at or below."""
    return _signed(price, side)


def fill_priority(order: Order) -> Decimal:
    """Return the priority of an order to fill: market orders first, then the better limit."""
    if order.limit_price is None:
        return MARKET_ORDER_PRIORITY
    return _negated_for_buys(order.limit_price, order.side)


def last_fillable_priority(side: Side, price: Decimal) -> Decimal:
    """Return the largest priority that fills at `price`: that of limits at it or better."""
    return _negated_for_buys(price, side)


def fill_price(order: Order, touch: Touch, slippage: Decimal) -> Decimal:
    """Return the price of a fill.

    An order without a limit slips behind the touch. An incoming limit order takes the touch, which
    may be better than its limit. A resting one fills at its limit."""
    price = touch.price(order.side)
    if order.limit_price is None:
        slipped = price + _signed(slippage, order.side)
        return slipped if slipped > 0 else price
    return order.limit_price if order.is_resting else price


def starts_resting(order: Order, touch: Touch) -> bool:
    """Return whether the touch is the first that stands away from the order's limit."""
    return (
        order.is_incoming
        and touch.is_tradable(order.side)
        and fill_priority(order) > last_fillable_priority(order.side, touch.price(order.side))
    )


def trailing_stop(side: Side, distance: Decimal, price: Decimal, tick_size: Decimal) -> Decimal:
    """Return the stop price of `side` that is `distance` behind `price`, at least one tick."""
    return max(price + _signed(distance, side), tick_size)


def tightens(order: Order, stop_price: Decimal) -> bool:
    """Return whether a trailing stop moves to `stop_price`, because it is nearer the market."""
    assert order.stop_price is not None
    return _signed(stop_price, order.side) < _signed(order.stop_price, order.side)


def fill_quantity(order: Order, touch: Touch, used: LiquidityUsed, position: Position) -> Decimal:
    """Return how much of the order fills at the touch.

    The limits are the order's rest, the displayed size that is not used up, and the position for
    an order that only reduces it. A fill-or-kill order fills completely or not at all."""
    displayed = touch.size(order.side) - used.taken(order.side)
    quantity = min(order.remaining_quantity, max(displayed, ZERO))
    if order.reduce_only:
        quantity = min(quantity, abs(position.quantity))
    if order.duration is Duration.FOK and quantity < order.remaining_quantity:
        return ZERO
    return quantity


def reduction_pending(orders: Iterable[Order]) -> Decimal:
    """Return how much these closing orders still close.

    Brackets do not count, because they shrink with the position."""
    return sum((order.remaining_quantity for order in orders if not order.is_bracket), ZERO)


def closable_quantity(position: Position, others: Iterable[Order]) -> Decimal:
    """Return how much of the position `others` do not close.

    It is negative where the position shrank below its closing orders."""
    return abs(position.quantity) - reduction_pending(others)


def _signed(price: Decimal, side: Side) -> Decimal:
    # Unlike a product, exact in any decimal context.
    return price if side is Side.BUY else price.copy_negate()


def _negated_for_buys(price: Decimal, side: Side) -> Decimal:
    return price.copy_negate() if side is Side.BUY else price
