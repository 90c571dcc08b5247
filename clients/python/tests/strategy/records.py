"""Records of made-up runs, for the tests of their evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from trading_api_client.models import (
    CashLine,
    DurationType,
    EquityData,
    Execution,
    OrderDuration,
    OrderStatus,
    OrderType,
    PlacedOrder,
    Side,
)
from trading_api_client.strategy.equity_curve import MarkSeries, equity_curve
from trading_api_client.strategy.run_record import Rejection, RunRecord

START_MS = 1_767_571_200_000
HOUR_MS = 3_600_000


def execution(hour: float, signed_qty: float, price: float, **changed: Any) -> Execution:
    """Return a fill at an hour from START_MS."""
    values: dict[str, Any] = {
        "id": f"execution-{hour}",
        "symbol": "AAPL",
        "price": price,
        "qty": abs(signed_qty),
        "side": Side.BUY if signed_qty > 0 else Side.SELL,
        "time": START_MS + round(hour * HOUR_MS),
        "commission": 1.0,
        "netAmount": -1.0,
        "orderId": "order-1",
    }
    return Execution(**values | changed)


def record(executions: Sequence[Execution], prices: Sequence[float], **changed: Any) -> RunRecord:
    """Return the record of a run with a bar of AAPL each hour, closed at the prices."""
    balance = 1_000.0
    ledger: list[CashLine] = []
    for each in executions:
        balance += each.netAmount or 0.0
        ledger.append(
            CashLine(
                seq=len(ledger) + 2,
                kind="commission",
                amount=each.netAmount or 0.0,
                balance=balance,
                time=each.time,
                executionId=each.id,
            )
        )
    times = START_MS + HOUR_MS * np.arange(len(prices))
    marks = {"AAPL": MarkSeries(times, np.array(prices, dtype=float))}
    values: dict[str, Any] = {
        "strategy": "Cross",
        "parameters": {"fast": 10},
        "account_id": "BACKTEST",
        "currency": "USD",
        "data": "one.csv",
        "data_hash": "0" * 64,
        "terms": {"SLIPPAGE_TICKS": 1},
        "seed": 7,
        "path": "nearer",
        "start_ms": START_MS,
        "end_ms": int(times[-1]) if len(times) else START_MS,
        "bars": len(times),
        "ambiguous_bars": 2,
        "liquidations": 0,
        "initial_balance": 1_000.0,
        "final_equity": EquityData(equity=1.0, balance=1.0, unrealizedPL=0.0, realizedPL=0.0),
        "executions": executions,
        "orders": [_order(each) for each in executions],
        "ledger": ledger,
        "curve": equity_curve(times, 1_000.0, ledger, executions, marks),
        "marks": marks,
        "rejections": [Rejection(START_MS, "place_order", "price_off_tick", "Off <tick>.")],
    }
    return RunRecord(**values | changed)


def _order(filled: Execution) -> PlacedOrder:
    return PlacedOrder(
        id=filled.orderId or "",
        symbol=filled.symbol,
        type=OrderType.MARKET,
        side=filled.side,
        qty=filled.qty,
        status=OrderStatus.FILLED,
        duration=OrderDuration(type=DurationType.GTC),
        updateTime=filled.time,
    )
