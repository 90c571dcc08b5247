"""Calculates the marks and the equity curve of a backtest from its session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from trading_api.backtest.bar_history import HistoryColumns
from trading_api.backtest.session import BacktestSession
from trading_api.domain.resolution import length_ms
from trading_api_client.models import CashLine, EquityData, Execution
from trading_api_client.strategy.equity_curve import EquityCurve, MarkSeries, equity_curve
from trading_api_client.strategy.market_data import ClosedBar, Floats, Milliseconds

_BARS = 1_024
_NEVER_MS = 1 << 62


class ClosedBars:
    """The closed bars of one symbol and resolution, and the instants at which they closed."""

    def __init__(self) -> None:
        self.bars: list[ClosedBar] = []
        self.instants: list[int] = []


ClosedByKey = Mapping[tuple[str, str], ClosedBars]
"""The closed bars by symbol and resolution."""


def mark_series(
    session: BacktestSession,
    closed: ClosedByKey,
    spread: Mapping[str, float],
    executions: Sequence[Execution],
) -> dict[str, MarkSeries]:
    """Return by symbol the price at each instant at which a bar of any symbol was closed.

    That price is the open of the symbol's bar, or its close after the end of the bar. Positions are
    valued half a spread away from it, where the spread is constant. A foreign currency is converted
    at the price that its pair has at the instant. A traded symbol has marks also if the strategy
    does not follow its bars."""
    instants = _all_instants(closed)
    if not len(instants):
        return {}
    finest = {key[0]: key for key, _ in sorted(closed.items(), key=_bar_count)}
    found: dict[str, MarkSeries] = {}
    for symbol in {**finest, **dict.fromkeys(each.symbol for each in executions)}:
        if symbol in finest:
            price = _followed_prices(closed[finest[symbol]], finest[symbol][1], instants)
        else:
            price = _history_prices(session, symbol, instants)
        half = spread[symbol] / 2 if symbol in spread else _half_spread(session, symbol)
        rate = _rate(session, session.instrument(symbol).currency, instants)
        found[symbol] = MarkSeries(instants, price, half, half, rate)
    return found


def curve_of(
    session: BacktestSession,
    closed: ClosedByKey,
    marks: Mapping[str, MarkSeries],
    ledger: Sequence[CashLine],
    executions: Sequence[Execution],
    final: EquityData,
) -> EquityCurve:
    """Return the equity at each instant at which a bar closed, and exactly at the end."""
    times = np.union1d(_all_instants(closed), np.array([session.now_ms]))
    balance = float(session.settings.initial_balance)
    curve = equity_curve(times, balance, ledger, executions, marks)
    curve.equity[-1], curve.balance[-1] = final.equity, final.balance
    return curve


def _bar_count(item: tuple[tuple[str, str], ClosedBars]) -> int:
    return len(item[1].bars)


def _all_instants(closed: ClosedByKey) -> Milliseconds:
    each_of = [np.array(each.instants, dtype=np.int64) for each in closed.values()]
    return np.unique(np.concatenate([np.array([], dtype=np.int64), *each_of]))


def _followed_prices(bars: ClosedBars, resolution: str, instants: Milliseconds) -> Floats:
    times = np.array([bar.time for bar in bars.bars], dtype=np.int64)
    opens = np.array([bar.open for bar in bars.bars])
    closes = np.array([bar.close for bar in bars.bars])
    # The bar after the last closed one is not known: it begins near the last close.
    number = np.array(bars.instants, dtype=np.int64).searchsorted(instants, "right")
    number, is_known = np.minimum(number, len(times) - 1), number < len(times)
    is_open = is_known & (instants < times[number] + (length_ms(resolution) or _NEVER_MS))
    return np.where(is_open, opens[number], closes[number])


def _history_prices(session: BacktestSession, symbol: str, instants: Milliseconds) -> Floats:
    resolution = _finest_resolution(session, symbol)
    history = _history_since(session, symbol, resolution, int(instants[0]))
    number = np.maximum(history.time.searchsorted(instants, "right") - 1, 0)
    is_open = instants < history.time[number] + (length_ms(resolution) or _NEVER_MS)
    return np.where(is_open, history.open[number], history.close[number])


def _half_spread(session: BacktestSession, symbol: str) -> float:
    quote = session.quote(symbol)
    return (quote.ask - quote.bid) / 2


def _rate(session: BacktestSession, currency: str, instants: Milliseconds) -> Floats | float:
    """Return what one unit of a currency is worth in the account's."""
    own = session.settings.account_currency
    if currency == own:
        return 1.0
    for pair in session.instruments():
        if (pair.symbol, pair.currency) in ((currency + own, own), (own + currency, currency)):
            price = _history_prices(session, pair.symbol, instants)
            return price if pair.currency == own else 1.0 / price
    return 1.0


def _finest_resolution(session: BacktestSession, symbol: str) -> str:
    resolutions = session.instrument(symbol).resolutions or session.source.resolutions()
    return next(iter(resolutions))


def _history_since(
    session: BacktestSession, symbol: str, resolution: str, since_ms: int
) -> HistoryColumns:
    """Return the closed bars of a symbol from an instant on, and some before it."""
    count = _BARS
    while True:
        history = session.history_columns(symbol, resolution, count)
        if len(history) < count or history.time[0] <= since_ms:
            return history
        count *= 8
