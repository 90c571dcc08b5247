"""Trades, and who was in a hurry."""

from __future__ import annotations

from typing import Literal

from trading_api.models.market import Trade
from trading_api.modules.datafeed.mapping import to_trade
from trading_api.shared.market_data import Quote

Side = Literal[1, -1] | None


class Tape:
    """The last trade of each symbol. The aggressor is told as Lee and Ready do: by the side of
    the touch that it traded at, and between the two by the last change of price."""

    def __init__(self) -> None:
        self._last: dict[str, Trade] = {}

    def last(self, symbol: str) -> Trade | None:
        return self._last.get(symbol)

    def print(self, quote: Quote) -> Trade | None:
        """The trade that the quote tells of, if it does."""
        if not quote.last_size:
            return None
        trade = to_trade(quote, _aggressor(quote, self._last.get(quote.symbol)))
        self._last[quote.symbol] = trade
        return trade


def _aggressor(quote: Quote, before: Trade | None) -> Side:
    if quote.last >= quote.ask:
        return 1
    if quote.last <= quote.bid:
        return -1
    if before is None:
        return None
    price = float(quote.last)
    if price == before.price:
        return before.side
    return 1 if price > before.price else -1
