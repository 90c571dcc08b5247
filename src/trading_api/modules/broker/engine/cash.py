"""The cash lines of an account: its balance is their sum."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from trading_api.domain.resolution import DAY_MS
from trading_api.modules.broker.engine.events import (
    AccountOpened,
    AccountReset,
    CashDeposited,
    CashWithdrawn,
    Event,
    OrderFilled,
    PositionSettled,
)
from trading_api.modules.broker.engine.money import EXACT, ZERO
from trading_api.modules.broker.engine.venue_events import CashAdjusted, PositionAdjusted


class CashKind(StrEnum):
    """Why a cash line changes the balance."""

    DEPOSIT = "deposit"
    REALIZED_PL = "realized_pl"
    COMMISSION = "commission"
    WITHDRAWAL = "withdrawal"
    SETTLEMENT = "settlement"
    RESET = "reset"
    ADJUSTMENT = "adjustment"


@dataclass(frozen=True, slots=True)
class CashLine:
    """One change of a balance by `amount`, to `balance`.

    `seq` is the number of the event. The symbol and the ids are empty unless an execution caused
    the change; a settlement and an adjusted position have a symbol."""

    seq: int
    kind: CashKind
    amount: Decimal
    balance: Decimal
    at_ms: int
    symbol: str = ""
    order_id: str = ""
    execution_id: str = ""


def cash_lines(seq: int, event: Event) -> list[CashLine]:
    """Return the cash lines of the event with number `seq`."""
    if not hasattr(event, "balance"):  # most events: only those that move cash carry one
        return []
    match event:
        case AccountOpened():
            return [CashLine(seq, CashKind.DEPOSIT, event.balance, event.balance, event.at_ms)]
        case CashDeposited():
            return [CashLine(seq, CashKind.DEPOSIT, event.amount, event.balance, event.at_ms)]
        case CashWithdrawn():
            amount = event.amount.copy_negate()
            return [CashLine(seq, CashKind.WITHDRAWAL, amount, event.balance, event.at_ms)]
        case PositionSettled() if event.realized_pl:
            change = event.realized_pl, event.balance, event.at_ms, event.symbol
            return [CashLine(seq, CashKind.SETTLEMENT, *change)]
        case AccountReset():
            return [CashLine(seq, CashKind.RESET, event.amount, event.balance, event.at_ms)]
        case CashAdjusted():
            return [CashLine(seq, CashKind.ADJUSTMENT, event.amount, event.balance, event.at_ms)]
        case PositionAdjusted() if event.realized_pl:
            change = event.realized_pl, event.balance, event.at_ms, event.symbol
            return [CashLine(seq, CashKind.REALIZED_PL, *change)]
        case OrderFilled():
            return _execution_lines(seq, event)
        case _:
            return []


def add_to_day(days: dict[int, Decimal], amount: Decimal, at_ms: int) -> None:
    """Add what was realized at a time to its UTC day. `days` keeps the two days of the last trades,
    because a quote of the evening may be matched after the first trade of the next day."""
    day = at_ms // DAY_MS
    if day not in days and len(days) == 2:
        del days[next(iter(days))]
    days[day] = EXACT.add(days.get(day, ZERO), amount)


def _execution_lines(seq: int, event: OrderFilled) -> list[CashLine]:
    execution = event.execution
    charge = execution.commission.copy_negate()
    amounts = [
        (CashKind.REALIZED_PL, execution.realized_pl, EXACT.subtract(event.balance, charge)),
        (CashKind.COMMISSION, charge, event.balance),
    ]
    ids = (execution.symbol, execution.order_id, execution.id)
    return [
        CashLine(seq, kind, amount, balance, event.at_ms, *ids)
        for kind, amount, balance in amounts
        if amount
    ]
