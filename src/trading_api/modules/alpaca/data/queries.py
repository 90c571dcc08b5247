"""The queries of the data API: pages of bars, quotes and trades, and the latest of each."""

from __future__ import annotations

from collections.abc import Sequence

from trading_api.domain.bar import Bar
from trading_api.domain.order_book import LEVELS_MAX
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.ports.market_history import MarketHistory
from trading_api.domain.quote import Quote
from trading_api.domain.resolution import AHEAD_MS, MINUTE_MS
from trading_api.domain.trade import Trade
from trading_api.models.alpaca.market_data import (
    BarDocument,
    BarsQuery,
    HistoryQuery,
    OrderBookDocument,
    QuoteDocument,
    SnapshotDocument,
    TradeDocument,
)
from trading_api.modules.alpaca.data.documents import (
    to_bar_document,
    to_order_book_document,
    to_quote_document,
    to_trade_document,
)
from trading_api.modules.alpaca.data.pages import (
    Item,
    Page,
    ReadSymbol,
    SymbolPage,
    ToDocument,
    read_page,
    tick_reader,
)
from trading_api.modules.alpaca.data.symbols import NamedInstrument
from trading_api.modules.alpaca.data.timeframe_bars import TimeframeBars
from trading_api.modules.alpaca.data.timeframes import Timeframe
from trading_api.modules.alpaca.data.windows import Window, bad_request

_DAY, _MINUTE = Timeframe(1, "Day"), Timeframe(1, "Min")
_TRADE_AGE_MAX_MS = 15 * MINUTE_MS
"""How far back the latest trade is searched. Without one, the quote's last price is used."""


class DataQueries:
    """Answers the queries of clients from the market and its history."""

    def __init__(self, market: MarketData, history: MarketHistory) -> None:
        self._market = market
        self._history = history

    # Windows

    async def bars(self, instruments: Sequence[NamedInstrument], query: BarsQuery) -> Page[Bar]:
        """Return a page of bars. Raises ApiError."""
        try:
            timeframe = Timeframe.parse(query.timeframe)
        except ValueError:
            raise bad_request(f"invalid timeframe: {query.timeframe}") from None
        now_ms = self._market.now_ms
        readers = {
            each.name: TimeframeBars(self._history, each.instrument, timeframe, now_ms)
            for each in instruments
        }

        async def read(named: NamedInstrument, window: Window) -> SymbolPage[Bar]:
            return await readers[named.name].read(named.name, window)

        def to_document(bar: Bar, named: NamedInstrument) -> BarDocument:
            time_ms = readers[named.name].time_of(bar)
            return to_bar_document(bar, named.instrument, time_ms)

        return await self._page(instruments, query, read, to_document)

    async def quotes(
        self, instruments: Sequence[NamedInstrument], query: HistoryQuery
    ) -> Page[Quote]:
        """Return a page of quotes. Raises ApiError."""

        async def read(
            symbol: str, start_ms: int, end_ms: int, limit: int, oldest: bool
        ) -> Sequence[Quote]:
            return await self._history.quotes(symbol, start_ms, end_ms, limit, oldest=oldest)

        def to_document(quote: Quote, named: NamedInstrument) -> QuoteDocument:
            return to_quote_document(quote, named.instrument)

        return await self._page(instruments, query, tick_reader(read), to_document)

    async def trades(
        self, instruments: Sequence[NamedInstrument], query: HistoryQuery
    ) -> Page[Trade]:
        """Return a page of trades. Raises ApiError."""

        async def read(
            symbol: str, start_ms: int, end_ms: int, limit: int, oldest: bool
        ) -> Sequence[Trade]:
            return await self._history.trades(symbol, start_ms, end_ms, limit, oldest=oldest)

        def to_document(trade: Trade, named: NamedInstrument) -> TradeDocument:
            return to_trade_document(trade, named.instrument)

        return await self._page(instruments, query, tick_reader(read), to_document)

    async def _page(
        self,
        instruments: Sequence[NamedInstrument],
        query: HistoryQuery,
        read: ReadSymbol[Item],
        to_document: ToDocument[Item],
    ) -> Page[Item]:
        now_ms = self._market.now_ms
        windows = {each.name: Window.of(query, now_ms, each.zone) for each in instruments}
        symbols, token = await read_page(instruments, windows, read)
        return Page(symbols, token, to_document)

    # The latest

    async def latest_quote(self, named: NamedInstrument) -> QuoteDocument | None:
        quote = self._market.quote(named.symbol)
        return None if quote is None else to_quote_document(quote, named.instrument)

    async def latest_trade(self, named: NamedInstrument) -> TradeDocument | None:
        """Return the last trade, or one at the last price if none was stored recently."""
        end_ms = self._market.now_ms + 1
        trades = await self._history.trades(named.symbol, end_ms - _TRADE_AGE_MAX_MS, end_ms, 1)
        if trades:
            return to_trade_document(trades[0], named.instrument)
        quote = self._market.quote(named.symbol)
        if quote is None:
            return None
        trade = Trade(named.symbol, quote.time_ms, quote.last, quote.last_size, None)
        return to_trade_document(trade, named.instrument)

    async def latest_bar(self, named: NamedInstrument) -> BarDocument | None:
        """Return the bar of the last minute that is over, or None."""
        bars = await self._latest_bars(named, _MINUTE, 1)
        return bars[0] if bars else None

    async def latest_order_book(self, named: NamedInstrument) -> OrderBookDocument:
        return to_order_book_document(self._history.order_book(named.symbol, LEVELS_MAX))

    async def snapshot(self, named: NamedInstrument) -> SnapshotDocument:
        """Return the last trade, quote and minute bar, and the daily bars of today and of the day
        before."""
        snapshot: SnapshotDocument = {}
        if (trade := await self.latest_trade(named)) is not None:
            snapshot["latestTrade"] = trade
        if (quote := await self.latest_quote(named)) is not None:
            snapshot["latestQuote"] = quote
        if (bar := await self.latest_bar(named)) is not None:
            snapshot["minuteBar"] = bar
        days = await self._latest_bars(named, _DAY, 2)
        if days:
            snapshot["dailyBar"] = days[-1]
        if len(days) > 1:
            snapshot["prevDailyBar"] = days[0]
        return snapshot

    async def _latest_bars(
        self, named: NamedInstrument, timeframe: Timeframe, count: int
    ) -> list[BarDocument]:
        now_ms = self._market.now_ms
        reader = TimeframeBars(self._history, named.instrument, timeframe, now_ms)
        bars = await reader.latest(now_ms + AHEAD_MS, count)
        return [to_bar_document(bar, named.instrument, reader.time_of(bar)) for bar in bars]
