"""Brackets: the take-profits, stop-losses and trailing stops that protect orders and positions.

A bracket is an order of its own. It is INACTIVE until there is something to protect, and as large
as what it protects. Where one of a pair has closed its part, the other one shrinks with it.

The same rules hold for the held brackets of an account at a real venue. One that the venue has
received changes no more: its cancellation is requested where it would close too much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from trading_api.domain.orders import Brackets, OrderStatus, OrderType, Side, Trail
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.events import (
    OrderActivated,
    OrderCanceled,
    OrderModified,
    OrderPlaced,
    OrderSuspended,
)
from trading_api.modules.broker.engine.fill_rules import trailing_stop
from trading_api.modules.broker.engine.money import ZERO
from trading_api.modules.broker.engine.order import (
    Order,
    OrderPurpose,
    activated,
    canceled,
    modified,
    suspended,
)
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.engine.venue_events import OrderCancelRequested

NOTHING_TO_PROTECT = "There is nothing left for it to protect."
PARENT_PROTECTION_USED = "Its bracket has closed what was filled of it."


def set_brackets(
    transaction: Transaction,
    wanted: Brackets,
    side: Side,
    price: Decimal | None,
    parent: Order | None,
    market: Market,
) -> None:
    """Place, change and cancel brackets until the order `parent` has those that are `wanted`.

    Without a parent they belong to the position. `side` is that of the order or the position. A
    new trailing stop starts behind `price`."""
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


def fit_brackets(transaction: Transaction, order: Order, before: Position, market: Market) -> bool:
    """Fit the brackets to what there is to protect after a fill of `order`.

    `before` is the position before the fill. Brackets that have nothing left to wait for are
    canceled. Return whether a bracket can trade that could not trade before."""
    has_new = restore_brackets(transaction, order, market.at_ms)
    own = transaction.state.brackets_of.get(order.parent_id or order.id, ())
    return fit_to_position(transaction, before, market, own) or has_new


def fit_to_position(
    transaction: Transaction, before: Position, market: Market, own: Sequence[str] = ()
) -> bool:
    """Resize the brackets `own`, and all others that a change of the position from `before`
    affects.

    Return whether a bracket can trade now that could not trade before."""
    state, has_new = transaction.state, False
    after, index = state.position(market.symbol), state.bracket_index(market.symbol)
    if not index.claims:
        return False
    affected = list(own)
    for side in Side:
        closable, closable_before = after.closable_by(side), before.closable_by(side)
        if closable != closable_before:
            # A bracket that claims less than both quantities keeps its size.
            affected += index.larger_than(side, min(closable, closable_before))
    for bracket in [state.orders[each] for each in index.in_placement_order(affected)]:
        has_new |= _fit(transaction, bracket, market)
    return has_new


def suspend_brackets(transaction: Transaction, market: Market) -> None:
    """Suspend the working brackets of a symbol until the reversal of its position has ended."""
    for bracket in transaction.state.live_brackets(market.symbol):
        if bracket.status is OrderStatus.WORKING:
            transaction.emit(OrderSuspended(suspended(bracket, market.at_ms), market.at_ms))


def restore_brackets(transaction: Transaction, reversal: Order, at_ms: int) -> bool:
    """Activate the brackets that `reversal` suspended, once it has ended.

    Only brackets that still have something to protect are activated, with the stop prices they
    had. Return whether there are any. An order that is no reversal has suspended none."""
    if not reversal.is_reversal or transaction.current(reversal).is_live:
        return False
    state = transaction.state
    waiting = [
        bracket
        for bracket in state.live_brackets(reversal.symbol)
        if bracket.side is reversal.side
        and bracket.status is OrderStatus.INACTIVE
        and bracket_size(state, bracket)
    ]
    for bracket in waiting:
        quantity = bracket.filled_quantity + bracket_size(state, bracket)
        after = activated(bracket, quantity, bracket.stop_price, at_ms)
        transaction.emit(OrderActivated(after, at_ms))
    return bool(waiting)


def cancel_order(transaction: Transaction, order: Order, at_ms: int, message: str = "") -> None:
    """Cancel a live order, and those of its brackets that protect nothing without it.

    If a real venue has the order, request its cancellation there."""
    if is_at_venue(transaction.state, order):
        _request_cancellation(transaction, order, at_ms)
        return
    transaction.emit(OrderCanceled(canceled(order, at_ms, message), at_ms))
    follow_end(transaction, order, at_ms)


def follow_end(transaction: Transaction, order: Order, at_ms: int) -> None:
    """Cancel those brackets of an order that has ended which have nothing to protect without it.

    A live parent of the order no longer shows its price. A reversal releases the brackets that it
    suspended."""
    for order_id in transaction.state.brackets_of.get(order.id, ()):
        bracket = transaction.state.orders[order_id]
        if bracket.is_live and not bracket_size(transaction.state, bracket):
            cancel_order(transaction, bracket, at_ms, NOTHING_TO_PROTECT)
    parent = transaction.state.orders.get(order.parent_id)
    if parent and parent.is_live:
        _show_brackets(transaction, parent, _without(parent.brackets, order), at_ms)
    restore_brackets(transaction, order, at_ms)


def cancel_rest_of_parent(transaction: Transaction, bracket: Order, at_ms: int) -> None:
    """Cancel what still works of the parent of a bracket that is filled.

    A further fill of the parent would have no protection."""
    parent = transaction.state.orders.get(bracket.parent_id)
    is_done = transaction.current(bracket).status is OrderStatus.FILLED
    if parent and parent.is_live and is_done:
        cancel_order(transaction, parent, at_ms, PARENT_PROTECTION_USED)


def show_on_parent(transaction: Transaction, bracket: Order, at_ms: int) -> None:
    """Change the prices that a live parent shows to those of its modified `bracket`."""
    parent = transaction.state.orders.get(bracket.parent_id)
    if parent is None or not parent.is_live:
        return
    if _is_take_profit(bracket):
        brackets = replace(parent.brackets, take_profit=bracket.limit_price)
    else:
        stop_loss = None if bracket.trail else bracket.stop_price
        brackets = replace(parent.brackets, stop_loss=stop_loss, trail=bracket.trail)
    _show_brackets(transaction, parent, brackets, at_ms)


def bracket_size(state: AccountState, bracket: Order) -> Decimal:
    """Return the quantity that a live bracket has to close.

    It is the whole position, or the quantity that the parent has filled and its brackets have not
    closed. It is never more than the position. It is 0 if a real venue has filled more of the
    brackets."""
    closable = state.position(bracket.symbol).closable_by(bracket.side)
    remaining = state.bracket_index(bracket.symbol).claims[bracket.id].remaining
    return max(min(closable, remaining), ZERO)


def is_at_venue(state: AccountState, order: Order) -> bool:
    """Return whether a real venue has the live order, or is about to receive it."""
    return state.venue is not None and order.id in state.venue.orders


def is_suspended_by_reversal(state: AccountState, bracket: Order) -> bool:
    """Return whether a reversal of the bracket's position works.

    The bracket would close a second time what the reversal closes."""
    reversal = state.live_reversal(bracket.symbol)
    return reversal is not None and reversal.side is bracket.side


@dataclass(frozen=True, slots=True)
class _Leg:
    """The price of one bracket."""

    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail: Trail | None = None


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
    # A trailing stop has moved since it was placed, so its price alone is no change.
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


def _fit(transaction: Transaction, bracket: Order, market: Market) -> bool:
    """Return whether the bracket can trade more than before."""
    state, at_ms = transaction.state, market.at_ms
    size = bracket_size(state, bracket)
    if state.venue is not None:
        # A real venue trades no part of a lot step.
        size -= size % market.trading_rules.quantity_step
        if is_at_venue(state, bracket):
            if size < bracket.remaining_quantity:
                cancel_order(transaction, bracket, at_ms)
            return False
    parent = state.orders.get(bracket.parent_id)
    if size and is_suspended_by_reversal(state, bracket):
        return False
    if size:
        return _resize(transaction, bracket, size, market)
    if parent is None or not parent.is_live:
        cancel_order(transaction, bracket, at_ms, NOTHING_TO_PROTECT)
    elif bracket.status is OrderStatus.WORKING:
        transaction.emit(OrderSuspended(suspended(bracket, at_ms), at_ms))
    return False


def _resize(transaction: Transaction, bracket: Order, size: Decimal, market: Market) -> bool:
    quantity = bracket.filled_quantity + size
    if bracket.status is OrderStatus.INACTIVE:
        stop_price = bracket.stop_price
        if bracket.trail:
            stop_price = _stop_behind(market, bracket.side, bracket.trail)
        after = activated(bracket, quantity, stop_price, market.at_ms)
        transaction.emit(OrderActivated(after, market.at_ms))
        return True
    if bracket.quantity != quantity:
        after = modified(bracket, market.at_ms, quantity=quantity)
        transaction.emit(OrderModified(after, market.at_ms))
        return quantity > bracket.quantity
    return False


def _stop_behind(market: Market, side: Side, trail: Trail) -> Decimal:
    assert market.mark is not None, "the position that it protects was opened at a price"
    price = market.mark.indicative_price(side)
    return trailing_stop(side, trail.distance, price, market.tick_size)


def _request_cancellation(transaction: Transaction, order: Order, at_ms: int) -> None:
    venue = transaction.state.venue
    assert venue is not None
    if not venue.orders[order.id].is_cancel_requested:
        transaction.emit(OrderCancelRequested(order.id, at_ms))


def _is_take_profit(bracket: Order) -> bool:
    return bracket.type is OrderType.LIMIT


def _without(brackets: Brackets, ended: Order) -> Brackets:
    if _is_take_profit(ended):
        return replace(brackets, take_profit=None)
    return replace(brackets, stop_loss=None, trail=None)


def _show_brackets(transaction: Transaction, parent: Order, brackets: Brackets, at_ms: int) -> None:
    if brackets != parent.brackets:
        transaction.emit(OrderModified(modified(parent, at_ms, brackets=brackets), at_ms))
