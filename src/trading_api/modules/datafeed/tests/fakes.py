"""Hand-written fakes of the ports between a market source and its feed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.order_book import OrderBook, PriceLevel
from trading_api.domain.quote import Quote
from trading_api.domain.resolution import bar_start
from trading_api.modules.datafeed.market.interest import SymbolInterest
from trading_api.modules.datafeed.market.ports import MarketSink
from trading_api.modules.datafeed.market.size_decay import decayed_size
from trading_api.modules.datafeed.market.update_builder import build_update

NOON_MS = 1_784_289_600_000
FOREVER_MS = 10**15


class EverySymbol(dict[str, SymbolInterest]):
    """An interest in the quotes of every symbol, or of the `wanted` ones."""

    def __init__(self, wanted: Collection[str] | None) -> None:
        super().__init__()
        self._wanted = wanted

    def get(self, symbol: str, default: Any = None) -> Any:
        if self._wanted is None or symbol in self._wanted:
            return self.setdefault(symbol, SymbolInterest())
        return default


class RecordingSink:
    """A sink that keeps the quotes that it is sent, of all symbols or the `wanted` ones."""

    def __init__(
        self,
        on_quote: Callable[[Quote], None] = lambda quote: None,
        wanted: Collection[str] | None = None,
    ) -> None:
        self.quotes: list[Quote] = []
        self.heartbeats = 0
        self.holds = 0
        self.closings: list[str] = []
        self.stale_reasons: list[str] = []
        self.stale_symbols: dict[str, str] = {}
        self._on_quote = on_quote
        self.interest = EverySymbol(wanted)

    def publish(self, updates: Sequence[MarketUpdate]) -> None:
        assert updates
        for update in updates:
            self.stale_symbols.pop(update.quote.symbol, None)
            self.quotes.append(update.quote)
            self._on_quote(update.quote)

    def heartbeat(self) -> None:
        self.heartbeats += 1

    def hold(self) -> None:
        self.holds += 1

    def closed(self, reason: str) -> None:
        self.closings.append(reason)

    def stale(self, reason: str) -> None:
        self.stale_reasons.append(reason)

    def symbol_stale(self, symbol: str, reason: str) -> None:
        self.stale_symbols[symbol] = reason

    def symbol_fresh(self, symbol: str) -> None:
        self.stale_symbols.pop(symbol, None)


class FakeSource:
    """One symbol whose price is set by hand, a second after the last one."""

    def __init__(self, price: int = 100_00) -> None:
        self._instrument = Instrument(
            symbol="FAKE",
            description="Made by hand",
            exchange="TEST",
            type="stock",
            currency="USD",
            price_scale=100,
            min_move=1,
            volume_scale=1,
            quantity_step=Decimal(1),
            quantity_max=Decimal(1_000),
        )
        self._seconds = [Bar(NOON_MS, price, price, price, price, 1)]
        self._passed_ms = 0
        self._sink: MarketSink | None = None
        self.has_started = asyncio.Event()
        self.runs = 0

    @property
    def now_ms(self) -> int:
        return self._seconds[-1].time_ms + 1_000 + self._passed_ms

    def instruments(self) -> Sequence[Instrument]:
        return (self._instrument,)

    def resolutions(self) -> Sequence[str]:
        return ("1S", "1")

    def bars(
        self, symbol: str, resolution: str, start_ms: int, end_ms: int, count_back: int = 0
    ) -> list[Bar]:
        assert symbol == "FAKE"
        bars: list[Bar] = []
        for second in self._seconds:
            time_ms = bar_start(resolution, second.time_ms)
            if bars and bars[-1].time_ms == time_ms:
                bars[-1] = _joined(bars[-1], second)
            else:
                bars.append(replace(second, time_ms=time_ms))
        older = [bar for bar in bars if bar.time_ms < start_ms and bar.time_ms < end_ms]
        window = [bar for bar in bars if start_ms <= bar.time_ms < end_ms]
        missing = max(0, count_back - len(window))
        return [*older[len(older) - min(missing, len(older)) :], *window]

    def quote(self, symbol: str) -> Quote:
        return next(self.quote_history(symbol))

    def quote_history(self, symbol: str, before_ms: int | None = None) -> Iterator[Quote]:
        assert symbol == "FAKE"
        quotes = map(self._quote_of, reversed(self._seconds[:]))
        return (each for each in quotes if before_ms is None or each.time_ms < before_ms)

    def quotes_since(self, symbol: str, start_ms: int) -> Iterator[Quote]:
        assert symbol == "FAKE"
        quotes = map(self._quote_of, self._seconds[:])
        return (each for each in quotes if each.time_ms >= start_ms)

    def _quote_of(self, second: Bar) -> Quote:
        cent, size = Decimal("0.01"), Decimal(5)
        last, at_ms = Decimal(second.close) / 100, second.time_ms + 999
        return Quote("FAKE", at_ms, last - cent, last + cent, size, size, last, Decimal(1))

    def closed_reason(self, symbol: str) -> str:
        return ""

    def order_book(self, symbol: str, levels: int) -> OrderBook:
        assert symbol == "FAKE"
        quote, cent = self.quote(symbol), Decimal("0.01")
        sizes = [decayed_size(quote.bid_size, Decimal(1), level) for level in range(levels)]
        bids = (PriceLevel(quote.bid - cent * number, size) for number, size in enumerate(sizes))
        asks = (PriceLevel(quote.ask + cent * number, size) for number, size in enumerate(sizes))
        return OrderBook(symbol, quote.time_ms, tuple(bids), tuple(asks))

    async def run(self, sink: MarketSink) -> None:
        self.runs += 1
        self._sink = sink
        self.has_started.set()
        await asyncio.Event().wait()

    def trade(self, price: int) -> None:
        self._seconds.append(Bar(self.now_ms, price, price, price, price, 1))
        self._passed_ms = 0
        if self._sink is not None:
            report(self, self._sink)

    def pass_time(self) -> None:
        """Move the present a second on, without a trade."""
        self._passed_ms += 1_000
        self.sink.heartbeat()

    @property
    def sink(self) -> MarketSink:
        assert self._sink is not None, "the source does not run yet"
        return self._sink


def report(source: FakeSource, sink: MarketSink) -> None:
    if interest := sink.interest.get("FAKE"):
        sink.publish([build_update(source, source.quote("FAKE"), interest)])
    else:
        sink.heartbeat()


def _joined(bar: Bar, later: Bar) -> Bar:
    return Bar(
        bar.time_ms,
        bar.open,
        max(bar.high, later.high),
        min(bar.low, later.low),
        later.close,
        bar.volume + later.volume,
    )
