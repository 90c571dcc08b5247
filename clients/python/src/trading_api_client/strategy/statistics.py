"""The statistics of a run."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from msgspec import Struct

from trading_api_client.strategy.equity_curve import EquityCurve, drawdown
from trading_api_client.strategy.market_data import Floats, Milliseconds
from trading_api_client.strategy.trades import Trade

_DAY_MS = 86_400_000
_YEAR_DAYS = 365.25


class Statistics(Struct, frozen=True, kw_only=True):
    """The statistics of a run. Money is in the account's currency, and shares are fractions of 1.

    `sharpe` is the annualized Sharpe ratio of daily returns, without a risk-free rate. It is NaN
    for fewer than three days. `exposure_time` is the share of the sampled instants with an open
    position. `trades`, `win_rate` and `profit_factor` count closed trades after commission, as the
    server does. What it has no value for is NaN: the rate without a trade, and the factor without
    a losing one."""

    initial_balance: float
    final_equity: float
    total_return: float
    max_drawdown: float
    sharpe: float
    exposure_time: float
    trades: int
    open_trades: int
    win_rate: float
    profit_factor: float
    executions: int
    commission: float
    rejections: int
    liquidations: int
    ambiguous_bars: int
    bars: int


def daily_closes(times: Milliseconds, equity: Floats) -> tuple[Milliseconds, Floats]:
    """Return the start of each UTC day that has a sample, and the last equity of that day."""
    days = times // _DAY_MS
    lasts = np.flatnonzero(np.append(days[1:] != days[:-1], True)) if len(days) else days
    return days[lasts] * _DAY_MS, equity[lasts]


def sharpe_ratio(curve: EquityCurve, initial_balance: float) -> float:
    """Return the annualized Sharpe ratio: the mean of the daily returns by their deviation, for a
    year of as many days as the market trades on."""
    days, closes = daily_closes(curve.time, curve.equity)
    if len(closes) < 3:
        return float("nan")
    before = np.append(initial_balance, closes[:-1])
    if not (before > 0).all():
        return float("nan")
    returns = closes / before - 1.0
    deviation = float(returns.std(ddof=1))
    if deviation == 0.0:
        return float("nan")
    calendar_days = float(days[-1] - days[0]) / _DAY_MS + 1.0
    days_a_year = len(days) / calendar_days * _YEAR_DAYS
    return float(returns.mean() / deviation * np.sqrt(days_a_year))


def trade_figures(trades: Sequence[Trade]) -> tuple[int, int, float, float]:
    """Return how many trades are closed and how many open, the win rate and the profit factor.

    The server defines them. The rate is NaN without a trade, and the factor without a losing one.
    """
    from trading_api.domain.round_trips import EXACT, TradeFigures

    figures = TradeFigures()
    for trade in trades:
        if trade.exitTime is not None:
            # The exact profit after fees decides whether a trade was won, also if it is tiny.
            net, fees = Decimal(repr(trade.netProfit)), Decimal(repr(trade.commission))
            figures.count(EXACT.add(net, fees), fees, trade.exitTime - trade.entryTime)
    return (
        figures.trades,
        len(trades) - figures.trades,
        _float_or_nan(figures.win_rate),
        _float_or_nan(figures.profit_factor),
    )


def curve_figures(curve: EquityCurve, initial_balance: float) -> tuple[float, float, float, float]:
    """Return the final equity, the total return, the largest drawdown and the exposure time."""
    if not len(curve.time):
        return initial_balance, 0.0, 0.0, 0.0
    final = float(curve.equity[-1])
    peak_included = np.append(initial_balance, curve.equity)
    exposed = float((curve.exposure > 0).mean())
    worst = float(drawdown(peak_included).max())
    return final, final / initial_balance - 1.0, worst, exposed


def _float_or_nan(value: Decimal | None) -> float:
    return float("nan") if value is None else float(value)
