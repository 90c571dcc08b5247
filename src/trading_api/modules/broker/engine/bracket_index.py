"""The brackets of one symbol that are still live, found by what there is left for each to close."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.order import Order

WHOLE_POSITION = Decimal("Infinity")
_LAST = float("inf")


@dataclass(frozen=True, slots=True)
class BracketClaim:
    """`left` is what the order of a bracket has filled and neither of its pair has closed;
    WHOLE_POSITION for one of the position. `number` ascends as they were placed."""

    side: Side
    number: int
    left: Decimal


@dataclass(slots=True)
class BracketIndex:
    """`by_remaining` of a side ascends by what is left: a position that comes to be smaller or
    larger changes those alone that want more than the smaller of both."""

    claims: dict[str, BracketClaim] = field(default_factory=dict)
    buys_by_remaining: list[tuple[Decimal, int, str]] = field(default_factory=list)
    sells_by_remaining: list[tuple[Decimal, int, str]] = field(default_factory=list)

    def put(self, bracket: Order, number: int, left: Decimal) -> None:
        """Enters a bracket, or what is left for it now; its number stays."""
        known = self.claims.get(bracket.id)
        if known is not None:
            if known.left == left:
                return
            number = known.number
            self._remove(bracket.id, known)
        self.claims[bracket.id] = BracketClaim(bracket.side, number, left)
        insort(self._by_remaining(bracket.side), (left, number, bracket.id))

    def remove(self, bracket_id: str) -> None:
        self._remove(bracket_id, self.claims.pop(bracket_id))

    def larger_than(self, side: Side, quantity: Decimal) -> list[str]:
        """Those of `side` with more than that left to close."""
        by_remaining = self._by_remaining(side)
        return [
            each for _, _, each in by_remaining[bisect_right(by_remaining, (quantity, _LAST)) :]
        ]

    def position_brackets(self) -> list[str]:
        return [
            each
            for by_remaining in (self.buys_by_remaining, self.sells_by_remaining)
            for _, _, each in by_remaining[bisect_left(by_remaining, (WHOLE_POSITION,)) :]
        ]

    def in_placement_order(self, bracket_ids: Iterable[str]) -> Sequence[str]:
        """As they were placed, without those that have ended."""
        live = {each for each in bracket_ids if each in self.claims}
        return sorted(live, key=lambda each: self.claims[each].number)

    def copy(self) -> BracketIndex:
        return replace(
            self,
            claims=self.claims.copy(),
            buys_by_remaining=self.buys_by_remaining.copy(),
            sells_by_remaining=self.sells_by_remaining.copy(),
        )

    def _remove(self, bracket_id: str, claim: BracketClaim) -> None:
        by_remaining = self._by_remaining(claim.side)
        del by_remaining[bisect_left(by_remaining, (claim.left, claim.number, bracket_id))]

    def _by_remaining(self, side: Side) -> list[tuple[Decimal, int, str]]:
        return self.buys_by_remaining if side is Side.BUY else self.sells_by_remaining
