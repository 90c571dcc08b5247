"""An index of the live brackets of one symbol, by the quantity that each still has to close."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.engine.order import Order

WHOLE_POSITION = Decimal("Infinity")
"""The claim of a bracket that protects a position: whatever the position is."""

_LAST = float("inf")


@dataclass(frozen=True, slots=True)
class BracketClaim:
    """The quantity that a bracket still has to close.

    `remaining` is what the parent has filled and its brackets have not closed, or WHOLE_POSITION.
    `number` ascends in the order in which brackets were placed."""

    side: Side
    number: int
    remaining: Decimal


@dataclass(slots=True)
class BracketIndex:
    """The claims of the live brackets by id, and per side sorted by what remains.

    When a position grows or shrinks, only brackets that claim more than the smaller of both
    quantities change their size. The sorted lists find them without a look at the others."""

    claims: dict[str, BracketClaim] = field(default_factory=dict)
    buys_by_remaining: list[tuple[Decimal, int, str]] = field(default_factory=list)
    sells_by_remaining: list[tuple[Decimal, int, str]] = field(default_factory=list)

    def put(self, bracket: Order, number: int, remaining: Decimal) -> None:
        """Add a bracket, or change its claim; a bracket that is known keeps its number."""
        known = self.claims.get(bracket.id)
        if known is not None:
            if known.remaining == remaining:
                return
            number = known.number
            self._unsort(bracket.id, known)
        self.claims[bracket.id] = BracketClaim(bracket.side, number, remaining)
        insort(self._by_remaining(bracket.side), (remaining, number, bracket.id))

    def remove(self, bracket_id: str) -> None:
        """Remove a bracket that has ended."""
        self._unsort(bracket_id, self.claims.pop(bracket_id))

    def larger_than(self, side: Side, quantity: Decimal) -> list[str]:
        """Return the ids of the brackets of `side` that claim more than `quantity`."""
        by_remaining = self._by_remaining(side)
        start = bisect_right(by_remaining, (quantity, _LAST))
        return [bracket_id for _, _, bracket_id in by_remaining[start:]]

    def position_brackets(self) -> list[str]:
        """Return the ids of the brackets that protect the position itself."""
        return [
            bracket_id
            for by_remaining in (self.buys_by_remaining, self.sells_by_remaining)
            for _, _, bracket_id in by_remaining[bisect_left(by_remaining, (WHOLE_POSITION,)) :]
        ]

    def in_placement_order(self, bracket_ids: Iterable[str]) -> Sequence[str]:
        """Return the ids that are live, once each, the oldest bracket first."""
        live = {bracket_id for bracket_id in bracket_ids if bracket_id in self.claims}
        return sorted(live, key=lambda bracket_id: self.claims[bracket_id].number)

    def copy(self) -> BracketIndex:
        """Return an index that changes independently of this one."""
        return replace(
            self,
            claims=self.claims.copy(),
            buys_by_remaining=self.buys_by_remaining.copy(),
            sells_by_remaining=self.sells_by_remaining.copy(),
        )

    def _unsort(self, bracket_id: str, claim: BracketClaim) -> None:
        by_remaining = self._by_remaining(claim.side)
        del by_remaining[bisect_left(by_remaining, (claim.remaining, claim.number, bracket_id))]

    def _by_remaining(self, side: Side) -> list[tuple[Decimal, int, str]]:
        return self.buys_by_remaining if side is Side.BUY else self.sells_by_remaining


def left_to_close(parent: Order, brackets: Iterable[Order]) -> Decimal:
    """Return how much of what an order has filled is not yet closed by its brackets."""
    left = parent.filled_quantity
    for order in brackets:
        left = EXACT.subtract(left, order.filled_quantity)
    return left
