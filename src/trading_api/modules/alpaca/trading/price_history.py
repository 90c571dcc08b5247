"""Past prices of symbols, from the stored bars of the market."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.ports.market_history import MarketHistory
from trading_api.domain.resolution import AHEAD_MS, DAY_MS

DAY = "1D"
_CACHE_MAX = 10_000


@dataclass(frozen=True, slots=True)
class PriceSeries:
    """The prices of a symbol at the ends of its bars."""

    bars: Sequence[Bar]
    tick: Decimal

    def before(self, time_ms: int) -> Decimal | None:
        """Return the price of the last bar that began before a time, or None."""
        index = bisect_left(self.bars, time_ms, key=lambda bar: bar.time_ms)
        return self.bars[index - 1].close * self.tick if index else None


class PriceHistory:
    """Reads past prices. Methods raise Invalid for more bars than one query may return."""

    def __init__(self, market: MarketData, history: MarketHistory) -> None:
        self._market = market
        self._history = history
        # By symbol, the day and the close before it. At most _CACHE_MAX symbols.
        self._closes: dict[str, tuple[int, Decimal | None]] = {}

    def finest(self, wanted: str) -> str:
        """Return the wanted resolution, or the market's finest one if it lacks it."""
        known = self._history.resolutions()
        return wanted if wanted in known else known[0]

    async def series(
        self, instrument: Instrument, resolution: str, start_ms: int, end_ms: int
    ) -> PriceSeries:
        """Return the prices within [start_ms, end_ms), and the last one before them."""
        bars = await self._history.bars(instrument.symbol, resolution, start_ms, end_ms)
        if not bars or bars[0].time_ms > start_ms:
            earlier = await self._history.bars(
                instrument.symbol, resolution, start_ms, start_ms, count_back=1
            )
            bars = [*earlier, *bars]
        return PriceSeries(bars, instrument.tick_size)

    async def last_close(self, instrument: Instrument) -> Decimal | None:
        """Return the close of the trading day before today, or None without one."""
        now_ms = self._market.now_ms
        today_ms = now_ms - now_ms % DAY_MS
        cached = self._closes.get(instrument.symbol)
        if cached is not None and cached[0] == today_ms:
            return cached[1]
        close: Decimal | None = None
        if DAY in (instrument.resolutions or self._history.resolutions()):
            end_ms = now_ms + AHEAD_MS
            bars = await self._history.bars(instrument.symbol, DAY, today_ms, end_ms, count_back=3)
            close = PriceSeries(bars, instrument.tick_size).before(today_ms)
        if len(self._closes) >= _CACHE_MAX:
            self._closes.clear()
        self._closes[instrument.symbol] = today_ms, close
        return close
