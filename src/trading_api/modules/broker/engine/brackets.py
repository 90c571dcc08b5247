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
    return min(closable, unprotected(state, bracket.parent_id))


def unprotected(state: AccountState, parent_id: str) -> Decimal:
    """What the order has filled and its brackets have not closed."""
    return max(state.orders[parent_id].filled_quantity - closed_by(state, parent_id), ZERO)


def closed_by(state: AccountState, parent_id: str) -> Decimal:
    """What an order's brackets have closed together: each fill of one shrinks the other."""
    ids = state.brackets_of.get(parent_id, ())
    return sum((state.orders[order_id].filled_quantity for order_id in ids), ZERO)
