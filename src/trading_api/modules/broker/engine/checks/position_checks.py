"""Check commands that close, reduce or reverse a position."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.checks.order_checks import check_quantity
from trading_api.modules.broker.engine.checks.rejection import Rejection, RejectionCode
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.fill_rules import closable_quantity
from trading_api.modules.broker.engine.money import ZERO
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.trading_rules import TradingRules

HOLDERS_NAMED_MAX = 3


def position_not_found(position: Position) -> Rejection:
    """Return the rejection of a command that needs an open position where there is none."""
    return Rejection(
        RejectionCode.POSITION_NOT_FOUND, f"There is no open position in {position.symbol}."
    )


def check_reduction(
    position: Position, side: Side, quantity: Decimal, others: Sequence[Order]
) -> Rejection | None:
    """Reject an order of `side` that would not reduce the position, or would reduce it too far.

    `others` are the orders that already work to close the position."""
    if not position.quantity:
        return position_not_found(position)
    if position.quantity * side > 0:
        return Rejection(
            RejectionCode.NOT_REDUCING, f"A {side.name.lower()} would add to the position."
        )
    return _check_excess(position, quantity, others)


def check_close_quantity(
    position: Position, quantity: Decimal, others: Sequence[Order], trading_rules: TradingRules
) -> Rejection | None:
    """Reject a quantity to close that is not valid, or more than `others` leave of the position."""
    # All that is left may be closed, however large it grew and whatever its grid.
    is_all = quantity == closable_quantity(position, others)
    if not is_all and (rejection := check_quantity(quantity, trading_rules)):
        return rejection
    return _check_excess(position, quantity, others)


def check_not_reversing(state: AccountState, symbol: str) -> Rejection | None:
    """Reject what would close the position while a reversal works.

    The reversal would then end beyond the opposite position."""
    reversal = state.live_reversal(symbol)
    if reversal is None:
        return None
    return Rejection(
        RejectionCode.POSITION_REVERSING,
        f"The position in {symbol} is being reversed by {reversal.id}.",
    )


def check_tradable(side: Side, market: Market) -> Rejection | None:
    """Reject an order of `side` that must trade now while the market shows nothing to trade on."""
    if market.touch is not None and market.touch.is_tradable(side):
        return None
    return Rejection(
        RejectionCode.NO_PRICE,
        f"{market.symbol}'s market is closed, or shows nothing to trade on.",
    )


def _check_excess(
    position: Position, quantity: Decimal, others: Sequence[Order]
) -> Rejection | None:
    closable = closable_quantity(position, others)
    if 0 < quantity <= closable:
        return None
    holding = [order for order in others if not order.is_bracket]
    holders = ", ".join(
        f"{order.id} is to close {order.remaining_quantity} of it"
        for order in holding[:HOLDERS_NAMED_MAX]
    )
    left = f"{max(closable, ZERO)} of {position.symbol} is left to close"
    sentence = f"{left}: {holders}; cancel that first." if holders else f"{left}."
    return Rejection(RejectionCode.EXCEEDS_POSITION, sentence)
