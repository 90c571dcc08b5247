"""Keeps the brackets of orders and positions: take-profits, stop-losses, trailing stops."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from trading_api.domain.orders import Brackets, OrderStatus, OrderType, Side, Trail
from trading_api.modules.broker.engine.brackets import bracket_size, is_suspended_by_reversal
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.events import (
    OrderActivated,
    OrderModified,
    OrderPlaced,
    OrderSuspended,
)
from trading_api.modules.broker.engine.fill_rules import trailing_stop
from trading_api.modules.broker.engine.handlers.cancellation import (
    NOTHING_TO_PROTECT,
    cancel_order,
    restore_brackets,
)
from trading_api.modules.broker.engine.order import (
    Order,
    OrderPurpose,
    activated,
    modified,
    suspended,
)
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.transaction import Transaction

PAIR_CLOSED = "Its bracket has closed what was filled of it."


@dataclass(frozen=True, slots=True)
class _Leg:
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail: Trail | None = None


def set_brackets(
    transaction: Transaction,
    wanted: Brackets,
    side: Side,
    price: Decimal | None,
    parent: Order | None,
    market: Market,
) -> None:
    """Makes, changes and cancels until the order `parent`, or else the position, has those that
    are wanted. It is of `side`; a new trailing stop starts behind `price`."""
    state = transaction.state
    parent_id = parent.id if parent else ""
    legs = _legs(wanted, side, price, market)
    live = {order.type: order for order in state.live_brackets_of(market.symbol, parent_id)}
    quantity = parent.quantity if parent else abs(state.position(market.symbol).quantity)
    for type, order in live.items():
        if type in legs:
            waits = parent is not None and not parent.filled_quantity
            _change(transaction, order, legs[type], quantity if waits else order.quantity, market)
        else:
            cancel_order(transaction, order, market.at_ms)
    for type, leg in legs.items():
        if type not in live:
            _place(transaction, leg, side.opposite, quantity, parent_id, market)
    for order in state.live_brackets_of(market.symbol, parent_id):
        _fit(transaction, order, market)


def suspend_brackets(transaction: Transaction, market: Market) -> None:
    """Those that work, until the reversal of their position has ended."""
    for bracket in transaction.state.live_brackets(market.symbol):
        if bracket.status is OrderStatus.WORKING:
            transaction.emit(OrderSuspended(suspended(bracket, market.at_ms), market.at_ms))


def fit_brackets(transaction: Transaction, order: Order, before: Position, market: Market) -> bool:
    """After a fill of the order that changed the position `before`: sizes those brackets that it
    concerns to what there is to protect now, and ends those that have nothing to wait for.
    Whether one of them can trade that could not before."""
    state = transaction.state
    has_new = restore_brackets(transaction, order, market.at_ms)
    after, bracket_index = state.position(market.symbol), state.bracket_index(market.symbol)
    concerned = list(state.brackets_of.get(order.parent_id or order.id, ()))
    for side in Side:
        closable, closable_before = after.closable_by(side), before.closable_by(side)
        if closable != closable_before:
            # Smaller ones than both were as large as they wanted to be, and are.
            concerned += bracket_index.larger_than(side, min(closable, closable_before))
    for bracket in [state.orders[each] for each in bracket_index.in_placement_order(concerned)]:
        has_new |= _fit(transaction, bracket, market)
    return has_new


def cancel_rest_of_parent(transaction: Transaction, bracket: Order, at_ms: int) -> None:
    """A bracket that has done its work ends what still works of the order that it belongs to:
    more of that would be without protection."""
    parent = transaction.state.orders.get(bracket.parent_id)
    is_done = transaction.current(bracket).status is OrderStatus.FILLED
    if parent and parent.is_live and is_done:
        cancel_order(transaction, parent, at_ms, PAIR_CLOSED)


def _fit(transaction: Transaction, order: Order, market: Market) -> bool:
    state, at_ms = transaction.state, market.at_ms
    size = bracket_size(state, order)
    parent = state.orders.get(order.parent_id)
    if size and is_suspended_by_reversal(state, order):
        return False
    if size:
        return _resize(transaction, order, size, market)
    if parent is None or not parent.is_live:
        cancel_order(transaction, order, at_ms, NOTHING_TO_PROTECT)
    elif order.status is OrderStatus.WORKING:
        transaction.emit(OrderSuspended(suspended(order, at_ms), at_ms))
    return False


def _resize(transaction: Transaction, order: Order, size: Decimal, market: Market) -> bool:
    quantity = order.filled_quantity + size
    if order.status is OrderStatus.INACTIVE:
        stop_price = order.stop_price
        if order.trail:
            stop_price = _stop_behind(market, order.side, order.trail)
        after = activated(order, quantity, stop_price, market.at_ms)
        transaction.emit(OrderActivated(after, market.at_ms))
        return True
    if order.quantity != quantity:
        after = modified(order, market.at_ms, quantity=quantity)
        transaction.emit(OrderModified(after, market.at_ms))
        return quantity > order.quantity
    return False


def _legs(
    wanted: Brackets, side: Side, price: Decimal | None, market: Market
) -> dict[OrderType, _Leg]:
    legs = {}
    if wanted.take_profit is not None:
        legs[OrderType.LIMIT] = _Leg(limit_price=wanted.take_profit)
    if wanted.trail is not None:
        assert price is not None
        stop_price = trailing_stop(side.opposite, wanted.trail.distance, price, market.tick_size)
        legs[OrderType.STOP] = _Leg(stop_price=stop_price, trail=wanted.trail)
    elif wanted.stop_loss is not None:
        legs[OrderType.STOP] = _Leg(stop_price=wanted.stop_loss)
    return legs


def _place(
    transaction: Transaction,
    leg: _Leg,
    side: Side,
    quantity: Decimal,
    parent_id: str,
    market: Market,
) -> None:
    order = Order(
        id=transaction.next_order_id(),
        symbol=market.symbol,
        side=side,
        type=OrderType.LIMIT if leg.limit_price is not None else OrderType.STOP,
        quantity=quantity,
        limit_price=leg.limit_price,
        stop_price=leg.stop_price,
        trail=leg.trail,
        sequence=transaction.next_sequence(),
        placed_ms=market.at_ms,
        updated_ms=market.at_ms,
        status=OrderStatus.INACTIVE,
        purpose=OrderPurpose.BRACKET,
        parent_id=parent_id,
    )
    transaction.emit(OrderPlaced(order, market.at_ms))


def _change(
    transaction: Transaction, order: Order, leg: _Leg, quantity: Decimal, market: Market
) -> None:
    changes: dict[str, object] = {}
    if quantity != order.quantity:
        changes["quantity"] = quantity
    # A trailing stop has moved on from where it started, so its price is no reason.
    old = order.trail or order.stop_price or order.limit_price
    if old != (leg.trail or leg.stop_price or leg.limit_price):
        changes["limit_price"] = leg.limit_price
        changes["stop_price"] = leg.stop_price
        changes["trail"] = leg.trail
        changes["sequence"] = transaction.next_sequence()
        if leg.trail and order.status is OrderStatus.WORKING:
            changes["stop_price"] = _stop_behind(market, order.side, leg.trail)
    if changes:
        transaction.emit(OrderModified(modified(order, market.at_ms, **changes), market.at_ms))


def _stop_behind(market: Market, side: Side, trail: Trail) -> Decimal:
    assert market.mark is not None, "the position that it protects was opened at a price"
    return trailing_stop(side, trail.distance, market.mark.indicative_price(side), market.tick_size)
