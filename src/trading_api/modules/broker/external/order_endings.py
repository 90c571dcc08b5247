"""Ends orders that the venue has ended or never received, and adjusts their brackets.

A bracket that still protects something is held again, unless it may have been filled."""

from __future__ import annotations

from msgspec.structs import replace

from trading_api.domain.notification import Severity
from trading_api.modules.broker.engine.brackets import bracket_size, follow_end
from trading_api.modules.broker.engine.events import (
    OrderActivated,
    OrderCanceled,
    OrderSuspended,
)
from trading_api.modules.broker.engine.order import (
    Order,
    activated,
    canceled,
    rejected,
    suspended,
)
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.engine.venue_events import OrderRejected
from trading_api.modules.broker.external.adjustments import warn


def end_canceled(
    transaction: Transaction, order: Order, text: str, now_ms: int, *, is_certain: bool
) -> None:
    """End an order that has ended at the venue. `text` is the reason, or empty.

    `is_certain` means that the venue listed all of its fills."""
    venue = transaction.state.venue
    assert venue is not None
    is_wanted = not venue.orders[order.id].is_cancel_requested
    if is_certain and is_wanted and _hold_again(transaction, order, text, now_ms):
        return
    transaction.emit(OrderCanceled(canceled(order, now_ms, text), now_ms))
    if is_wanted:
        _warn_unprotected(transaction, order, text, now_ms)
    follow_end(transaction, order, now_ms)


def end_rejected(transaction: Transaction, order: Order, code: str, text: str, now_ms: int) -> None:
    """End an order that the venue did not accept, and notify its owner."""
    message = text or "The venue rejected it."
    transaction.emit(OrderRejected(rejected(order, now_ms, message), code, now_ms))
    sentence = f"{order.id} was not accepted by the venue: {message}"
    warn(transaction, "order_rejected", sentence, now_ms, orderId=order.id, symbol=order.symbol)
    _warn_unprotected(transaction, order, message, now_ms)
    follow_end(transaction, order, now_ms)


def end_unsent(transaction: Transaction, order: Order, code: str, text: str, now_ms: int) -> None:
    """End an order that the venue never received, or hold it again."""
    if not _hold_again(transaction, order, text, now_ms):
        end_rejected(transaction, order, code, text, now_ms)


def _hold_again(transaction: Transaction, order: Order, text: str, now_ms: int) -> bool:
    """Hold a bracket again that was sent and not filled.

    Return whether it still protects something. The present price decides when it is sent again."""
    if not order.is_bracket:
        return False
    if not bracket_size(transaction.state, order):
        return False
    quantity = order.quantity
    waiting = replace(suspended(order, now_ms), message="")
    transaction.emit(OrderSuspended(waiting, now_ms))
    again = activated(waiting, quantity, waiting.stop_price, now_ms)
    transaction.emit(OrderActivated(again, now_ms))
    sentence = f"{order.id} was not filled, and is held again: {text or 'it ended at the venue.'}"
    warn(transaction, "held_order_not_filled", sentence, now_ms, orderId=order.id)
    return True


def _warn_unprotected(transaction: Transaction, order: Order, text: str, now_ms: int) -> None:
    position = transaction.state.position(order.symbol)
    if not order.is_bracket or not position.closable_by(order.side):
        return
    sentence = f"{order.id} no longer protects the position in {order.symbol}: {text}"
    warn(
        transaction,
        "position_not_protected",
        sentence,
        now_ms,
        Severity.CRITICAL,
        orderId=order.id,
        symbol=order.symbol,
    )
