"""Cancel several orders in an order that keeps their brackets consistent."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from trading_api.modules.broker.engine.brackets import cancel_order
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.transaction import Transaction

EXPIRED = "Its time is over."


def cancel_orders(
    transaction: Transaction, orders: Iterable[Order], at_ms: int, message: str = ""
) -> None:
    """Cancel those of `orders` that are still live when their turn comes.

    Brackets come after other orders, because an order cancels its own brackets. Reversals come
    last, because they release the brackets that they suspended."""
    for order in sorted(orders, key=attrgetter("is_reversal", "is_bracket")):
        order = transaction.current(order)
        if order.is_live:
            cancel_order(transaction, order, at_ms, message)


def cancel_expired(transaction: Transaction, symbol: str, at_ms: int) -> None:
    """Cancel the orders of a symbol whose expiry time has come."""
    expired = transaction.state.open_orders(symbol).expired(at_ms)
    cancel_orders(transaction, expired, at_ms, EXPIRED)
