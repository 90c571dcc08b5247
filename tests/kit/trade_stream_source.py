"""A small market source over a stream of trades, in memory. A test feeds it.

It shows what a source must do that is no venue of a connector: see docs/market-source.md.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import AsyncIterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter

from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.order_book import OrderBook, PriceLevel
from trading_api.domain.quote import Quote
from trading_api.domain.resolution import bar_start
from trading_api.domain.trade import Trade
from trading_api.modules.datafeed.market.ports import MarketSink
from trading_api.modules.datafeed.market.size_decay import decayed_size
from trading_api.modules.datafeed.market.update_builder import build_update

RESOLUTIONS = ("1S", "1", "5", "60", "1D")
_LOTS_SHOWN = 100
_time_of = attrgetter("time_ms")


@dataclass(frozen=True, slots=True)
class VenueTime:
    """The venue's clock, which the venue sends while nothing trades."""

    time_ms: int


class TradeStreamSource:
    """Implements MarketSource over `messages` of a venue, which ascend in time.

    `opening` has one trade for each instrument, since a symbol needs a price from the start. All
    bars and quotes are kept in memory."""

    def __init__(
        self, opening: Mapping[Instrument, Trade], messages: AsyncIterable[Trade | VenueTime]
    ) -> None:
        self._symbols = {each.symbol: _SymbolHistory(each) for each in opening}
        self._messages = messages
        self._now_ms = 0
        for trade in sorted(opening.values(), key=_time_of):
            self._apply(trade)

    @property
    def now_ms(self) -> int:
        return self._now_ms

    def instruments(self) -> Sequence[Instrument]:
        return [each.instrument for each in self._symbols.values()]

    def resolutions(self) -> Sequence[str]:
        return RESOLUTIONS

    def bars(
        self, symbol: str, resolution: str, start_ms: int, end_ms: int, count_back: int = 0
    ) -> list[Bar]:
        bars = self._symbols[symbol].bars[resolution]
        end = bisect_left(bars, end_ms, key=_time_of)
        start = min(bisect_left(bars, start_ms, key=_time_of), end - count_back)
        return bars[max(0, start) : end]

    def quote(self, symbol: str) -> Quote:
        return self._symbols[symbol].quotes[-1]

    def quote_history(self, symbol: str, before_ms: int | None = None) -> Iterator[Quote]:
        quotes = self._symbols[symbol].quotes[::-1]
        return (each for each in quotes if before_ms is None or each.time_ms < before_ms)

    def quotes_since(self, symbol: str, start_ms: int) -> Iterator[Quote]:
        quotes = self._symbols[symbol].quotes[:]
        return (each for each in quotes if each.time_ms >= start_ms)

    def closed_reason(self, symbol: str) -> str:
        """This market never closes. Return the reason where a symbol has trading hours."""
        return ""

    def order_book(self, symbol: str, levels: int) -> OrderBook:
        """Model a book around the quote. Return the venue's own where it publishes one."""
        quote, instrument = self.quote(symbol), self._symbols[symbol].instrument
        bids = _side(quote.bid, quote.bid_size, -instrument.tick_size, instrument, levels)
        asks = _side(quote.ask, quote.ask_size, instrument.tick_size, instrument, levels)
        return OrderBook(symbol, quote.time_ms, bids, asks)

    async def run(self, sink: MarketSink) -> None:
        """Report what the venue sends, and nothing else: a heartbeat of a timer would hide that
        the connection is lost."""
        async for message in self._messages:
            self.accept(message, sink)
        sink.closed("there are no more trades")

    def accept(self, message: Trade | VenueTime, sink: MarketSink) -> None:
        """Move the present to the message's time. Report a trade in which a listener is
        interested."""
        if isinstance(message, VenueTime):
            self._now_ms = max(self._now_ms, message.time_ms)
            sink.heartbeat()
            return
        self._apply(message)
        if interest := sink.interest.get(message.symbol):
            sink.publish([build_update(self, self.quote(message.symbol), interest)])
        else:
            sink.heartbeat()

    def _apply(self, trade: Trade) -> None:
        # The present never goes back, even if trades of two symbols arrive out of order.
        self._now_ms = max(self._now_ms, trade.time_ms)
        self._symbols[trade.symbol].add(trade, self._now_ms)


class _SymbolHistory:
    """The bars by resolution, and the quotes, of one symbol."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.bars: dict[str, list[Bar]] = {resolution: [] for resolution in RESOLUTIONS}
        self.quotes: list[Quote] = []

    def add(self, trade: Trade, time_ms: int) -> None:
        """Add a trade to every resolution at the same time, so that all of them agree."""
        price = int(trade.price / self.instrument.tick_size)
        volume = int(trade.quantity * self.instrument.volume_scale)
        for resolution, bars in self.bars.items():
            _add_to_bars(bars, bar_start(resolution, time_ms), price, volume)
        self.quotes.append(self._quote(trade, time_ms))

    def _quote(self, trade: Trade, time_ms: int) -> Quote:
        """Model the touch around the trade. Return the venue's own where it publishes one."""
        tick, size = self.instrument.tick_size, self.instrument.quantity_step * _LOTS_SHOWN
        return Quote(
            symbol=self.instrument.symbol,
            time_ms=time_ms,
            bid=max(tick, trade.price - tick),
            ask=trade.price + tick,
            bid_size=size,
            ask_size=size,
            last=trade.price,
            last_size=trade.quantity,
        )


def _add_to_bars(bars: list[Bar], time_ms: int, price: int, volume: int) -> None:
    if not bars or bars[-1].time_ms < time_ms:
        bars.append(Bar(time_ms, price, price, price, price, volume))
        return
    last = bars[-1]
    bars[-1] = Bar(
        time_ms,
        last.open,
        max(last.high, price),
        min(last.low, price),
        price,
        last.volume + volume,
    )


def _side(
    best: Decimal, size: Decimal, step: Decimal, instrument: Instrument, levels: int
) -> tuple[PriceLevel, ...]:
    prices = (best + step * level for level in range(levels))
    return tuple(
        PriceLevel(price, decayed_size(size, instrument.quantity_step, level))
        for level, price in enumerate(prices)
        if price > 0
    )
