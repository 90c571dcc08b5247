"""How the sizes of a modelled order book decay away from the touch."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.order_book import LEVELS_MAX

_ONE = 1 << 16
_FACTORS: tuple[int, ...] = tuple(_ONE * 15**level // 16**level for level in range(LEVELS_MAX))


def decayed_size(size: Decimal, step: Decimal, level: int) -> Decimal:
    """Return the size `level` levels away from a touch of `size`: a sixteenth less for each, in
    whole multiples of `step`, and at least one of them."""
    return max(1, int(size / step) * _FACTORS[level] // _ONE) * step
