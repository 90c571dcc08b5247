"""The tools that read the market."""

from __future__ import annotations

from collections.abc import Sequence

from trading_api.auth.principal import Scope
from trading_api.domain.instrument import Instrument
from trading_api.domain.instrument_search import search_instruments
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.ports.market_history import MarketHistory
from trading_api.domain.resolution import AHEAD_MS, canonical
from trading_api.errors import Invalid, NotFound, Unavailable, truncate
from trading_api.models.mcp.market import (
    BarsArguments,
    BarsResult,
    InstrumentQuote,
    QuoteArguments,
    QuoteResult,
    SearchArguments,
    SearchResult,
)
from trading_api.modules.mcp.mapping import time_ms, to_bar, to_instrument, to_quote
from trading_api.modules.mcp.tool import AssistantTool, ToolCaller


def find_instrument(market: MarketData, symbol: str) -> Instrument:
    """Return the instrument of `AAPL` or `NASDAQ:AAPL`. Raises NotFound."""
    instrument = market.instrument(symbol)
    if instrument is None:
        raise NotFound(
            f"There is no symbol {truncate(symbol)!r}; the tool search lists those there are.",
            "unknown_symbol",
        )
    return instrument


class MarketTools:
    """The tools search, quote and bars."""

    def __init__(self, market: MarketData, history: MarketHistory) -> None:
        self._market = market
        self._history = history

    def tools(self) -> Sequence[AssistantTool]:
        return [
            AssistantTool(
                "search",
                "Search symbols",
                "Find tradable symbols by a part of their name or description. Returns the tick "
                "and quantity steps that orders must keep to.",
                Scope.MARKET_READ,
                SearchArguments,
                SearchResult,
                self.search,
            ),
            AssistantTool(
                "quote",
                "Read quotes",
                "Read the best bid and ask, the last price and the market's state of up to 20 "
                "symbols.",
                Scope.MARKET_READ,
                QuoteArguments,
                QuoteResult,
                self.quote,
            ),
            AssistantTool(
                "bars",
                "Read bars",
                "Read price bars (open, high, low, close, volume) of a symbol: the newest `limit` "
                "ones, at most 500.",
                Scope.MARKET_READ,
                BarsArguments,
                BarsResult,
                self.bars,
            ),
        ]

    async def search(self, _: ToolCaller, arguments: SearchArguments) -> SearchResult:
        found = search_instruments(
            self._market.instruments(),
            arguments.text,
            exchange=arguments.exchange,
            type=arguments.type,
            limit=arguments.limit,
        )
        resolutions = self._history.resolutions()
        return SearchResult(instruments=[to_instrument(each, resolutions) for each in found])

    async def quote(self, _: ToolCaller, arguments: QuoteArguments) -> QuoteResult:
        """Return the quotes of some symbols. Raises NotFound for an unknown symbol, and Unavailable
        for one without a price."""
        return QuoteResult(quotes=[self._quote(symbol) for symbol in arguments.symbols])

    async def bars(self, _: ToolCaller, arguments: BarsArguments) -> BarsResult:
        """Return the newest bars of a window. Raises NotFound for an unknown symbol, and Invalid
        for a resolution that the symbol does not have."""
        instrument = find_instrument(self._market, arguments.symbol)
        resolution = self._resolution(arguments.resolution, instrument)
        end_ms = time_ms(arguments.end) if arguments.end else self._market.now_ms + AHEAD_MS + 1
        start_ms = time_ms(arguments.start) if arguments.start else 0
        bars = await self._history.bars(
            instrument.symbol, resolution, end_ms, end_ms, count_back=arguments.limit
        )
        return BarsResult(
            symbol=instrument.symbol,
            resolution=resolution,
            bars=[to_bar(bar, instrument) for bar in bars if bar.time_ms >= start_ms],
        )

    def _quote(self, symbol: str) -> InstrumentQuote:
        instrument = find_instrument(self._market, symbol)
        quote = self._market.quote(instrument.symbol)
        if quote is None:
            raise Unavailable(f"{instrument.symbol} has no price yet.", "no_price")
        return to_quote(quote, self._market.status_of(instrument.symbol))

    def _resolution(self, name: str, instrument: Instrument) -> str:
        known = instrument.resolutions or self._history.resolutions()
        resolution = canonical(name)
        if resolution is None or resolution not in known:
            raise Invalid(
                f"There is no resolution {truncate(name)!r} of {instrument.symbol}; "
                f"there are {', '.join(known)}.",
                "unsupported_resolution",
            )
        return resolution
