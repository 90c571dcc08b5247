"""The prices at which a quote changes no account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from trading_api.modules.broker.paper.thresholds import Thresholds

ThresholdPrice = Decimal | int | None


@dataclass(frozen=True, slots=True)
class QuietRange:
    """The limits between which a quote changes nothing: those of its bid, its ask and the
    conversion rate of its pair.

    The limits are excluded. None means no limit."""

    bid_low: ThresholdPrice = None
    bid_high: ThresholdPrice = None
    ask_low: ThresholdPrice = None
    ask_high: ThresholdPrice = None
    rate_low: ThresholdPrice = None
    rate_high: ThresholdPrice = None


def lowest(thresholds: Iterable[Thresholds | None]) -> ThresholdPrice:
    """Return the lowest of all thresholds. A price below it reaches none of them."""
    nearest = (each.nearest() for each in thresholds if each is not None)
    return min((each for each in nearest if each is not None), default=None)


def highest(negated: Iterable[Thresholds | None]) -> ThresholdPrice:
    """Return the highest of all thresholds that are kept negated. A price above it reaches none of
    them."""
    found = lowest(negated)
    return None if found is None else -found
