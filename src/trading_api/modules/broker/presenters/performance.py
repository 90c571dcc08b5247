"""The performance of an account as the wire shows it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from trading_api.domain.resolution import DAY_MS
from trading_api.domain.round_trips import EXACT, RoundTrip, TradeFigures
from trading_api.models import broker as wire
from trading_api.modules.broker.performance.equity_days import EquityDay
from trading_api.modules.broker.presenters.numbers import difference, optional_float


def to_daily_equity(day: EquityDay) -> wire.DailyEquity:
    """Return a point of the equity."""
    return wire.DailyEquity(
        time=day.day * DAY_MS,
        equity=float(day.equity),
        balance=float(day.balance),
        open_pl=float(difference(day.equity, day.balance)),
        deposits=float(day.deposits),
        drawdown=float(day.drawdown),
        drawdown_percent=float(day.drawdown_ratio * 100),
    )


def to_trade_statistics(figures: TradeFigures) -> wire.TradeStatistics:
    """Return the figures of trades."""
    return wire.TradeStatistics(**_figures(figures))


def to_symbol_statistics(symbol: str, figures: TradeFigures) -> wire.SymbolStatistics:
    """Return the figures of the trades in a symbol."""
    return wire.SymbolStatistics(symbol=symbol, **_figures(figures))


def to_day_statistics(day: int, figures: TradeFigures) -> wire.DayStatistics:
    """Return the figures of the trades that were closed on a day."""
    return wire.DayStatistics(time=day * DAY_MS, **_figures(figures))


def to_closed_trade(seq: int, trade: RoundTrip) -> wire.ClosedTrade:
    """Return a trade that the event `seq` closed."""
    return wire.ClosedTrade(
        seq=seq,
        symbol=trade.symbol,
        side=wire.Side(int(trade.side)),
        qty=float(trade.quantity),
        entry_time=trade.entry_ms,
        entry_price=float(trade.entry_price),
        exit_time=trade.exit_ms,
        exit_price=float(trade.exit_price),
        profit=float(trade.profit),
        fees=float(trade.fees),
        net_profit=float(trade.net_profit),
        return_percent=float(trade.net_return * 100),
        executions=trade.fills,
        is_partial=trade.is_partial,
    )


def _figures(figures: TradeFigures) -> dict[str, Any]:
    trades = figures.trades
    duration = EXACT.divide(Decimal(figures.held_ms), Decimal(trades)) if trades else None
    return {
        "trades": trades,
        "wins": figures.wins,
        "losses": figures.losses,
        "profit": float(figures.profit),
        "fees": float(figures.fees),
        "net_profit": float(figures.net_profit),
        "win_rate": optional_float(figures.win_rate),
        "profit_factor": optional_float(figures.profit_factor),
        "average_win": optional_float(figures.average_win),
        "average_loss": optional_float(figures.average_loss),
        "largest_win": float(figures.largest_win),
        "largest_loss": float(figures.largest_loss),
        "average_duration": optional_float(duration),
    }
