"""Alpaca's portfolio history: the account's value at the end of each of many windows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

import numpy as np

from trading_api.domain.resolution import DAY_MS, MINUTE_MS
from trading_api.models.alpaca.account import PortfolioHistory
from trading_api.modules.alpaca.errors import invalid_field, unprocessable
from trading_api.modules.alpaca.formats import parse_time_ms
from trading_api.modules.alpaca.services import AlpacaServices
from trading_api.modules.alpaca.trading.calendar import MarketCalendar
from trading_api.modules.alpaca.trading.equity_history import EquityHistory, EquityPoint
from trading_api.modules.alpaca.trading.price_history import PriceHistory

Timeframe = Literal["1Min", "5Min", "15Min", "1H", "1D"]
ZERO = Decimal(0)
WINDOWS_MAX = 11_000
_WINDOWS: dict[Timeframe, tuple[int, str]] = {
    "1Min": (MINUTE_MS, "1"),
    "5Min": (5 * MINUTE_MS, "5"),
    "15Min": (15 * MINUTE_MS, "15"),
    "1H": (60 * MINUTE_MS, "60"),
    "1D": (DAY_MS, "1D"),
}
_PERIOD = re.compile(r"([1-9]\d{0,3})([DWMA])")
_UNIT_DAYS = {"D": 1, "W": 7, "M": 30, "A": 365}


@dataclass(frozen=True, slots=True)
class PortfolioRequest:
    """Alpaca's parameters. Without `start`, the period ends at `end` or at the present."""

    period: str | None = None
    timeframe: Timeframe | None = None
    start: str | None = None
    end: str | None = None
    date_end: date | None = None
    is_continuous: bool = False
    resets_daily: bool = True


