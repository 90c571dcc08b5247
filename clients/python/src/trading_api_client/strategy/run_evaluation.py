"""Makes the marks and the equity curve of a backtest from its session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from trading_api.backtest.session import BacktestSession
from trading_api_client.models import CashLine, EquityData, Execution
from trading_api_client.strategy.equity_curve import EquityCurve, MarkSeries, equity_curve
from trading_api_client.strategy.market_data import ClosedBar, Floats, Milliseconds

_BARS = 1_024


class ClosedBars:
    """The closed bars of one symbol and resolution, and the instants at which they were closed."""

    def __init__(self) -> None:
        self.bars: list[ClosedBar] = []
        self.instants: list[int] = []


ClosedByKey = Mapping[tuple[str, str], ClosedBars]
"""The closed bars by symbol and resolution."""


def mark_series(
    session: BacktestSession, closed: ClosedByKey, spread: Mapping[str, float]
) -> dict[str, MarkSeries]:
    """Return by symbol the price at each instant at which one of its bars was closed.

    That price is the open of the next bar. Positions are valued half a spread away from it, where
    the spread is that of the first quote. A foreign currency is converted at the price that its
    pair has at the instant."""
    finest = {key[0]: bars for key, bars in sorted(closed.items(), key=_bar_count)}
    return {symbol: _marks(session, symbol, bars, spread) for symbol, bars in finest.items()}


def curve_of(
    session: BacktestSession,
    closed: ClosedByKey,
    marks: Mapping[str, MarkSeries],
    ledger: Sequence[CashLine],
    executions: Sequence[Execution],
    final: EquityData,
) -> EquityCurve:
    """Return the equity at each instant at which a bar was closed, and exactly at the end."""
    all_instants = [np.array(each.instants, dtype=np.int64) for each in closed.values()]
    times = np.unique(np.concatenate([*all_instants, np.array([session.now_ms])]))
    balance = float(session.settings.initial_balance)
    curve = equity_curve(times, balance, ledger, executions, marks)
    curve.equity[-1], curve.balance[-1] = final.equity, final.balance
    return curve


def _bar_count(item: tuple[tuple[str, str], ClosedBars]) -> int:
    return len(item[1].bars)


def _marks(
    session: BacktestSession, symbol: str, bars: ClosedBars, spread: Mapping[str, float]
) -> MarkSeries:
    instants = np.array(bars.instants, dtype=np.int64)
    price = np.array([*(bar.open for bar in bars.bars[1:]), bars.bars[-1].close])
    half = spread[symbol] / 2
    rate = _rate(session, session.instrument(symbol).currency, instants)
    return MarkSeries(instants, price, half, half, rate)


def _rate(session: BacktestSession, currency: str, instants: Milliseconds) -> Floats | float:
    """Return what one unit of a currency is worth in the account's."""
    own = session.settings.account_currency
    if currency == own:
        return 1.0
    for pair in session.instruments():
        if (pair.symbol, pair.currency) in ((currency + own, own), (own + currency, currency)):
            history = _history_since(session, pair.symbol, int(instants[0]))
            at = np.maximum(history.time.searchsorted(instants, "right") - 1, 0)
            price: Floats = history.open[at]
            return price if pair.currency == own else 1.0 / price
    return 1.0


def _history_since(session: BacktestSession, symbol: str, since_ms: int) -> Any:
    """Return the finest closed bars of a symbol from an instant on, and some before it."""
    resolution = session.instrument(symbol).resolutions or session.source.resolutions()
    count = _BARS
    while True:
        history = session.history_columns(symbol, resolution[0], count)
        if len(history) < count or history.time[0] <= since_ms:
            return history
        count *= 8
