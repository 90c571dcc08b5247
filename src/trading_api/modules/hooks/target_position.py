"""Which order moves a position towards a target: pure functions of an account's state."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.account_snapshot import AccountSnapshot
from trading_api.domain.broker_commands import OrderInstruction
from trading_api.domain.orders import OrderType, Side

_ZERO = Decimal(0)


def reducing_order(
    account: AccountSnapshot, symbol: str, target: Decimal
) -> OrderInstruction | None:
    """Return the order that closes what the position has too much, or None.

    It only reduces: if a stop loss closes the position first, the venue rejects it, and nothing is
    sold that is not held."""
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
    """Return what market orders will add to the position: those that are on their way or wait for
    more quotes. Without them, an alert that follows another would trade the same again."""
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
