"""The equity of an account at the ends of days, with its drawdown."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from trading_api.domain.resolution import DAY_MS
from trading_api.domain.round_trips import EXACT
from trading_api.modules.broker.performance.daily_prices import DailyPriceReader, DailyPrices
from trading_api.modules.broker.performance.performance_fold import (
    DayEnd,
    Holding,
    PerformanceFold,
    PerformanceStart,
    StartReason,
)

ZERO = Decimal(0)
DAYS_WITHOUT_PAUSE = 100


@dataclass(frozen=True, slots=True)
class EquityDay:
    """An account at the end of a UTC day, which counts from 1970.

    `deposits` is what was paid in since the start, less what was withdrawn. `drawdown` is how far
    equity less deposits is below its highest value at the start, or at the end of a day since then.
    `drawdown_ratio` is the drawdown as a fraction of that value and the deposits."""

    day: int
    equity: Decimal
    balance: Decimal
    deposits: Decimal
    drawdown: Decimal
    drawdown_ratio: Decimal


@dataclass(slots=True)
class EquityDays:
    """The days of an account that have ended, valued once.

    A day has a point if something was booked on it, or if a symbol that was held traded on it."""

    start: PerformanceStart | None = None
    points: list[EquityDay] = field(default_factory=list)
    valued_until: int = -1
    """The last day that is valued."""
    _peak: Decimal | None = None

    async def value_until(
        self, fold: PerformanceFold, today: int, reader: DailyPriceReader
    ) -> None:
        """Add the days before `today`. Raises ApiError."""
        if self.start != fold.start:
            self.start, self.points, self._peak = fold.start, [], None
            self.valued_until = (fold.start.time_ms or 0) // DAY_MS - 1
        ends = {each.day: each for each in fold.days if each.day > self.valued_until}
        last = fold.today()
        if last.day > self.valued_until:
            ends[last.day] = last
        before = self._last_before(fold)
        first, symbols = self.valued_until + 1, {each.symbol for each in before.holdings}
        for end in ends.values():
            symbols.update(each.symbol for each in end.holdings)
        if first >= today or fold.start.time_ms is None:
            return
        prices = await reader.read(symbols, first, today - 1)
        state = before
        for number, day in enumerate(_candidates(ends, prices, first, today)):
            if number % DAYS_WITHOUT_PAUSE == 0:
                await asyncio.sleep(0)
            state = ends.get(day, state)
            traded = day in ends or _has_traded(state, prices, day)
            if traded:
                equity = EXACT.add(state.balance, _open_profit(state, prices, day))
                self.points.append(self._point(day, equity, state))
        self.valued_until = today - 1

    def now(self, fold: PerformanceFold, today: int, equity: Decimal) -> EquityDay:
        """Return the point of the present day, which has not ended."""
        peak = self._peak
        point = self._point(max(today, fold.day), equity, fold.today())
        self._peak = peak
        return point

    def _last_before(self, fold: PerformanceFold) -> DayEnd:
        """Return the account at the end of the last day that is valued."""
        older = (each for each in reversed(fold.days) if each.day <= self.valued_until)
        found = next(older, None)
        if fold.day <= self.valued_until:
            found = fold.today()
        return found or DayEnd(self.valued_until, fold.start.balance, ZERO)

    def _point(self, day: int, equity: Decimal, state: DayEnd) -> EquityDay:
        gained = EXACT.subtract(equity, state.deposits)
        before = self._start_value() if self._peak is None else self._peak
        peak = gained if before is None else max(gained, before)
        self._peak = peak
        drawdown, highest = EXACT.subtract(peak, gained), EXACT.add(peak, state.deposits)
        ratio = EXACT.divide(drawdown, highest) if highest > 0 else ZERO
        return EquityDay(day, equity, state.balance, state.deposits, drawdown, ratio)

    def _start_value(self) -> Decimal | None:
        """Return the equity at the start, or None where positions were held before it."""
        if self.start is None or self.start.reason is StartReason.REMOVED:
            return None
        return self.start.balance


def _candidates(
    ends: dict[int, DayEnd], prices: DailyPrices, first: int, today: int
) -> Sequence[int]:
    return sorted(day for day in {*ends, *prices.trading_days} if first <= day < today)


def _has_traded(state: DayEnd, prices: DailyPrices, day: int) -> bool:
    closes = (prices.closes.get(each.symbol) for each in state.holdings)
    return any(each is not None and each.has(day) for each in closes)


def _open_profit(state: DayEnd, prices: DailyPrices, day: int) -> Decimal:
    return sum((_profit(each, prices, day) for each in state.holdings), ZERO)


def _profit(holding: Holding, prices: DailyPrices, day: int) -> Decimal:
    closes, rates = prices.closes.get(holding.symbol), prices.rates.get(holding.symbol)
    price = closes.at(day) if closes else None
    rate = rates.at(day) if rates else None
    return holding.profit_at(
        holding.price if price is None else price, holding.rate if rate is None else rate
    )
