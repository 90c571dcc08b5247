"""The port through which a module reads the bars, quotes and trades that a market has stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from trading_api.domain.bar import Bar
from trading_api.domain.order_book import OrderBook
from trading_api.domain.quote import Quote
from trading_api.domain.trade import Trade


class MarketHistory(Protocol):
    """What a market's source has stored. Symbols are bare and known; times are in milliseconds
    since 1970.

    No method returns more than it is asked for, and none blocks the event loop for longer than a
    few milliseconds."""

    def resolutions(self) -> Sequence[str]:
        """Return the canonical names (`1`, `5`, `1D`), finest first, of what any symbol has."""
        ...

    async def bars(
        self, symbol: str, resolution: str, start_ms: int, end_ms: int, count_back: int = 0
    ) -> Sequence[Bar]:
        """Return the bars whose times are within [start_ms, end_ms), ascending, the forming one
        included; and older ones before them until there are `count_back`, where they exist.
        Raises Invalid for a window of more bars than one answer may have."""
        ...

    async def quotes(
        self, symbol: str, start_ms: int, end_ms: int, limit: int, *, oldest: bool = False
    ) -> Sequence[Quote]:
        """Return the newest `limit` quotes within [start_ms, end_ms), or the oldest, ascending, as
        far back as they are stored."""
        ...

    async def trades(
        self, symbol: str, start_ms: int, end_ms: int, limit: int, *, oldest: bool = False
    ) -> Sequence[Trade]:
        """Return the newest `limit` trades within [start_ms, end_ms), or the oldest, ascending, as
        far back as they are stored. Raises Invalid where that would read too many quotes."""
        ...

    def order_book(self, symbol: str, levels: int) -> OrderBook:
        """Return up to `levels` price levels a side, from 1 to LEVELS_MAX."""
        ...
