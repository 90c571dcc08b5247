"""The lines of an account's cash: its balance is their sum."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.events import (
    AccountOpened,
    AccountReset,
    CashDeposited,
    Event,
    OrderFilled,
)
from trading_api.modules.broker.engine.money import EXACT


class CashKind(StrEnum):
    DEPOSIT = "deposit"
    REALIZED_PL = "realized_pl"
    COMMISSION = "commission"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class CashLine:
    """`amount` changes the balance, to `balance`. The execution's where one caused it."""

    kind: CashKind
    amount: Decimal
    balance: Decimal
    at_ms: int
    symbol: str = ""
    order_id: str = ""
    execution_id: str = ""


def cash_lines(before: AccountState, event: Event) -> list[CashLine]:
    """What the event moves; `before` is the state it meets."""
    match event:
        case AccountOpened():
            return [CashLine(CashKind.DEPOSIT, event.balance, event.balance, event.at_ms)]
        case CashDeposited():
            return [CashLine(CashKind.DEPOSIT, event.amount, event.balance, event.at_ms)]
        case AccountReset():
            amount = EXACT.subtract(event.balance, before.balance)
            return [CashLine(CashKind.RESET, amount, event.balance, event.at_ms)]
        case OrderFilled():
            return _execution_lines(before.balance, event)
        case _:
            return []


def _execution_lines(balance: Decimal, event: OrderFilled) -> list[CashLine]:
    execution = event.execution
    amounts = {
        CashKind.REALIZED_PL: execution.realized_pl,
        CashKind.COMMISSION: execution.commission.copy_negate(),
    }
    lines = []
    for kind, amount in amounts.items():
        if amount:
            balance = EXACT.add(balance, amount)
            lines.append(
                CashLine(
                    kind,
                    amount,
                    balance,
                    event.at_ms,
                    execution.symbol,
                    execution.order_id,
                    execution.id,
                )
            )
    return lines
