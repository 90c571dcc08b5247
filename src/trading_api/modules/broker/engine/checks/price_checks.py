"""Check prices and trails against the tick grid."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from trading_api.domain.orders import Trail
from trading_api.modules.broker.engine.checks.rejection import Rejection, RejectionCode
from trading_api.modules.broker.engine.money import MONEY_STEP
from trading_api.modules.broker.engine.trading_rules import TradingRules, is_on_grid

PRICE_MAX = Decimal("1E12")
"""Up to this price, with quantities of a market's size, every sum of price * quantity is exact."""


def check_prices_on_grid(
    prices: Sequence[Decimal | Trail], trading_rules: TradingRules
) -> Rejection | None:
    """Reject prices and trails that are not positive, too large, or off the tick grid."""
    for price in prices:
        if _distance(price) <= 0:
            return Rejection(
                RejectionCode.PRICE_NOT_POSITIVE, f"{_priced(price)} is not above zero."
            )
    for price in prices:
        if _distance(price) > PRICE_MAX:
            return Rejection(
                RejectionCode.PRICE_TOO_LARGE,
                f"{_priced(price)} is above the largest price, {PRICE_MAX:f}.",
            )
    for price in prices:
        if not is_on_grid(_distance(price), trading_rules.tick_size):
            return Rejection(
                RejectionCode.PRICE_OFF_TICK,
                f"{_priced(price)} is not a multiple of {trading_rules.symbol}'s tick, "
                f"{trading_rules.tick_size}.",
            )
    return None


def _distance(price: Decimal | Trail) -> Decimal:
    return price.distance if isinstance(price, Trail) else price


def _priced(price: Decimal | Trail) -> str:
    # A trail is asked for in pips, so its owner would not know the distance again.
    if isinstance(price, Trail):
        return f"trailingStopPips {price.pips}, {price.distance} in price,"
    return f"Price {price}"


def check_settlement_price(price: Decimal) -> Rejection | None:
    """Reject a price that is negative, too large, or finer than a unit of money.

    A settlement may be at 0, and off the tick grid: the instrument may be unknown by then."""
    if price == 0 or (price <= PRICE_MAX and is_on_grid(price, MONEY_STEP)):
        return None
    return Rejection(
        RejectionCode.SETTLEMENT_PRICE_WRONG,
        f"Settlement price {price} is not from 0 to {PRICE_MAX:f}, without fractions of "
        f"{MONEY_STEP:f}.",
    )
