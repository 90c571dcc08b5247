"""Implements the port MarketHistory over a market source."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import chain

from trading_api.domain.bar import Bar
from trading_api.domain.order_book import OrderBook
from trading_api.domain.quote import Quote
from trading_api.domain.trade import Trade
from trading_api.domain.trade_tape import TradeTape
from trading_api.errors import Invalid
from trading_api.modules.datafeed.history import read_history
from trading_api.modules.datafeed.market.ports import MarketSource

QUOTES_READ_MAX = 100_000
# The quotes that are read before other tasks run.
_CHUNK_QUOTES = 500


class SourceHistory:
    """The MarketHistory of any source. One call reads at most `quotes_read_max` quotes to find
    those that it returns."""

    def __init__(self, source: MarketSource, quotes_read_max: int = QUOTES_READ_MAX) -> None:
        self._source = source
        self._quotes_read_max = quotes_read_max

    def resolutions(self) -> Sequence[str]:
        return self._source.resolutions()

    async def bars(
        self, symbol: str, resolution: str, start_ms: int, end_ms: int, count_back: int = 0
    ) -> Sequence[Bar]:
        return await read_history(self._source, symbol, resolution, start_ms, end_ms, count_back)

    async def quotes(
        self, symbol: str, start_ms: int, end_ms: int, limit: int, *, oldest: bool = False
    ) -> Sequence[Quote]:
        if oldest:
            return await self._oldest(symbol, start_ms, end_ms, limit, only_trades=False)
        newest_first, _ = await self._newest(symbol, start_ms, end_ms, limit, only_trades=False)
        return newest_first[::-1]

    async def trades(
        self, symbol: str, start_ms: int, end_ms: int, limit: int, *, oldest: bool = False
    ) -> Sequence[Trade]:
        before: Iterator[Quote]
        if oldest:
            quotes = await self._oldest(symbol, start_ms, end_ms, limit, only_trades=True)
            before = self._source.quote_history(symbol, start_ms)
        else:
            newest = self._newest(symbol, start_ms, end_ms, limit, only_trades=True)
            newest_first, before = await newest
            quotes = newest_first[::-1]
        tape = TradeTape(before)
        trades = (tape.read(quote) for quote in quotes)
        return [trade for trade in trades if trade is not None]

    def order_book(self, symbol: str, levels: int) -> OrderBook:
        return self._source.order_book(symbol, levels)

    async def _newest(
        self, symbol: str, start_ms: int, end_ms: int, limit: int, *, only_trades: bool
    ) -> tuple[list[Quote], Iterator[Quote]]:
        """Return the newest quotes of a window, newest first, and those before them."""
        history = self._source.quote_history(symbol, end_ms)
        found: list[Quote] = []
        async for quote in self._paced(history):
            if quote.time_ms < start_ms or len(found) == limit:
                return found, chain((quote,), history)
            if quote.last_size or not only_trades:
                found.append(quote)
        return found, iter(())

    async def _oldest(
        self, symbol: str, start_ms: int, end_ms: int, limit: int, *, only_trades: bool
    ) -> list[Quote]:
        found: list[Quote] = []
        async for quote in self._paced(self._source.quotes_since(symbol, start_ms)):
            if quote.time_ms >= end_ms or len(found) == limit:
                break
            if quote.last_size or not only_trades:
                found.append(quote)
        return found

    async def _paced(self, quotes: Iterator[Quote]) -> AsyncIterator[Quote]:
        """Yield quotes, and let other tasks run between them. Raises Invalid after too many."""
        for number, quote in enumerate(quotes, 1):
            yield quote
            if number == self._quotes_read_max:
                raise Invalid(
                    f"The window holds more than {number} quotes; ask for a shorter one.",
                    "window_too_large",
                )
            if number % _CHUNK_QUOTES == 0:
                await asyncio.sleep(0)
