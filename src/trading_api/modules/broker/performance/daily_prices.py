"""The closes of symbols and of currencies at the ends of past days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

from trading_api.domain.instrument import Instrument
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.ports.market_history import MarketHistory
from trading_api.domain.resolution import DAY_MS

DAY = "1D"
DAYS_AT_ONCE = 1_000
ONE = Decimal(1)
_RATES = Context(prec=20)


@dataclass(frozen=True, slots=True)
class DailyCloses:
    """The closes of a symbol, by UTC day since 1970, ascending."""

    days: Sequence[int] = ()
    closes: Sequence[Decimal] = ()

    def at(self, day: int) -> Decimal | None:
        """Return the last close on the day or before it, or None."""
        place = bisect_right(self.days, day)
        return self.closes[place - 1] if place else None

    def has(self, day: int) -> bool:
        """Return whether there is a close on the day itself."""
        place = bisect_right(self.days, day)
        return place > 0 and self.days[place - 1] == day


@dataclass(frozen=True, slots=True)
class DailyPrices:
    """The closes of symbols, and those that convert their currencies, by symbol.

    `trading_days` are the days on which any of the symbols has a close."""

    closes: Mapping[str, DailyCloses]
    rates: Mapping[str, DailyCloses]
    trading_days: Collection[int] = frozenset()


class DailyPriceReader:
    """Reads daily bars. Without a history every symbol is without closes."""

    def __init__(self, market: MarketData, history: MarketHistory | None, currency: str) -> None:
        self._market = market
        self._history = history
        self._currency = currency

    @property
    def has_history(self) -> bool:
        return self._history is not None

    async def read(self, symbols: Collection[str], first: int, last: int) -> DailyPrices:
        """Return the closes of symbols on the days from `first` to `last`, and the last ones
        before them. Raises ApiError."""
        closes: dict[str, DailyCloses] = {}
        rates: dict[str, DailyCloses] = {}
        days: set[int] = set()
        for symbol in sorted(symbols):
            instrument = self._market.instrument(symbol)
            if instrument is None:
                continue
            closes[symbol] = await self._closes(instrument, first, last)
            days.update(each for each in closes[symbol].days if each >= first)
            if instrument.currency != self._currency:
                rates[symbol] = await self._rates(instrument.currency, first, last)
        return DailyPrices(closes, rates, days)

    async def _closes(self, instrument: Instrument, first: int, last: int) -> DailyCloses:
        history = self._history
        if history is None or DAY not in (instrument.resolutions or history.resolutions()):
            return DailyCloses()
        days: list[int] = []
        closes: list[Decimal] = []
        for start in range(first, last + 1, DAYS_AT_ONCE):
            end = min(start + DAYS_AT_ONCE, last + 1)
            bars = await history.bars(instrument.symbol, DAY, start * DAY_MS, end * DAY_MS)
            if start == first and (not bars or bars[0].time_ms > first * DAY_MS):
                from_ms = first * DAY_MS
                older = await history.bars(instrument.symbol, DAY, from_ms, from_ms, count_back=1)
                bars = [*older, *bars]
            days += [bar.time_ms // DAY_MS for bar in bars]
            closes += [bar.close * instrument.tick_size for bar in bars]
        return DailyCloses(days, closes)

    async def _rates(self, currency: str, first: int, last: int) -> DailyCloses:
        """Return the value of one unit of a currency in that of the account."""
        for base, priced_in in ((currency, self._currency), (self._currency, currency)):
            pair = self._market.instrument(base + priced_in)
            if pair is None or pair.currency != priced_in:
                continue
            closes = await self._closes(pair, first, last)
            if priced_in == self._currency:
                return closes
            inverse = [_RATES.divide(ONE, each) for each in closes.closes]
            return DailyCloses(closes.days, inverse)
        return DailyCloses()
