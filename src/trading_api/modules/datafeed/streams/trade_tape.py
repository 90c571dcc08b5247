"""Trades, and who was in a hurry."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Literal

from trading_api.domain.quote import Quote
from trading_api.models.market import Trade
from trading_api.modules.datafeed.mapping import to_trade

Side = Literal[1, -1] | None

_LOOK_BACK_MAX = 1_000


class Tape:
    """One symbol's. The aggressor is told as Lee and Ready do: by the side of the touch that it
    traded at, and between the two by the last change of price."""

    def __init__(self, quotes_back: Iterable[Quote]) -> None:
        """Takes up what traded before, from the newest quote back, as far as it tells anything."""
        self.last: Trade | None = None
        told: list[Quote] = []
        for quote in islice(quotes_back, _LOOK_BACK_MAX):
            if quote.last_size:
                told.append(quote)
                if _is_at_touch(quote) or quote.last != told[0].last:
                    break
        for quote in reversed(told):
            self.print(quote)

    def print(self, quote: Quote) -> Trade | None:
        """The trade that the quote tells of, if it does."""
        if not quote.last_size:
            return None
        self.last = to_trade(quote, _aggressor(quote, self.last))
        return self.last


def _is_at_touch(quote: Quote) -> bool:
    return not quote.bid < quote.last < quote.ask


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
