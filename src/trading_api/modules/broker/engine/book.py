"""The working orders of one account in one symbol, kept in their turn."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from decimal import Decimal

from trading_api.modules.broker.engine.matching import (
    comes_to_rest,
    fill_turn,
    last_fill_turn,
    last_trigger_turn,
    trigger_turn,
)
from trading_api.modules.broker.engine.order import Order, Side
from trading_api.modules.broker.engine.touch import Touch

Place = tuple[Decimal, int, str]
Queue = list[Place]

LAST = float("inf")


@dataclass(slots=True)
class Book:
    """A queue ascends by turn, sequence and id, so what a price reaches is its front: a quote
    costs as much as it moves, however many orders wait behind."""

    orders: dict[str, Order] = field(default_factory=dict)
    buy_stops: Queue = field(default_factory=list)
    sell_stops: Queue = field(default_factory=list)
    buys: Queue = field(default_factory=list)
    sells: Queue = field(default_factory=list)
    arriving: dict[str, Order] = field(default_factory=dict)

    def put(self, order: Order) -> None:
        """Enters an order, or its newer version."""
        self.drop(order.id)
        self.orders[order.id] = order
        insort(self._queue(order), _place(order))
        if order.is_arriving:
            self.arriving[order.id] = order

    def drop(self, order_id: str) -> None:
        order = self.orders.pop(order_id, None)
        if order is not None:
            queue = self._queue(order)
            del queue[bisect_left(queue, _place(order))]
            self.arriving.pop(order_id, None)

    def reached_stops(self, touch: Touch) -> list[Order]:
        """The stops that the touch triggers, the older first."""
        reached = [
            order
            for side, stops in ((Side.BUY, self.buy_stops), (Side.SELL, self.sell_stops))
            if touch.is_tradable(side)
            for order in self._front(stops, last_trigger_turn(side, touch.price(side)))
        ]
        return sorted(reached, key=_sequence)

    def fillable(self, side: Side, touch: Touch) -> list[Order]:
        """The orders of `side` that may trade at the touch, the first in line first."""
        if not touch.is_tradable(side):
            return []
        queue = self.buys if side is Side.BUY else self.sells
        return self._front(queue, last_fill_turn(side, touch.price(side)))

    def coming_to_rest(self, touch: Touch) -> list[Order]:
        """The limit orders that the touch is the first to stand away from, the older first."""
        resting = [order for order in self.arriving.values() if comes_to_rest(order, touch)]
        return sorted(resting, key=_sequence)

    def copy(self) -> Book:
        return Book(
            self.orders.copy(),
            self.buy_stops.copy(),
            self.sell_stops.copy(),
            self.buys.copy(),
            self.sells.copy(),
            self.arriving.copy(),
        )

    def _queue(self, order: Order) -> Queue:
        if order.awaits_trigger:
            return self.buy_stops if order.side is Side.BUY else self.sell_stops
        return self.buys if order.side is Side.BUY else self.sells

    def _front(self, queue: Queue, last_turn: Decimal) -> list[Order]:
        end = bisect_right(queue, (last_turn, LAST))
        return [self.orders[order_id] for _, _, order_id in queue[:end]]


def _place(order: Order) -> Place:
    turn = trigger_turn(order) if order.awaits_trigger else fill_turn(order)
    return (turn, order.sequence, order.id)


def _sequence(order: Order) -> int:
    return order.sequence
