"""The prices at which a quote changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

Limit: TypeAlias = Decimal | int | None
"""A price that is excluded. None is no limit."""


@dataclass(frozen=True, slots=True)
class QuietRange:
    """A quote changes nothing while its bid, its ask and its mid are between these limits."""

    bid_low: Limit = None
    bid_high: Limit = None
    ask_low: Limit = None
    ask_high: Limit = None
    mid_low: Limit = None
    mid_high: Limit = None

    def intersection(self, other: QuietRange) -> QuietRange:
        """Return the prices that are within both ranges."""
        if other == ANY_QUOTE:
            return self
        return QuietRange(
            _higher(self.bid_low, other.bid_low),
            _lower(self.bid_high, other.bid_high),
            _higher(self.ask_low, other.ask_low),
            _lower(self.ask_high, other.ask_high),
            _higher(self.mid_low, other.mid_low),
            _lower(self.mid_high, other.mid_high),
        )


ANY_QUOTE = QuietRange()


def _lower(one: Limit, other: Limit) -> Limit:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _higher(one: Limit, other: Limit) -> Limit:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)
