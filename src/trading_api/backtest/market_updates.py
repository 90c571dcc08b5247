"""The bars and quotes to which the caller of a backtest has subscribed."""

from __future__ import annotations

from collections import deque

from trading_api.backtest.updates import BarClosed, QuoteChanged, Update
from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.market_status import MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import QUOTE, bars
from trading_api.domain.quote import Quote
from trading_api.modules.datafeed.mapping import to_price
from trading_api.modules.datafeed.market.bar_cursor import newest_bars
from trading_api.modules.datafeed.market.published_market import PublishedMarket


class MarketSubscriptions:
    """A MarketListener that appends closed bars and changed quotes to `updates`."""

    def __init__(self, market: PublishedMarket, updates: deque[Update]) -> None:
        self._market = market
        self._updates = updates
        self._interest = market.listen(self)
        # By symbol and resolution, the forming bar.
        self._forming: dict[str, dict[str, Bar | None]] = {}
        self._quoted: set[str] = set()

    def subscribe_bars(self, symbol: str, resolution: str) -> None:
        """Report the closed bars of a symbol from now on."""
        self._interest.add(symbol, bars(resolution))
        newest = newest_bars(self._market.source, symbol, resolution)
        self._forming.setdefault(symbol, {})[resolution] = newest[0] if newest else None

    def subscribe_quotes(self, symbol: str) -> None:
        """Report the changed quotes of a symbol from now on."""
        self._interest.add(symbol, QUOTE)
        self._quoted.add(symbol)

    def on_update(self, update: MarketUpdate) -> None:
        """Append the bars and the quote that the update changed."""
        symbol = update.quote.symbol
        forming = self._forming.get(symbol, {})
        for resolution, changed in update.bars.items():
            if resolution not in forming:
                continue
            for bar in changed:
                last = forming[resolution]
                if last is not None and bar.time_ms > last.time_ms:
                    self._updates.append(self._closed(symbol, resolution, last))
                forming[resolution] = bar
        if symbol in self._quoted:
            self._updates.append(quote_changed(update.quote))

    def on_heartbeat(self) -> None:
        """Do nothing: the caller reads the time from each update."""

    def on_status(self, status: MarketStatus) -> None:
        """Do nothing: a closed market has no prices to report."""

    async def flush(self) -> None:
        """Do nothing: no update waits."""

    def _closed(self, symbol: str, resolution: str, bar: Bar) -> BarClosed:
        instrument = self._market.instrument(symbol)
        assert instrument is not None, symbol
        return bar_closed(instrument, resolution, bar)


def bar_closed(instrument: Instrument, resolution: str, bar: Bar) -> BarClosed:
    """Return the report of a bar, with its prices as clients receive them."""
    return BarClosed(
        instrument.symbol,
        resolution,
        bar.time_ms,
        to_price(bar.open, instrument),
        to_price(bar.high, instrument),
        to_price(bar.low, instrument),
        to_price(bar.close, instrument),
        bar.volume / instrument.volume_scale,
    )


def quote_changed(quote: Quote) -> QuoteChanged:
    """Return the report of a quote."""
    return QuoteChanged(
        quote.symbol, quote.time_ms, float(quote.bid), float(quote.ask), float(quote.last)
    )
