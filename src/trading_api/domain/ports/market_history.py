"""The port through which a module reads the bars, quotes and trades that a market has stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from trading_api.domain.bar import Bar
from trading_api.domain.order_book import OrderBook
from trading_api.domain.quote import Quote
from trading_api.domain.trade import Trade


class MarketHistory(Protocol):
    """The stored bars, quotes and trades of a market. Symbols are bare and known; times are in
    milliseconds since 1970.

    Every result is bounded, and no method blocks the event loop for more than a few
    milliseconds."""

    def resolutions(self) -> Sequence[str]:
        """Return the canonical names (`1`, `5`, `1D`) of all resolutions, the finest first."""
        ...

    async def bars(
        self, symbol: str, resolution: str, start_ms: int, end_ms: int, count_back: int = 0
    ) -> Sequence[Bar]:
        """Return the bars whose times are within [start_ms, end_ms), ascending, with the forming
        one. If they are fewer than `count_back`, older bars are added before them. Raises Invalid
        for a window of more bars than one query may return."""
        ...

    async def quotes(
        self, symbol: str, start_ms: int, end_ms: int, limit: int, *, oldest: bool = False
    ) -> Sequence[Quote]:
        """Return at most `limit` stored quotes within [start_ms, end_ms), ascending: the newest
        ones, or with `oldest` the oldest."""
        ...

    async def trades(
        self, symbol: str, start_ms: int, end_ms: int, limit: int, *, oldest: bool = False
    ) -> Sequence[Trade]:
        """Return at most `limit` stored trades within [start_ms, end_ms), ascending: the newest
        ones, or with `oldest` the oldest. Raises Invalid if too many quotes would have to be
        read."""
        ...

    def order_book(self, symbol: str, levels: int) -> OrderBook:
        """Return at most `levels` price levels on each side; `levels` is from 1 to LEVELS_MAX."""
        ...
