"""One trade on a market's tape."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class Trade:
    """`quantity` traded at `price`. The `aggressor` took the other side's resting order: 1 is a
    buyer, -1 a seller, None where neither is known."""

    symbol: str
    time_ms: int
    price: Decimal
    quantity: Decimal
    aggressor: Literal[1, -1] | None
