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
class Need:
    """`left` is what the order of a bracket has filled and neither of its pair has closed;
    WHOLE_POSITION for one of the position. `number` ascends as they were placed."""

    side: Side
    number: int
    left: Decimal


@dataclass(slots=True)
class Protection:
    """`by_left` of a side ascends by what is left: a position that comes to be smaller or larger
    changes those alone that want more than the smaller of both."""

    needs: dict[str, Need] = field(default_factory=dict)
    buys_by_left: list[tuple[Decimal, int, str]] = field(default_factory=list)
    sells_by_left: list[tuple[Decimal, int, str]] = field(default_factory=list)

    def put(self, bracket: Order, number: int, left: Decimal) -> None:
        """Enters a bracket, or what is left for it now; its number stays."""
        known = self.needs.get(bracket.id)
        if known is not None:
            if known.left == left:
                return
            number = known.number
            self._forget(bracket.id, known)
        self.needs[bracket.id] = Need(bracket.side, number, left)
        insort(self._by_left(bracket.side), (left, number, bracket.id))

    def drop(self, bracket_id: str) -> None:
        self._forget(bracket_id, self.needs.pop(bracket_id))

    def wanting_more(self, side: Side, quantity: Decimal) -> list[str]:
        """Those of `side` with more than that left to close."""
        by_left = self._by_left(side)
        return [each for _, _, each in by_left[bisect_right(by_left, (quantity, _LAST)) :]]

    def of_position(self) -> list[str]:
        return [
            each
            for by_left in (self.buys_by_left, self.sells_by_left)
            for _, _, each in by_left[bisect_left(by_left, (WHOLE_POSITION,)) :]
        ]

    def in_order(self, bracket_ids: Iterable[str]) -> Sequence[str]:
        """As they were placed, without those that have ended."""
        live = {each for each in bracket_ids if each in self.needs}
        return sorted(live, key=lambda each: self.needs[each].number)

    def copy(self) -> Protection:
        return replace(
            self,
            needs=self.needs.copy(),
            buys_by_left=self.buys_by_left.copy(),
            sells_by_left=self.sells_by_left.copy(),
        )

    def _forget(self, bracket_id: str, need: Need) -> None:
        by_left = self._by_left(need.side)
        del by_left[bisect_left(by_left, (need.left, need.number, bracket_id))]

    def _by_left(self, side: Side) -> list[tuple[Decimal, int, str]]:
        return self.buys_by_left if side is Side.BUY else self.sells_by_left
