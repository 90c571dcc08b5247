"""The resting orders of one symbol, by price."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

LEVELS_MAX = 50


@dataclass(frozen=True, slots=True)
class PriceLevel:
    """One price and the size that rests at it, in the quantity's own units."""

    price: Decimal
    size: Decimal


@dataclass(frozen=True, slots=True)
class OrderBook:
    """The price levels of one symbol at one instant, best first on both sides."""

    symbol: str
    time_ms: int
    bids: tuple[PriceLevel, ...]
    asks: tuple[PriceLevel, ...]

    def top(self, levels: int) -> OrderBook:
        """Return the best `levels` of each side."""
        return OrderBook(self.symbol, self.time_ms, self.bids[:levels], self.asks[:levels])
