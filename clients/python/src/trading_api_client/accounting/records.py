"""The rows of the exported files. Their fields are the columns."""

from __future__ import annotations

import msgspec

from trading_api_client.models import BrokerEvent, CashLine
from trading_api_client.tables.decimal_text import exact_decimal


class ExecutionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One fill. `side` is `buy` or `sell`, and `time` in ms since 1970.

    `price` is in the currency of the symbol. `commission`, `realized_pl` (before commission),
    `net_amount` (after it) and `balance_after` are in `currency`, the account's. `balance_after`
    is the cash after this fill."""

    id: str
    time: int
    symbol: str
    side: str
    quantity: float
    price: float
    commission: float | None
    currency: str
    realized_pl: float | None
    net_amount: float | None
    order_id: str | None
    balance_after: float | None


class LedgerRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One change of an account's cash. `time` is in ms since 1970.

    `kind` is `deposit`, `withdrawal`, `realized_pl`, `commission`, `settlement` or `reset`. `seq`
    is the number of the event, and the lines of one event have the same. Money is in `currency`."""

    seq: int
    time: int
    kind: str
    amount: float
    currency: str
    balance_after: float
    symbol: str | None
    order_id: str | None
    execution_id: str | None


def to_execution_record(event: BrokerEvent, currency: str) -> ExecutionRecord | None:
    """Return the fill of an event, or None for an event without one."""
    fill = event.execution
    if fill is None:
        return None
    realized_pl = None
    if fill.netAmount is not None and fill.commission is not None:
        realized_pl = float(exact_decimal(fill.netAmount) + exact_decimal(fill.commission))
    return ExecutionRecord(
        id=fill.id,
        time=fill.time,
        symbol=fill.symbol,
        side=fill.side.name.lower(),
        quantity=fill.qty,
        price=fill.price,
        commission=fill.commission,
        currency=currency,
        realized_pl=realized_pl,
        net_amount=fill.netAmount,
        order_id=fill.orderId,
        balance_after=event.balance,
    )


def to_ledger_record(line: CashLine, currency: str) -> LedgerRecord:
    """Return a cash line with its currency."""
    return LedgerRecord(
        seq=line.seq,
        time=line.time,
        kind=line.kind,
        amount=line.amount,
        currency=currency,
        balance_after=line.balance,
        symbol=line.symbol,
        order_id=line.orderId,
        execution_id=line.executionId,
    )
