"""What clients read of the performance of accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from trading_api.domain.ports.broker import Broker
from trading_api.domain.resolution import DAY_MS
from trading_api.domain.round_trips import EXACT, TradeFigures
from trading_api.errors import Invalid
from trading_api.models.broker import (
    ClosedTrade,
    EquityHistoryData,
    OpenTradesSummary,
    PerformanceStatistics,
)
from trading_api.modules.broker.performance.performance_fold import PerformanceFold
from trading_api.modules.broker.performance.performance_reader import (
    AccountPerformance,
    PerformanceReader,
)
from trading_api.modules.broker.presenters.numbers import difference
from trading_api.modules.broker.presenters.performance import (
    to_closed_trade,
    to_daily_equity,
    to_day_statistics,
    to_symbol_statistics,
    to_trade_statistics,
)

FIGURES_WITHOUT_PAUSE = 500
"""The figures of a symbol on a day that are added up in about 5 ms."""


class PerformanceQueries:
    """Callers pass loaded accounts that the client was granted. A period is from one time to
    before another one, in ms since 1970, and counts whole UTC days: those that begin in it, and the
    one that holds its first time. Methods raise Unavailable, and Invalid for a period that ends
    before it begins."""

    def __init__(self, broker: Broker, reader: PerformanceReader) -> None:
        self._broker = broker
        self._reader = reader

    async def equity(
        self, account_id: str, from_ms: int | None, to_ms: int | None
    ) -> EquityHistoryData:
        """Return the equity by day."""
        days = _days(from_ms, to_ms)
        reader = self._reader
        async with reader.opened(account_id) as performance:
            points = await reader.equity_days(performance)
            start = performance.fold.start
            return EquityHistoryData(
                start_time=start.time_ms,
                start_reason=start.reason.value,
                start_balance=float(performance.start_balance),
                start_seq=start.seq,
                seq=performance.seq_at_equity,
                deposited=float(performance.deposited),
                valuation="dailyClose" if reader.has_prices else "lastFill",
                currency=self._broker.snapshot(account_id).currency,
                points=[to_daily_equity(each) for each in points if each.day in days],
            )

    async def statistics(
        self, account_id: str, from_ms: int | None, to_ms: int | None
    ) -> PerformanceStatistics:
        """Return the statistics of the trades that were closed in the period."""
        days = _days(from_ms, to_ms)
        async with self._reader.opened(account_id) as performance:
            fold = performance.fold
            by_day, by_symbol = await _by_day_and_symbol(fold, days)
            total = TradeFigures()
            for figures in by_day.values():
                total.merge(figures)
            return PerformanceStatistics(
                start_time=fold.start.time_ms,
                start_reason=fold.start.reason.value,
                start_balance=float(performance.start_balance),
                deposits=float(fold.deposits),
                balance=float(performance.balance),
                open_pl=float(difference(performance.equity, performance.balance)),
                equity=float(performance.equity),
                currency=self._broker.snapshot(account_id).currency,
                open_trades=_open_trades(performance),
                total=to_trade_statistics(total),
                by_symbol=[to_symbol_statistics(*each) for each in sorted(by_symbol.items())],
                by_day=[to_day_statistics(*each) for each in sorted(by_day.items())],
            )

    async def trades(
        self, account_id: str, limit: int, before: int | None
    ) -> Iterator[ClosedTrade]:
        """Return closed trades, the newest first; only those closed before the event `before`."""
        async with self._reader.opened(account_id) as performance:
            found = await self._reader.trades(performance, limit, before)
        return (to_closed_trade(*each) for each in found)


class _Days:
    def __init__(self, first: int | None, end: int | None) -> None:
        self._first, self._end = first, end

    def __contains__(self, day: int) -> bool:
        if self._first is not None and day < self._first:
            return False
        return self._end is None or day < self._end


def _days(from_ms: int | None, to_ms: int | None) -> _Days:
    if from_ms is not None and to_ms is not None and from_ms > to_ms:
        raise Invalid("from_time is after to_time.", "from_after_to")
    first = None if from_ms is None else from_ms // DAY_MS
    return _Days(first, None if to_ms is None else -(-to_ms // DAY_MS))


async def _by_day_and_symbol(
    fold: PerformanceFold, days: _Days
) -> tuple[dict[int, TradeFigures], dict[str, TradeFigures]]:
    by_day: dict[int, TradeFigures] = {}
    by_symbol: dict[str, TradeFigures] = {}
    merged = 0
    for day, symbols in fold.figures.items():
        if day not in days:
            continue
        for symbol, figures in symbols.items():
            by_day.setdefault(day, TradeFigures()).merge(figures)
            by_symbol.setdefault(symbol, TradeFigures()).merge(figures)
            merged += 1
            if merged % FIGURES_WITHOUT_PAUSE == 0:
                await asyncio.sleep(0)
    return by_day, by_symbol


def _open_trades(performance: AccountPerformance) -> OpenTradesSummary:
    trades = performance.fold.trades.open_trades.values()
    profit, fees = TradeFigures().profit, TradeFigures().fees
    for trade in trades:
        profit, fees = EXACT.add(profit, trade.profit), EXACT.add(fees, trade.fees)
    return OpenTradesSummary(trades=len(trades), profit=float(profit), fees=float(fees))
