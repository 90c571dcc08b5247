"""The orders that move a position to a target, as pure functions of an account's state."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.account_snapshot import AccountSnapshot
from trading_api.domain.broker_commands import OrderInstruction
from trading_api.domain.orders import OrderType, Side

_ZERO = Decimal(0)


def reducing_order(
    account: AccountSnapshot, symbol: str, target: Decimal
) -> OrderInstruction | None:
    """Return the order that closes the excess of the position over the target, or None.

    It is reduce-only: if a stop loss closes the position first, the venue rejects the order, so
    that it cannot open a position on the other side."""
    position = account.position(symbol)
    held = position.quantity if position else _ZERO
    pending = _pending(account, symbol)
    missing = target - held - pending
    if held * missing >= 0:
        return None
    side = Side.SELL if held > 0 else Side.BUY
    closable = abs(held) - max(_ZERO, pending * side)
    quantity = min(abs(missing), closable)
    return _market_order(symbol, side, quantity, reduce_only=True) if quantity > 0 else None


def completing_order(
    account: AccountSnapshot, symbol: str, target: Decimal
) -> OrderInstruction | None:
    """Return the order that reaches the target once all market orders have filled, or None."""
    position = account.position(symbol)
    held = position.quantity if position else _ZERO
    missing = target - held - _pending(account, symbol)
    if missing == 0:
        return None
    return _market_order(symbol, Side.BUY if missing > 0 else Side.SELL, abs(missing))


def _pending(account: AccountSnapshot, symbol: str) -> Decimal:
    """Return what unfilled market orders will add to the position. Without them, an alert that
    follows another one would trade the same difference again."""
    return sum(
        (
            order.side * (order.quantity - order.filled_quantity)
            for order in account.live_orders()
            if order.symbol == symbol and order.type is OrderType.MARKET and not order.is_bracket
        ),
        _ZERO,
    )


def _market_order(
    symbol: str, side: Side, quantity: Decimal, *, reduce_only: bool = False
) -> OrderInstruction:
    return OrderInstruction(symbol, side, OrderType.MARKET, quantity, reduce_only=reduce_only)
