"""The brackets of the naive exchange, and what happens to them when orders end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from tests.kit.naive.state import NaiveState
from tests.kit.naive.values import (
    CANCELED,
    INACTIVE,
    WORKING,
    NaiveOrder,
    closable_by,
    indicative_price,
    stop_behind,
)
from trading_api.domain.orders import Brackets, OrderType, Side, Trail
from trading_api.modules.broker.engine.commands import Market


class NaiveBrackets(NaiveState):
    """Places, sizes and cancels brackets."""

    def set_brackets(
        self,
        wanted: Brackets,
        parent: NaiveOrder | None,
        side: Side,
        price: Fraction | None,
        market: Market,
    ) -> None:
        parent_id = parent.id if parent else ""
        live = self.live_brackets(parent_id, market)
        position = self.position(market.symbol)
        quantity = parent.quantity if parent else abs(position.quantity)
        legs: list[tuple[OrderType, Fraction | None, Fraction | None, Trail | None]] = []
        if wanted.take_profit is not None:
            legs.append((OrderType.LIMIT, Fraction(wanted.take_profit), None, None))
        if wanted.trail is not None:
            legs.append((OrderType.STOP, None, None, wanted.trail))
        elif wanted.stop_loss is not None:
            legs.append((OrderType.STOP, None, Fraction(wanted.stop_loss), None))
        for each in live:
            if each.type not in [leg[0] for leg in legs]:
                self.cancel(each)
        for each in live:
            if not each.is_live:
                continue
            _, limit, stop, trail = next(leg for leg in legs if leg[0] is each.type)
            if each.status == INACTIVE and parent and not parent.filled:
                each.quantity = quantity
            if trail and trail == each.trail:
                continue
            if trail is None and each.trail is None and (limit, stop) == (each.limit, each.stop):
                continue
            if trail:
                start = (
                    indicative_price(market.mark, each.side) if each.status == WORKING else price
                )
                stop = stop_behind(start, each.side, trail, market)
            each.limit, each.stop, each.trail = limit, stop, trail
            each.is_resting = False
            each.sequence = self.next_sequence()
        for type, limit, stop, trail in legs:
            if type in [each.type for each in live]:
                continue
            if trail:
                stop = stop_behind(price, side.opposite, trail, market)
            self.orders.append(
                NaiveOrder(
                    id=self.next_id(),
                    symbol=market.symbol,
                    side=side.opposite,
                    type=type,
                    quantity=quantity,
                    sequence=self.next_sequence(),
                    limit=limit,
                    stop=stop,
                    trail=trail,
                    reduce_only=True,
                    is_bracket=True,
                    parent_id=parent_id,
                    status=INACTIVE,
                )
            )
        self.fit_brackets(market)

    def fit_brackets(self, market: Market) -> None:
        """Fit each bracket to what it protects."""
        for each in self.orders:
            if each.symbol != market.symbol or not each.is_bracket or not each.is_live:
                continue
            size = self.size(each)
            parent = self.parent(each)
            if size and self.is_being_reversed(each):
                continue
            if size and each.status == INACTIVE:
                each.status = WORKING
                if each.trail and market.mark:
                    start = indicative_price(market.mark, each.side)
                    each.stop = stop_behind(start, each.side, each.trail, market)
            if size:
                each.quantity = each.filled + size
            elif parent is None or not parent.is_live:
                self.cancel(each)
            elif each.status == WORKING:
                self.suspend(each)

    def suspend(self, bracket: NaiveOrder) -> None:
        bracket.status = INACTIVE
        bracket.is_triggered = bracket.is_resting = False

    def is_being_reversed(self, bracket: NaiveOrder) -> bool:
        working = self.working(bracket.symbol)
        return any(each.is_reversal and each.side is bracket.side for each in working)

    def restore_brackets(self, reversal: NaiveOrder) -> None:
        """Activate the brackets that the reversal suspended, where there is still a position."""
        for each in self.orders:
            is_here = each.is_bracket and each.symbol == reversal.symbol
            is_waiting = is_here and each.side is reversal.side and each.status == INACTIVE
            if is_waiting and self.size(each):
                each.status = WORKING
                each.quantity = each.filled + self.size(each)

    def size(self, bracket: NaiveOrder) -> Fraction:
        closable = closable_by(self.position(bracket.symbol), bracket.side)
        parent = self.parent(bracket)
        if parent is None:
            return closable
        pair = [each for each in self.orders if each.parent_id == parent.id]
        return min(closable, parent.filled - sum(each.filled for each in pair))

    def cancel(self, order: NaiveOrder) -> None:
        order.status = CANCELED
        self.canceled.append(order.id)
        for each in self.orders:
            if each.parent_id == order.id and each.is_live and not self.size(each):
                each.status = CANCELED
                self.canceled.append(each.id)
        parent = self.parent(order)
        if parent and parent.is_live:
            if order.type is OrderType.LIMIT:
                parent.brackets = replace(parent.brackets, take_profit=None)
            else:
                parent.brackets = replace(parent.brackets, stop_loss=None, trail=None)
        if order.is_reversal:
            self.restore_brackets(order)

    def cancel_those(self, orders: Iterable[NaiveOrder]) -> None:
        for each in sorted(orders, key=lambda each: each.is_reversal):
            if each.is_live:
                self.cancel(each)

    def expire(self, orders: list[NaiveOrder], at_ms: int) -> None:
        self.cancel_those(
            each for each in orders if each.expires_ms is not None and each.expires_ms <= at_ms
        )
