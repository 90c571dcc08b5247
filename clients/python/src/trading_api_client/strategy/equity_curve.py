"""The equity of an account over time, calculated from its fills, its cash and prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from trading_api_client.models import CashLine, Execution
from trading_api_client.strategy.market_data import Floats, Milliseconds
from trading_api_client.strategy.trades import Holding, holdings


class MarkSeries(Struct, frozen=True):
    """The prices at which positions in one symbol are valued, ascending in time.

    A long position is valued at `price` less `bid_distance`, a short one at `price` plus
    `ask_distance`. `rate` converts the symbol's currency into the account's at each time."""

    time: Milliseconds
    price: Floats
    bid_distance: float = 0.0
    ask_distance: float = 0.0
    rate: Floats | float = 1.0


class EquityCurve(Struct, frozen=True):
    """The equity over time, as columns of one length. Money is in the account's currency.
    `exposure` is the sum of the absolute values of all positions."""

    time: Milliseconds
    equity: Floats
    balance: Floats
    exposure: Floats


def equity_curve(
    times: Milliseconds,
    initial_balance: float,
    ledger: Sequence[CashLine],
    executions: Sequence[Execution],
    marks: Mapping[str, MarkSeries],
) -> EquityCurve:
    """Return the equity at each of the ascending times, after everything up to that time. A symbol
    without marks is valued at the price of its last fill."""
    balance = _balance(times, initial_balance, ledger)
    equity, exposure = balance.copy(), np.zeros(len(times))
    for symbol, held in holdings(executions).items():
        series = marks.get(symbol) or _fill_prices(symbol, executions)
        unrealized, value = _valuation(times, held, series)
        equity += unrealized
        exposure += value
    return EquityCurve(times, equity, balance, exposure)


def drawdown(equity: Floats) -> Floats:
    """Return the drop of the equity below its highest value so far, as a fraction: 0.1 is a
    tenth."""
    if not len(equity):
        return equity
    return 1.0 - equity / np.maximum.accumulate(equity)


def _balance(times: Milliseconds, initial: float, ledger: Sequence[CashLine]) -> Floats:
    lines_ms = np.array([line.time for line in ledger], dtype=np.int64)
    balances = np.array([initial, *(line.balance for line in ledger)])
    # In the order of the events: a fill can have an earlier time than the line before it.
    return balances[np.maximum.accumulate(lines_ms).searchsorted(times, "right")]


def _valuation(
    times: Milliseconds, held: Sequence[Holding], series: MarkSeries
) -> tuple[Floats, Floats]:
    """Return the unrealized profit and the value of the positions in one symbol."""
    fills_ms = np.maximum.accumulate(np.array([each.time for each in held], dtype=np.int64))
    at_fill = fills_ms.searchsorted(times, "right")
    qty = np.array([0.0, *(each.qty for each in held)])[at_fill]
    cost = np.array([0.0, *(each.cost for each in held)])[at_fill]
    at_mark = np.maximum(series.time.searchsorted(times, "right") - 1, 0)
    price = series.price[at_mark]
    price = np.where(qty > 0, price - series.bid_distance, price + series.ask_distance)
    rate = series.rate if isinstance(series.rate, float) else series.rate[at_mark]
    return (qty * price - cost) * rate, np.abs(qty) * price * rate


def _fill_prices(symbol: str, executions: Sequence[Execution]) -> MarkSeries:
    own = [each for each in executions if each.symbol == symbol]
    times = np.maximum.accumulate(np.array([each.time for each in own], dtype=np.int64))
    return MarkSeries(times, np.array([each.price for each in own]))
