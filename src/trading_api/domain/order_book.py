"""Books of orders, and how their sizes thin out away from the touch."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

LEVELS_MAX = 50
_ONE = 1 << 16
_THINNED: tuple[int, ...] = tuple(_ONE * 15**level // 16**level for level in range(LEVELS_MAX))


@dataclass(frozen=True, slots=True)
class Level:
    """Size in the quantity's own units."""

    price: Decimal
    size: Decimal


@dataclass(frozen=True, slots=True)
class Depth:
    """Best levels first on both sides."""

    symbol: str
    time_ms: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


def thinned(size: Decimal, step: Decimal, level: int) -> Decimal:
    """A size of the touch so many levels away from it: whole steps, at least one."""
    return max(1, int(size / step) * _THINNED[level] // _ONE) * step
