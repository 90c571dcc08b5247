"""Match the open orders of one symbol with its market."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from trading_api.domain.orders import Duration, OrderStatus, Side
from trading_api.modules.broker.engine.brackets import (
    cancel_order,
    cancel_rest_of_parent,
    fit_brackets,
)
from trading_api.modules.broker.engine.cancellation import cancel_expired
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.events import (
    OrderAccepted,
    OrderFilled,
    OrderRested,
    OrderTriggered,
    TrailingStopMoved,
)
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.fill_rules import (
    fill_price,
    fill_quantity,
    starts_resting,
    tightens,
    trailing_stop,
)
from trading_api.modules.broker.engine.order import (
    Order,
    accepted,
    filled,
    rested,
    stop_moved,
    triggered,
)
from trading_api.modules.broker.engine.position import apply_fill, ends_position
from trading_api.modules.broker.engine.touch import Touch, liquidity_used_of, use_liquidity
from trading_api.modules.broker.engine.transaction import Transaction

POSITION_GONE = "The position it was to close is closed."
NOT_FILLED = {
    Duration.IOC: "Immediate or cancel: the market had no more for it.",
    Duration.FOK: "Fill or kill: the market did not have all of it.",
}


def match(transaction: Transaction, market: Market) -> None:
    """Expire, accept, trigger, trail and fill the orders of a symbol that the market reaches.

    Orders fill in price-time priority. Immediate orders that are left over are canceled."""
    state, symbol, at_ms = transaction.state, market.symbol, market.at_ms
    if not state.open_orders(symbol).may_match(market.touch, at_ms):
        return
    cancel_expired(transaction, symbol, at_ms)
    for order in state.open_orders(symbol).due_arrivals(at_ms):
        transaction.emit(OrderAccepted(mark_resting(accepted(order, at_ms), market.touch), at_ms))
    if market.touch is not None:
        # Brackets that a fill activated meet the same touch.
        while _match_touch(transaction, market, market.touch):
            pass
        for order in state.open_orders(symbol).newly_resting(market.touch):
            transaction.emit(OrderRested(rested(order), at_ms))
    for order in state.open_orders(symbol).immediate_orders():
        cancel_order(transaction, order, at_ms, NOT_FILLED[order.duration])


def mark_resting(order: Order, touch: Touch | None) -> Order:
    """Return the order as it meets the touch: resting if the touch is away from its limit."""
    if touch is None or order.status is not OrderStatus.WORKING or not starts_resting(order, touch):
        return order
    return replace(order, is_resting=True)


def _match_touch(transaction: Transaction, market: Market, touch: Touch) -> bool:
    """Return whether a fill activated or enlarged a bracket."""
    state, symbol = transaction.state, market.symbol
    for order in state.open_orders(symbol).triggered_stops(touch):
        after = mark_resting(triggered(order, market.at_ms), touch)
        transaction.emit(OrderTriggered(after, market.at_ms))
    # The old stop is tested before it moves.
    for order in state.open_orders(symbol).trailing_stops(touch):
        _move_trailing_stop(transaction, order, market, touch)
    has_changed = False
    # The sides share no displayed size, so either may go first.
    for side in (Side.BUY, Side.SELL):
        for order in state.open_orders(symbol).fillable(side, touch):
            # An earlier fill may have ended it, or the position that it was to reduce.
            order = transaction.current(order)
            if order.status is OrderStatus.WORKING:
                has_changed |= _fill(transaction, order, market, touch)
    return has_changed


def _move_trailing_stop(
    transaction: Transaction, order: Order, market: Market, touch: Touch
) -> None:
    assert order.trail is not None
    price = touch.price(order.side)
    stop_price = trailing_stop(order.side, order.trail.distance, price, market.tick_size)
    if tightens(order, stop_price):
        transaction.emit(
            TrailingStopMoved(stop_moved(order, stop_price, market.at_ms), market.at_ms)
        )


def _fill(transaction: Transaction, order: Order, market: Market, touch: Touch) -> bool:
    """Return whether the fill activated or enlarged a bracket."""
    state, at_ms = transaction.state, market.at_ms
    position = state.position(order.symbol)
    used = liquidity_used_of(touch, state.liquidity_used.get(order.symbol))
    quantity = fill_quantity(order, touch, used, position)
    if not quantity:
        return False
    execution_id = f"execution-{state.execution_count + 1}"
    slippage = transaction.rules.slippage.ticks(execution_id) * market.tick_size
    price = fill_price(order, touch, slippage)
    result = apply_fill(position, order.side, quantity, price, touch.rate, at_ms)
    accrued, commission = _commission(transaction.rules, order, quantity, price * touch.rate)
    execution = Execution(
        id=execution_id,
        order_id=order.id,
        symbol=order.symbol,
        side=order.side,
        price=price,
        quantity=quantity,
        time_ms=at_ms,
        realized_pl=result.realized_pl,
        commission=commission,
        rate=touch.rate,
    )
    transaction.emit(
        OrderFilled(
            execution=execution,
            order=filled(order, quantity, price, accrued, at_ms),
            position=result.position,
            balance=state.balance + execution.realized_pl - commission,
            liquidity_used=use_liquidity(used, order.side, quantity),
            at_ms=at_ms,
        )
    )
    if ends_position(position, result.position):
        _cancel_reductions(transaction, order.symbol, at_ms)
    cancel_rest_of_parent(transaction, order, at_ms)
    return fit_brackets(transaction, order, position, market)


def _commission(
    rules: ExchangeRules, order: Order, quantity: Decimal, price: Decimal
) -> tuple[Decimal, Decimal]:
    """Return what a fill accrues, and what it is charged; the first one pays the minimum."""
    fees = rules.fees
    accrued = fees.accrued(quantity, quantity * price, is_maker=order.is_resting)
    before = fees.charged(order.accrued_commission, order.filled_quantity)
    return accrued, fees.charged(order.accrued_commission + accrued, quantity) - before


def _cancel_reductions(transaction: Transaction, symbol: str, at_ms: int) -> None:
    for order in transaction.state.closing_orders(symbol):
        if not order.is_bracket:
            cancel_order(transaction, order, at_ms, POSITION_GONE)
