"""The tick size and the lot sizes of one instrument."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TradingRules:
    """Prices are multiples of `tick_size`; quantities are multiples of `quantity_step`, at most
    `quantity_max`."""

    symbol: str
    tick_size: Decimal
    quantity_step: Decimal
    quantity_max: Decimal


def is_on_grid(value: Decimal, step: Decimal) -> bool:
    """Return whether `value` is a positive multiple of `step`.

    The ratio of both has to fit the precision of the decimal context."""
    # A value far below the step could underflow to a remainder of 0.
    return value >= step and value % step == 0
