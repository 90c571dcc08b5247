"""Decides which held orders a quote triggers, and what to send: pure functions of account and
touch.

They never close more than the position. A held order is not sent while other orders at the venue
may close the quantity that it protects. Resting orders of that kind are canceled first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from trading_api.domain.orders import OrderStatus, OrderType
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.brackets import bracket_size, cancel_order, is_at_venue
from trading_api.modules.broker.engine.events import (
    IdempotencyKeyRecorded,
    OrderModified,
    OrderTriggered,
    TrailingStopMoved,
)
from trading_api.modules.broker.engine.fill_rules import last_triggered_priority, trailing_stop
from trading_api.modules.broker.engine.matching import POSITION_GONE
from trading_api.modules.broker.engine.money import EXACT, ZERO
from trading_api.modules.broker.engine.order import Order, modified, sent, stop_moved
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.engine.venue_state import VenueState

KEY_OPERATION = "held-order.send"
"""The operation of the idempotency keys of held orders."""


def held_orders(state: AccountState, symbol: str) -> list[Order]:
    """Return the untriggered held orders of a symbol, in no particular order."""
    if state.venue is None:
        return []
    return [each for each in state.working_orders(symbol) if not is_at_venue(state, each)]


def is_held(state: AccountState, order: Order) -> bool:
    """Return whether this server holds a live order, so that the venue does not know it."""
    return state.venue is not None and order.is_live and not is_at_venue(state, order)


def tightest_stop(order: Order, touch: Touch, known: Decimal, tick_size: Decimal) -> Decimal:
    """Return the stop price of a trailing stop after it has followed the touch from the stop
    `known`."""
    assert order.trail is not None
    moved = trailing_stop(order.side, order.trail.distance, touch.price(order.side), tick_size)
    return min(known, moved) if order.side > 0 else max(known, moved)


def reached(
    state: AccountState, symbol: str, touch: Touch, stops: Mapping[str, Decimal]
) -> list[Order]:
    """Return the held orders whose price the touch has reached, the oldest first.

    `stops` are the prices to which trailing stops have moved since their last event."""
    found = [each for each in held_orders(state, symbol) if _is_reached(each, touch, stops)]
    return sorted(found, key=lambda order: order.sequence)


def _is_reached(order: Order, touch: Touch, stops: Mapping[str, Decimal]) -> bool:
    side = order.side
    if order.status is not OrderStatus.WORKING or not touch.is_tradable(side):
        return False
    price = last_triggered_priority(side, touch.price(side))
    if order.type is OrderType.LIMIT:  # a take-profit
        assert order.limit_price is not None
        return last_triggered_priority(side, order.limit_price) >= price
    stop_price = stops.get(order.id, order.stop_price)
    assert stop_price is not None
    return last_triggered_priority(side, stop_price) <= price


def obstacles(
    state: AccountState, order: Order, step: Decimal, *, is_spot: bool
) -> Sequence[Order]:
    """Return the orders at the venue that may close the quantity that a held order is to close.

    On a spot market every order of the same side may. The result is empty if the position, and the
    open quantity of the bracket's pair, are large enough for all of them."""
    if not order.reduce_only:
        return ()
    venue, closable = state.venue, state.position(order.symbol).closable_by(order.side)
    assert venue is not None
    others = [
        each
        for each in state.working_orders(order.symbol)
        if each.side is order.side
        and each.id in venue.orders
        and (each.reduce_only or each.is_reversal or is_spot or venue.orders[each.id].is_external)
    ]
    size = size_to_send(state, order, step)
    if EXACT.add(_remaining(others), size) > closable:
        return others
    pair = [each for each in others if order.parent_id and each.parent_id == order.parent_id]
    claim = state.bracket_index(order.symbol).claims.get(order.id)
    if pair and claim and EXACT.add(_remaining(pair), size) > claim.remaining:
        return pair
    return ()


def _remaining(orders: Sequence[Order]) -> Decimal:
    return sum((each.remaining_quantity for each in orders), ZERO)


def size_to_send(state: AccountState, order: Order, step: Decimal) -> Decimal:
    """Return the quantity of a held order when it is sent, on the lot grid of the venue."""
    size = order.remaining_quantity
    if order.is_bracket:
        size = bracket_size(state, order)
    elif order.reduce_only:
        size = min(size, state.position(order.symbol).closable_by(order.side))
    return EXACT.subtract(size, EXACT.remainder(size, step))


def resting(venue: VenueState, others: Sequence[Order]) -> list[Order]:
    """Return those of the orders at the venue that rest there, so that they can be canceled."""
    return [
        each
        for each in others
        if each.type is not OrderType.MARKET
        and not each.is_triggered
        and not each.duration.is_immediate
        and not venue.orders[each.id].is_cancel_requested
    ]


def is_due(state: AccountState, order: Order, step: Decimal, *, is_spot: bool) -> bool:
    """Return whether `send` would change anything for a reached held order."""
    others = obstacles(state, order, step, is_spot=is_spot)
    assert state.venue is not None
    return not others or bool(resting(state.venue, others))


def send(
    transaction: Transaction, order: Order, step: Decimal, at_ms: int, *, is_spot: bool
) -> None:
    """Turn a reached held order into an intent, or first cancel the orders in its way.

    The intent has an idempotency key, which is its client order id at the venue."""
    state = transaction.state
    others = obstacles(state, order, step, is_spot=is_spot)
    assert state.venue is not None
    if others:
        for each in resting(state.venue, others):
            cancel_order(transaction, each, at_ms)
        return
    size = size_to_send(state, order, step)
    if not size:
        cancel_order(transaction, order, at_ms, POSITION_GONE)
        return
    quantity = EXACT.add(order.filled_quantity, size)
    if quantity != order.quantity:
        order = modified(order, at_ms, quantity=quantity)
        transaction.emit(OrderModified(order, at_ms))
    transaction.emit(OrderTriggered(sent(order, at_ms), at_ms))
    key = state.venue.orders[order.id].client_order_id
    transaction.emit(IdempotencyKeyRecorded(KEY_OPERATION, key, order.id, order.id, at_ms))


def move(transaction: Transaction, order: Order, stop_price: Decimal, at_ms: int) -> None:
    """Record the new stop of a trailing stop."""
    transaction.emit(TrailingStopMoved(stop_moved(order, stop_price, at_ms), at_ms))
