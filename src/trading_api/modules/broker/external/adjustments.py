"""Changes of positions and cash that no fill caused."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.notification import Notification, Severity
from trading_api.modules.broker.engine.commands import Notify
from trading_api.modules.broker.engine.handlers.notification_handlers import notify
from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.engine.position import apply_fill
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.engine.venue_events import CashAdjusted, PositionAdjusted
from trading_api.modules.broker.external.held_sizes import fit_held_orders
from trading_api.modules.broker.external.live_terms import LiveTerms


def adjust_position(
    transaction: Transaction,
    terms: LiveTerms,
    symbol: str,
    change: Decimal,
    price: Decimal,
    code: str,
    text: str,
    at_ms: int,
) -> None:
    """Change a position without a fill, as if `change` had been traded at `price`. Resize its held
    brackets."""
    rate = terms.rate(symbol)
    before = transaction.state.position(symbol)
    side = before.side if change * before.side > 0 else before.side.opposite
    result = apply_fill(before, side, abs(change), price, rate, at_ms)
    transaction.emit(
        PositionAdjusted(
            symbol=symbol,
            side=before.side,
            quantity=change,
            price=price,
            rate=rate,
            realized_pl=result.realized_pl,
            position=result.position,
            balance=EXACT.add(transaction.state.balance, result.realized_pl),
            code=code,
            text=text,
            at_ms=at_ms,
        )
    )
    fit_held_orders(transaction, before, terms, at_ms)


def adjust_cash(
    transaction: Transaction, amount: Decimal, code: str, text: str, at_ms: int
) -> None:
    """Change the balance by an amount that is not 0."""
    balance = EXACT.add(transaction.state.balance, amount)
    transaction.emit(CashAdjusted(amount, balance, code, text, at_ms))


def warn(
    transaction: Transaction,
    code: str,
    text: str,
    at_ms: int,
    severity: Severity = Severity.WARNING,
    **reference: str | int | Decimal,
) -> None:
    """Store a notification for the owner of the account, with the event that it is about."""
    notify(transaction, Notify(Notification(severity, code, text, reference), at_ms))
