"""The lines of an account's cash book: every change of its balance, and why."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.events import AccountOpened, Event, OrderFilled
from trading_api.modules.broker.engine.money import EXACT


class CashKind(StrEnum):
    DEPOSIT = "deposit"
    REALIZED_PL = "realized_pl"
    COMMISSION = "commission"


@dataclass(frozen=True, slots=True)
class CashLine:
    """`balance` is what the account holds after it; what it pays has a negative amount."""

    kind: CashKind
    amount: Decimal
    balance: Decimal
    symbol: str | None
    order_id: str | None
    at_ms: int


def cash_lines(before: AccountState, event: Event) -> list[CashLine]:
    """In the order in which they count; none for an event that moves no cash. Of `before` they
    need no more than account_id, currency, balance and seq: the ledger has nothing else of it."""
    if isinstance(event, AccountOpened):
        return [
            CashLine(CashKind.DEPOSIT, event.balance, event.balance, None, None, event.at_ms),
        ]
    if not isinstance(event, OrderFilled):
        return []
    execution, balance, lines = event.execution, before.balance, []
    for kind, amount in (
        (CashKind.REALIZED_PL, execution.realized_pl),
        (CashKind.COMMISSION, EXACT.minus(execution.commission)),
    ):
        if amount:
            balance = EXACT.add(balance, amount)
            lines.append(
                CashLine(kind, amount, balance, execution.symbol, execution.order_id, event.at_ms)
            )
    return lines
