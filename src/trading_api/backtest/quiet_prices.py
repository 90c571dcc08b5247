"""The last prices of a recorded bar at which its quotes change no account."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TypeAlias

from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.paper.quiet_range import QuietRange

PriceRange: TypeAlias = tuple[int, int]
"""The lowest and the highest last price, in price ticks."""

ANY_PRICE: PriceRange = (-(1 << 62), 1 << 62)
NO_PRICE: PriceRange = (1, 0)
# Below it, the bid of a recorded bar is not one tick under the last price.
_LOWEST_PRICE = 2


def quiet_prices(quiet: QuietRange, tick_size: Decimal, is_inverse: bool) -> PriceRange:
    """Return the last prices whose bid (one tick below) and ask (one tick above) are within the
    range. The mid is the last price. It is the conversion rate, or its inverse with
    `is_inverse`."""
    low, high = _LOWEST_PRICE, ANY_PRICE[1]
    if quiet.bid_low is not None:
        low = max(low, _floor(quiet.bid_low, tick_size) + 2)
    if quiet.ask_low is not None:
        low = max(low, _floor(quiet.ask_low, tick_size))
    if quiet.bid_high is not None:
        high = min(high, _ceiling(quiet.bid_high, tick_size))
    if quiet.ask_high is not None:
        high = min(high, _ceiling(quiet.ask_high, tick_size) - 2)
    rate_low, rate_high = quiet.rate_low, quiet.rate_high
    if is_inverse:
        rate_low, rate_high = _inverse(rate_high), _inverse(rate_low)
    # One tick more, because the rate of a pair is rounded.
    if rate_low is not None:
        low = max(low, _floor(rate_low, tick_size) + 2)
    if rate_high is not None:
        high = min(high, _ceiling(rate_high, tick_size) - 2)
    return low, high


def _inverse(rate: Decimal | int | None) -> Decimal | None:
    if rate is None or rate <= 0:
        return None
    return 1 / Decimal(rate)


def _floor(price: Decimal | int, tick_size: Decimal) -> int:
    return int((EXACT.divide(Decimal(price), tick_size)).to_integral_value(ROUND_FLOOR))


def _ceiling(price: Decimal | int, tick_size: Decimal) -> int:
    return int((EXACT.divide(Decimal(price), tick_size)).to_integral_value(ROUND_CEILING))
