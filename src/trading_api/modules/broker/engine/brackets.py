"""What the brackets of an order or a position are, and how much each is to close."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.orders import OrderType
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.order import Order


def is_take_profit(bracket: Order) -> bool:
    return bracket.type is OrderType.LIMIT


def is_suspended_by_reversal(state: AccountState, bracket: Order) -> bool:
    """While its position is being reversed: it would close a second time what that closes."""
    reversal = state.live_reversal(bracket.symbol)
    return reversal is not None and reversal.side is bracket.side


def bracket_size(state: AccountState, bracket: Order) -> Decimal:
    """Of a live one: all of the position, or what its parent order has filled and neither of the
    pair has closed yet; never more than there is to close."""
    closable = state.position(bracket.symbol).closable_by(bracket.side)
    return min(closable, state.bracket_index(bracket.symbol).claims[bracket.id].left)
