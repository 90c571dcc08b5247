"""What a market source has stored, behind the port that other modules read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import chain, islice

from trading_api.domain.bar import Bar
from trading_api.domain.order_book import OrderBook
from trading_api.domain.quote import Quote
from trading_api.domain.trade import Trade
from trading_api.errors import Invalid
from trading_api.modules.datafeed.history import read_history
from trading_api.modules.datafeed.market.ports import MarketSource
from trading_api.modules.datafeed.streams.trade_tape import TradeTape

QUOTES_READ_MAX = 100_000
# The quotes that are read without a pause.
_CHUNK_QUOTES = 500


class SourceHistory:
    """Implements MarketHistory over any source. One call reads at most `quotes_read_max` quotes,
    to find those that it returns."""

    def __init__(self, source: MarketSource, quotes_read_max: int = QUOTES_READ_MAX) -> None:
        self._source = source
        self._quotes_read_max = quotes_read_max

    def resolutions(self) -> Sequence[str]:
        return self._source.resolutions()

    async def bars(
        self, symbol: str, resolution: str, start_ms: int, end_ms: int, count_back: int = 0
    ) -> Sequence[Bar]:
        return await read_history(self._source, symbol, resolution, start_ms, end_ms, count_back)

    async def quotes(self, symbol: str, start_ms: int, end_ms: int, limit: int) -> Sequence[Quote]:
        newest_first, _ = await self._read(symbol, start_ms, end_ms, limit, only_trades=False)
        return newest_first[::-1]

    async def trades(self, symbol: str, start_ms: int, end_ms: int, limit: int) -> Sequence[Trade]:
        newest_first, before = await self._read(symbol, start_ms, end_ms, limit, only_trades=True)
        tape = TradeTape(before)
        trades = (tape.read(quote) for quote in reversed(newest_first))
        return [trade for trade in trades if trade is not None]

    def order_book(self, symbol: str, levels: int) -> OrderBook:
        return self._source.order_book(symbol, levels)

    async def _read(
        self, symbol: str, start_ms: int, end_ms: int, limit: int, *, only_trades: bool
    ) -> tuple[list[Quote], chain[Quote]]:
        """Return the newest quotes of a window, newest first, and those before them. The market
        may move meanwhile, which adds only newer ones."""
        history = self._source.quote_history(symbol)
        found: list[Quote] = []
        for _ in range(0, self._quotes_read_max, _CHUNK_QUOTES):
            chunk = list(islice(history, _CHUNK_QUOTES))
            for number, quote in enumerate(chunk):
                if quote.time_ms < start_ms or len(found) == limit:
                    return found, chain(chunk[number:], history)
                if quote.time_ms < end_ms and (quote.last_size or not only_trades):
                    found.append(quote)
            if len(chunk) < _CHUNK_QUOTES:
                return found, chain((), history)
            await asyncio.sleep(0)
        raise Invalid(
            f"The window reaches back over more than {self._quotes_read_max} quotes; ask for a "
            "later or a shorter one.",
            "window_too_large",
        )
