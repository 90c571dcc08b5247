"""What a market source reports of one symbol at one instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from trading_api.domain.bar import Bar
from trading_api.domain.order_book import OrderBook
from trading_api.domain.quote import Quote

_NO_BARS: Mapping[str, Sequence[Bar]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class VenueTrade:
    """What a venue knows of a trade besides its price and size: its id, the venue's time, which may
    be earlier than the quote's, and its aggressor: 1 is a buyer, -1 a seller, None unknown."""

    id: str
    time_ms: int
    aggressor: Literal[1, -1] | None = None


@dataclass(frozen=True, slots=True)
class MarketUpdate:
    """The quote of one symbol, and the other facts in which a listener has an interest.

    `bars` holds, by resolution, every bar that changed since the update before: those that closed,
    then the forming one. `day` is the daily bar before the current one, where there is one, and
    the current one. `book` is as deep as the deepest interest. `trade` identifies the trade that
    the quote reports, where the source is a venue; a recording keeps it."""

    quote: Quote
    bars: Mapping[str, Sequence[Bar]] = field(default_factory=lambda: _NO_BARS)
    day: Sequence[Bar] = ()
    book: OrderBook | None = None
    trade: VenueTrade | None = None
