"""The orders of one account that one symbol's market can change, kept in their turn."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from trading_api.domain.orders import OrderStatus, Side
from trading_api.modules.broker.engine.fill_rules import (
    fill_priority,
    last_fillable_priority,
    last_triggered_priority,
    starts_resting,
    trigger_priority,
)
from trading_api.modules.broker.engine.money import EXACT, ZERO
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.touch import Touch

QueueKey = tuple[Decimal, int, str]
Queue = list[QueueKey]

LAST = float("inf")


@dataclass(slots=True)
class OpenOrderExposure:
    """What the orders of one side that may add to a position reserve: `value` is margin's, `cost`
    what filling them costs, but for the least commission that each of the `unfilled` is to pay.
    `parts`, the cheapest first, are each one's reserve price, id and remaining quantity."""

    value: Decimal = ZERO
    cost: Decimal = ZERO
    quantity: Decimal = ZERO
    unfilled: int = 0
    parts: list[tuple[Decimal, str, Decimal]] = field(default_factory=list)

    def add(self, order: Order) -> None:
        quantity = order.remaining_quantity
        insort(self.parts, (order.reserve_price, order.id, quantity))
        self._count(order, quantity, 1)

    def remove(self, order: Order) -> None:
        quantity = order.remaining_quantity
        del self.parts[bisect_left(self.parts, (order.reserve_price, order.id, quantity))]
        self._count(order, quantity.copy_negate(), -1)

    def value_beyond(self, quantity: Decimal) -> Decimal:
        """What is reserved once the cheapest have closed `quantity`."""
        value = self.value
        for price, _, remaining in self.parts:
            if not quantity:
                break
            closed = min(quantity, remaining)
            value -= closed * price
            quantity -= closed
        return value

    def copy(self) -> OpenOrderExposure:
        return OpenOrderExposure(
            self.value, self.cost, self.quantity, self.unfilled, self.parts.copy()
        )

    def _count(self, order: Order, quantity: Decimal, number: int) -> None:
        self.value = EXACT.fma(quantity, order.reserve_price, self.value)
        self.cost = EXACT.fma(quantity, order.reserve_cost, self.cost)
        self.quantity = EXACT.add(self.quantity, quantity)
        if not order.filled_quantity:
            self.unfilled += number