class AlpacaPortfolio:
    """The past value of accounts that the caller was granted."""

    def __init__(
        self, services: AlpacaServices, prices: PriceHistory, calendar: MarketCalendar
    ) -> None:
        self._broker = services.context.broker
        self._market = services.context.market
        self._prices = prices
        self._calendar = calendar
        self._equity = EquityHistory(self._broker, services.assets, prices)
        # By account, a day and the value at its start. At most _CACHE_MAX accounts.
        self._day_starts: dict[str, tuple[int, Decimal]] = {}

    async def history(self, account_id: str, request: PortfolioRequest) -> PortfolioHistory:
        """Return the value at the end of each window. Raises AlpacaError for a period or a
        timeframe that is not valid, and ApiError."""
        now_ms = self._market.now_ms
        start_ms, end_ms = _period(request, now_ms)
        timeframe = request.timeframe or _timeframe(end_ms - start_ms)
        window_ms, resolution = _WINDOWS[timeframe]
        if (end_ms - start_ms) / window_ms > WINDOWS_MAX:
            raise unprocessable(f"a timeframe of {timeframe} is too short for this period")
        starts = self._window_starts(start_ms, end_ms, window_ms, request.is_continuous)
        await self._broker.load(account_id)
        ends = [min(start + window_ms, now_ms) for start in starts]
        # The first point is the base: the value before the first window.
        points = await self._equity.points(
            account_id, [starts[0] if starts else end_ms, *ends], self._finest(resolution), now_ms
        )
        resets_daily = request.resets_daily and timeframe != "1D"
        return _document(starts, points, timeframe, resets_daily=resets_daily)

    async def day_start_equity(self, account_id: str) -> Decimal:
        """Return the value at the end of the trading day before today, or the first deposit of an
        account that was opened today. Raises ApiError."""
        day_ms, now_ms = self._calendar.day_start_ms(), self._market.now_ms
        cached = self._day_starts.get(account_id)
        if cached is not None and cached[0] == day_ms:
            return cached[1]
        first, *_ = await self._broker.history(account_id).cash_lines(0, 1) or (None,)
        if first is None:
            return self._broker.snapshot(account_id).equity()
        equity = first.amount
        if first.at_ms <= day_ms:
            points = await self._equity.points(account_id, [day_ms], self._finest("60"), now_ms)
            equity = points[0].equity
        if len(self._day_starts) >= _CACHE_MAX:
            self._day_starts.clear()
        self._day_starts[account_id] = day_ms, equity
        return equity

    def _finest(self, resolution: str) -> str:
        return self._prices.finest(resolution)

    def _window_starts(
        self, start_ms: int, end_ms: int, window_ms: int, is_continuous: bool
    ) -> list[int]:
        """Return the starts of the windows, those within trading hours where the market has any."""
        first = -(-start_ms // window_ms) * window_ms
        starts = list(range(first, end_ms, window_ms))
        hours = self._calendar.hours
        if hours.is_always or (is_continuous and window_ms < DAY_MS) or not starts:
            return starts
        sessions = hours.sessions(starts[0], starts[-1])
        if window_ms == DAY_MS:
            days = {int(day) for day in sessions.days_ms}
            return [start for start in starts if start in days]
        times = np.array(starts)
        # The session that began last before each window: none, or one that may be over.
        places = np.searchsorted(sessions.starts_ms, times, side="right") - 1
        if not len(sessions.ends_ms):
            return []
        is_open = (places >= 0) & (times < sessions.ends_ms[places])
        return [int(each) for each in times[is_open]]


_CACHE_MAX = 10_000


def _period(request: PortfolioRequest, now_ms: int) -> tuple[int, int]:
    end_ms, start_ms = now_ms, None
    try:
        if request.end is not None:
            end_ms = min(parse_time_ms(request.end), now_ms)
        elif request.date_end is not None:
            midnight = datetime.combine(request.date_end, datetime.min.time(), UTC)
            end_ms = min(round(midnight.timestamp() * 1_000) + DAY_MS, now_ms)
        if request.start is not None:
            start_ms = parse_time_ms(request.start)
    except (ValueError, OverflowError) as error:
        raise invalid_field(f"invalid start or end: {error}") from error
    if start_ms is not None and request.period is not None and request.end is not None:
        raise unprocessable("only two of start, end and period may be given")
    found = _PERIOD.fullmatch(request.period or "1M")
    if found is None:
        raise invalid_field("invalid period: write a number and D, W, M or A, such as 1M")
    length_ms = int(found[1]) * _UNIT_DAYS[found[2]] * DAY_MS
    if start_ms is None:
        start_ms = max(end_ms - length_ms, 0)
    elif request.period is not None:
        end_ms = min(start_ms + length_ms, end_ms)
    if start_ms > end_ms:
        raise unprocessable("start is after end")
    return start_ms, end_ms


def _timeframe(length_ms: int) -> Timeframe:
    if length_ms < 7 * DAY_MS:
        return "1Min"
    return "15Min" if length_ms < 30 * DAY_MS else "1D"


def _document(
    starts: Sequence[int], points: Sequence[EquityPoint], timeframe: str, *, resets_daily: bool
) -> PortfolioHistory:
    base = points[0]
    profits, percents = [], []
    reference = base
    for place, point in enumerate(points[1:]):
        start = starts[place]
        if resets_daily and place and start // DAY_MS != starts[place - 1] // DAY_MS:
            reference = points[place]
        invested = reference.equity + point.deposits - reference.deposits
        profit = point.equity - invested
        profits.append(_number(profit))
        percents.append(_number(profit / invested) if invested else 0.0)
    base_value = base.equity or next((p.deposits for p in points if p.deposits), ZERO)
    return PortfolioHistory(
        timestamp=[start // 1_000 for start in starts],
        equity=[_number(point.equity) for point in points[1:]],
        profit_loss=profits,
        profit_loss_pct=percents,
        base_value=float(base_value),
        timeframe=timeframe,
        cashflow={},
    )


def _number(value: Decimal) -> float:
    return float(round(value, 8)) + 0.0  # no negative zero
