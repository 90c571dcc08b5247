"""The last prices of a recorded bar at which its quotes change no account."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import TypeAlias

from trading_api.domain.quiet_range import ANY_QUOTE, QuietRange

PriceRange: TypeAlias = tuple[int, int]
"""The lowest and the highest last price, in price ticks."""

ANY_PRICE: PriceRange = (-(1 << 62), 1 << 62)
NO_PRICE: PriceRange = (1, 0)
_EXACT = Context(prec=50)
# Below it, the bid of a recorded bar is not one tick under the last price.
_LOWEST_PRICE = 2


def quiet_prices(quiet: QuietRange | None, tick_size: Decimal) -> PriceRange:
    """Return the last prices whose bid (one tick below) and ask (one tick above) are within the
    range. The mid is the last price. No range contains no price."""
    if quiet is None:
        return NO_PRICE
    if quiet == ANY_QUOTE:
        return ANY_PRICE
    low, high = _LOWEST_PRICE, ANY_PRICE[1]
    if quiet.bid_low is not None:
        low = max(low, _floor(quiet.bid_low, tick_size) + 2)
    if quiet.ask_low is not None:
        low = max(low, _floor(quiet.ask_low, tick_size))
    if quiet.bid_high is not None:
        high = min(high, _ceiling(quiet.bid_high, tick_size))
    if quiet.ask_high is not None:
        high = min(high, _ceiling(quiet.ask_high, tick_size) - 2)
    # One tick more, because the rate of a pair is rounded.
    if quiet.mid_low is not None:
        low = max(low, _floor(quiet.mid_low, tick_size) + 2)
    if quiet.mid_high is not None:
        high = min(high, _ceiling(quiet.mid_high, tick_size) - 2)
    return low, high


def _floor(price: Decimal | int, tick_size: Decimal) -> int:
    return int(_EXACT.divide(Decimal(price), tick_size).to_integral_value(ROUND_FLOOR))


def _ceiling(price: Decimal | int, tick_size: Decimal) -> int:
    return int(_EXACT.divide(Decimal(price), tick_size).to_integral_value(ROUND_CEILING))
