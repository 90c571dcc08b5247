"""The best bid and ask of one symbol, with the last trade."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Quote:
    """The touch of one symbol at one instant. Sizes are in the quantity's own units. `last_size` is
    what traded at `last` since the quote before; 0 where nothing did."""

    symbol: str
    time_ms: int
    bid: Decimal
    ask: Decimal
    bid_size: Decimal
    ask_size: Decimal
    last: Decimal
    last_size: Decimal