@dataclass(slots=True)
class OpenOrders:
    """A queue ascends by turn, sequence and id, so what a price reaches is its front: a quote
    costs as much as it moves, however many orders wait behind. So is it with `expiring`, which
    ascends by time. `placing` are on their way; `reversal` is the id of the one that works."""

    orders: dict[str, Order] = field(default_factory=dict)
    buy_stops: Queue = field(default_factory=list)
    sell_stops: Queue = field(default_factory=list)
    buys: Queue = field(default_factory=list)
    sells: Queue = field(default_factory=list)
    placing: set[str] = field(default_factory=set)
    incoming: set[str] = field(default_factory=set)
    trailing: set[str] = field(default_factory=set)
    expiring: list[tuple[int, str]] = field(default_factory=list)
    immediate: set[str] = field(default_factory=set)
    reversal: str = ""
    buy_exposure: OpenOrderExposure = field(default_factory=OpenOrderExposure)
    sell_exposure: OpenOrderExposure = field(default_factory=OpenOrderExposure)

    def put(self, order: Order) -> None:
        """Enters an order, or its newer version."""
        self.remove(order.id)
        self.orders[order.id] = order
        if not order.reduce_only:
            self.exposure(order.side).add(order)
        if order.is_reversal:
            self.reversal = order.id
        if order.expires_ms is not None:
            insort(self.expiring, (order.expires_ms, order.id))
        if order.status is OrderStatus.PLACING:
            self.placing.add(order.id)
            return
        if order.duration.is_immediate:
            self.immediate.add(order.id)
        insort(self._queue(order), _place(order))
        if order.is_incoming:
            self.incoming.add(order.id)
        if order.trail is not None and order.awaits_trigger:
            self.trailing.add(order.id)

    def remove(self, order_id: str) -> None:
        order = self.orders.pop(order_id, None)
        if order is None:
            return
        if not order.reduce_only:
            self.exposure(order.side).remove(order)
        if order.is_reversal:
            self.reversal = ""
        if order.expires_ms is not None:
            del self.expiring[bisect_left(self.expiring, (order.expires_ms, order_id))]
        if order.status is not OrderStatus.PLACING:
            queue = self._queue(order)
            del queue[bisect_left(queue, _place(order))]
        for ids in (self.placing, self.incoming, self.trailing, self.immediate):
            ids.discard(order_id)

    def exposure(self, side: Side) -> OpenOrderExposure:
        return self.buy_exposure if side is Side.BUY else self.sell_exposure

    def expired(self, at_ms: int) -> list[Order]:
        """The orders whose time is over, the older first."""
        end = bisect_left(self.expiring, (at_ms + 1, ""))
        return sorted((self.orders[order_id] for _, order_id in self.expiring[:end]), key=_sequence)

    @property
    def next_expiry_ms(self) -> int | None:
        """None where no order has a time."""
        return self.expiring[0][0] if self.expiring else None

    def due_arrivals(self, at_ms: int) -> list[Order]:
        """The orders whose way is over, the older first."""
        return self._select(self.placing, lambda order: order.arrives_ms <= at_ms)

    def triggered_stops(self, touch: Touch) -> list[Order]:
        """The stops that the touch triggers, the older first."""
        triggered = [
            order
            for side, stops in ((Side.BUY, self.buy_stops), (Side.SELL, self.sell_stops))
            if touch.is_tradable(side)
            for order in self._up_to(stops, last_triggered_priority(side, touch.price(side)))
        ]
        return sorted(triggered, key=_sequence)

    def trailing_stops(self, touch: Touch) -> list[Order]:
        """The trailing stops that wait for a touch of their side, the older first."""
        return self._select(self.trailing, lambda order: touch.is_tradable(order.side))

    def fillable(self, side: Side, touch: Touch) -> list[Order]:
        """The orders of `side` that may trade at the touch, the first in line first."""
        if not touch.is_tradable(side):
            return []
        queue = self.buys if side is Side.BUY else self.sells
        return self._up_to(queue, last_fillable_priority(side, touch.price(side)))

    def newly_resting(self, touch: Touch) -> list[Order]:
        """The limit orders that the touch is the first to stand away from, the older first."""
        return self._select(self.incoming, lambda order: starts_resting(order, touch))

    def immediate_orders(self) -> list[Order]:
        """The orders at the market that fill at once or not at all, the older first."""
        return self._select(self.immediate, lambda order: True)

    def copy(self) -> OpenOrders:
        return replace(
            self,
            orders=self.orders.copy(),
            buy_stops=self.buy_stops.copy(),
            sell_stops=self.sell_stops.copy(),
            buys=self.buys.copy(),
            sells=self.sells.copy(),
            placing=self.placing.copy(),
            incoming=self.incoming.copy(),
            trailing=self.trailing.copy(),
            expiring=self.expiring.copy(),
            immediate=self.immediate.copy(),
            buy_exposure=self.buy_exposure.copy(),
            sell_exposure=self.sell_exposure.copy(),
        )

    def _queue(self, order: Order) -> Queue:
        if order.awaits_trigger:
            return self.buy_stops if order.side is Side.BUY else self.sell_stops
        return self.buys if order.side is Side.BUY else self.sells

    def _up_to(self, queue: Queue, last_priority: Decimal) -> list[Order]:
        end = bisect_right(queue, (last_priority, LAST))
        return [self.orders[order_id] for _, _, order_id in queue[:end]]

    def _select(self, ids: set[str], condition: Callable[[Order], bool]) -> list[Order]:
        if not ids:
            return []
        orders = [self.orders[order_id] for order_id in ids]
        return sorted((order for order in orders if condition(order)), key=_sequence)


def _place(order: Order) -> QueueKey:
    turn = trigger_priority(order) if order.awaits_trigger else fill_priority(order)
    return (turn, order.sequence, order.id)


def _sequence(order: Order) -> int:
    return order.sequence
