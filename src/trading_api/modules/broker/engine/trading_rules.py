"""The grids on which one instrument is traded."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TradingRules:
    symbol: str
    tick_size: Decimal
    quantity_step: Decimal
    quantity_max: Decimal


def is_on_grid(value: Decimal, step: Decimal) -> bool:
    """`value` is positive and its ratio to `step` fits the exact precision."""
    # A value far below the step could underflow to a remainder of 0.
    return value >= step and value % step == 0
