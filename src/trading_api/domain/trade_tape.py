"""The trades of one symbol, read from its quotes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Literal

from trading_api.domain.quote import Quote
from trading_api.domain.trade import Trade

_LOOK_BACK_MAX = 1_000


class TradeTape:
    """Reads trades from quotes, and classifies the aggressor of each by the rule of Lee and Ready:
    by the side of the touch at which it traded, and between the two by the last change of price.
    """

    def __init__(self, quote_history: Iterable[Quote]) -> None:
        """Find the last trade in earlier quotes, newest first, as far back as they can decide its
        aggressor."""
        self.last: Trade | None = None
        traded: list[Quote] = []
        for quote in islice(quote_history, _LOOK_BACK_MAX):
            if quote.last_size:
                traded.append(quote)
                if _is_at_touch(quote) or quote.last != traded[0].last:
                    break
        for quote in reversed(traded):
            self.read(quote)

    def read(self, quote: Quote) -> Trade | None:
        """Return the trade that the quote reports, if it reports one."""
        if not quote.last_size:
            return None
        aggressor = _aggressor(quote, self.last)
        self.last = Trade(quote.symbol, quote.time_ms, quote.last, quote.last_size, aggressor)
        return self.last


def _is_at_touch(quote: Quote) -> bool:
    return not quote.bid < quote.last < quote.ask


def _aggressor(quote: Quote, before: Trade | None) -> Literal[1, -1] | None:
    if quote.last >= quote.ask:
        return 1
    if quote.last <= quote.bid:
        return -1
    if before is None:
        return None
    if quote.last == before.price:
        return before.aggressor
    return 1 if quote.last > before.price else -1
