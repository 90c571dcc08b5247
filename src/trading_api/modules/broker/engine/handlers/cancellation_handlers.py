"""Handle the commands that cancel orders, the kill switch and the expiry of orders."""

from __future__ import annotations

from trading_api.modules.broker.engine.brackets import cancel_order
from trading_api.modules.broker.engine.cancellation import cancel_expired, cancel_orders
from trading_api.modules.broker.engine.checks.order_checks import (
    check_not_liquidation,
    find_live_order,
)
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import (
    CancelOrder,
    CancelOrders,
    ExpireOrders,
    SetKillSwitch,
)
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.engine.venue_events import KillSwitchSet

HALTED = "Trading was halted."


def cancel(transaction: Transaction, command: CancelOrder) -> Rejection | None:
    """Cancel one live order that is no liquidation."""
    order = find_live_order(transaction.state.orders, command.order_id)
    if isinstance(order, Rejection):
        return order
    if rejection := check_not_liquidation(order):
        return rejection
    cancel_order(transaction, order, command.at_ms)
    return None


def cancel_many(transaction: Transaction, command: CancelOrders) -> None:
    """Cancel the live orders of the command, without liquidations."""
    orders = [order for order in transaction.state.live_orders() if not order.is_liquidation]
    if command.order_ids is not None:
        wanted = set(command.order_ids)
        orders = [order for order in orders if order.id in wanted]
    cancel_orders(transaction, orders, command.at_ms)


def set_kill_switch(transaction: Transaction, command: SetKillSwitch) -> None:
    """Set the switch. Switching on cancels the live orders, without liquidations."""
    transaction.emit(KillSwitchSet(command.is_on, command.reason, command.at_ms))
    if command.is_on:
        orders = [order for order in transaction.state.live_orders() if not order.is_liquidation]
        cancel_orders(transaction, orders, command.at_ms, HALTED)


def expire(transaction: Transaction, command: ExpireOrders) -> None:
    """Cancel the orders of every symbol whose expiry time has come."""
    for symbol in list(transaction.state.working):
        cancel_expired(transaction, symbol, command.at_ms)
