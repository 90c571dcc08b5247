"""Ends orders that are still live, and what hangs on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from operator import attrgetter

from trading_api.domain.orders import Brackets, OrderStatus
from trading_api.modules.broker.engine.brackets import bracket_size, is_take_profit
from trading_api.modules.broker.engine.checks.order_checks import (
    check_not_liquidation,
    find_live_order,
)
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import CancelOrder, CancelOrders, ExpireOrders
from trading_api.modules.broker.engine.events import OrderActivated, OrderCanceled, OrderModified
from trading_api.modules.broker.engine.order import Order, activated, canceled, modified
from trading_api.modules.broker.engine.transaction import Transaction

EXPIRED = "Its time is over."
NOTHING_TO_PROTECT = "There is nothing left for it to protect."


def cancel(transaction: Transaction, command: CancelOrder) -> Rejection | None:
    order = find_live_order(transaction.state.orders, command.order_id)
    if isinstance(order, Rejection):
        return order
    if rejection := check_not_liquidation(order):
        return rejection
    cancel_order(transaction, order, command.at_ms)
    return None


def cancel_many(transaction: Transaction, command: CancelOrders) -> None:
    orders = [order for order in transaction.state.live_orders() if not order.is_liquidation]
    if command.order_ids is not None:
        wanted = set(command.order_ids)
        orders = [order for order in orders if order.id in wanted]
    cancel_orders(transaction, orders, command.at_ms)


def expire(transaction: Transaction, command: ExpireOrders) -> None:
    for symbol in list(transaction.state.working):
        cancel_expired(transaction, symbol, command.at_ms)


def cancel_expired(transaction: Transaction, symbol: str, at_ms: int) -> None:
    cancel_orders(transaction, transaction.state.open_orders(symbol).expired(at_ms), at_ms, EXPIRED)


def cancel_orders(
    transaction: Transaction, orders: Iterable[Order], at_ms: int, message: str = ""
) -> None:
    """Those that are still live at their turn: an order takes its brackets along, so they come
    after it; a reversal sets free those that it held back, so it comes last."""
    for order in sorted(orders, key=attrgetter("is_reversal", "is_bracket")):
        order = transaction.current(order)
        if order.is_live:
            cancel_order(transaction, order, at_ms, message)


def cancel_order(transaction: Transaction, order: Order, at_ms: int, message: str = "") -> None:
    """A live one, and with it the brackets of what it will not fill any more."""
    transaction.emit(OrderCanceled(canceled(order, at_ms, message), at_ms))
    for order_id in transaction.state.brackets_of.get(order.id, ()):
        bracket = transaction.state.orders[order_id]
        if bracket.is_live and not bracket_size(transaction.state, bracket):
            cancel_order(transaction, bracket, at_ms, NOTHING_TO_PROTECT)
    parent = transaction.state.orders.get(order.parent_id)
    if parent and parent.is_live and (left := _without(parent.brackets, order)) != parent.brackets:
        transaction.emit(OrderModified(modified(parent, at_ms, brackets=left), at_ms))
    restore_brackets(transaction, order, at_ms)


def restore_brackets(transaction: Transaction, reversal: Order, at_ms: int) -> bool:
    """Those that a reversal held back, if it has ended and left them something to protect; their
    stops are where they were. Whether there are any."""
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


def _without(brackets: Brackets, ended: Order) -> Brackets:
    if is_take_profit(ended):
        return replace(brackets, take_profit=None)
    return replace(brackets, stop_loss=None, trail=None)
