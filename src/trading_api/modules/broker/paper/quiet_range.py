"""The limits of the prices at which a quote changes no account."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from trading_api.domain.quiet_range import Limit
from trading_api.modules.broker.paper.thresholds import Thresholds


def lowest(thresholds: Iterable[Thresholds | None]) -> Limit:
    """Return the lowest of all thresholds. A price below it reaches none of them."""
    nearest = (each.nearest() for each in thresholds if each is not None)
    return min((each for each in nearest if each is not None), default=None)


def highest(negated: Iterable[Thresholds | None]) -> Limit:
    """Return the highest of all thresholds that are kept negated. A price above it reaches none of
    them."""
    found = lowest(negated)
    return None if found is None else -found


def inverse(rate: Limit) -> Limit:
    """Return the price of a pair whose inverse is a conversion rate."""
    if rate is None or rate <= 0:
        return None
    return 1 / Decimal(rate)
