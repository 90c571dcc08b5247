"""What the brackets of an order or a position are, and how much each is to close."""

from __future__ import annotations

from decimal import Decimal

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.money import ZERO
from trading_api.modules.broker.engine.order import Order, OrderType


def is_take_profit(bracket: Order) -> bool:
    return bracket.type is OrderType.LIMIT


def bracket_size(state: AccountState, bracket: Order) -> Decimal:
    """All of the position, or what its parent order has filled and neither of the pair has closed
    yet; never more than there is to close."""
    closable = state.position(bracket.symbol).open_to(bracket.side)
    if not bracket.parent_id:
        return closable
    pair = [state.orders[order_id] for order_id in state.brackets_of[bracket.parent_id]]
    closed = sum((order.filled_quantity for order in pair), ZERO)
    return min(closable, state.orders[bracket.parent_id].filled_quantity - closed)
