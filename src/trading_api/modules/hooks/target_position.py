"""The orders that move a position to a target, as pure functions of an account's state."""

from __future__ import annotations

from collections.abc import Iterator
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
    that it cannot open a position on the other side.

    Together with the unfilled market orders of its side, it never exceeds the position. Otherwise
    these could close the position before it, and the venue would cancel it, although unfilled
    orders of the other side open the position again."""
    position = account.position(symbol)
    held = position.quantity if position else _ZERO
    missing = target - held - _pending(account, symbol)
    if held * missing >= 0:
        return None
    side = Side.SELL if held > 0 else Side.BUY
    closing = sum(
        (abs(each) for each in _unfilled(account, symbol) if each * side > 0),
        _ZERO,
    )
    quantity = min(abs(missing), abs(held) - closing)
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
    return sum(_unfilled(account, symbol), _ZERO)


def _unfilled(account: AccountSnapshot, symbol: str) -> Iterator[Decimal]:
    """Yield what each unfilled market order will add to the position."""
    for order in account.live_orders():
        if order.symbol == symbol and order.type is OrderType.MARKET and not order.is_bracket:
            yield order.side * (order.quantity - order.filled_quantity)


def _market_order(
    symbol: str, side: Side, quantity: Decimal, *, reduce_only: bool = False
) -> OrderInstruction:
    return OrderInstruction(symbol, side, OrderType.MARKET, quantity, reduce_only=reduce_only)
