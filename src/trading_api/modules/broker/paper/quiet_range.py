"""The prices at which a quote changes no account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from trading_api.modules.broker.paper.thresholds import Thresholds

ThresholdPrice = Decimal | int | None


@dataclass(frozen=True, slots=True)
class QuietRange:
    """A quote changes nothing while its bid, its ask and the conversion rate of its pair are
    between these limits, which are excluded. None is no limit."""

    bid_low: ThresholdPrice = None
    bid_high: ThresholdPrice = None
    ask_low: ThresholdPrice = None
    ask_high: ThresholdPrice = None
    rate_low: ThresholdPrice = None
    rate_high: ThresholdPrice = None


def lowest(thresholds: Iterable[Thresholds | None]) -> ThresholdPrice:
    """Return the lowest of all thresholds: a price below it reaches none."""
    nearest = (each.nearest() for each in thresholds if each is not None)
    return min((each for each in nearest if each is not None), default=None)


def highest(negated: Iterable[Thresholds | None]) -> ThresholdPrice:
    """Return the highest of all thresholds that are kept negated: a price above it reaches none."""
    found = lowest(negated)
    return None if found is None else -found
