"""The open orders of one account and one symbol, sorted so that a quote finds those it reaches."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator
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
ReservedPart = tuple[Decimal, str, Decimal]
"""The reserve price, the id and the remaining quantity of an order."""

_LAST = float("inf")


@dataclass(slots=True)
class OpenOrderExposure:
    """What the orders of one side that may open a position reserve, in the account's currency.

    `value` is the exposure that they reserve margin for. `cost` is what filling them costs,
    without the minimum commission that each of the `unfilled` orders still has to pay. `parts` are
    sorted, the cheapest first. `added` and `replaced` are parts of the sums that `parts` does not
    show yet."""

    value: Decimal = ZERO
    cost: Decimal = ZERO
    quantity: Decimal = ZERO
    unfilled: int = 0
    parts: list[ReservedPart] = field(default_factory=list)
    added: ReservedPart | None = None
    replaced: ReservedPart | None = None

    def add(self, order: Order) -> None:
        """Add what an order reserves."""
        insort(self.parts, self._count(order, 1))

    def remove(self, order: Order) -> None:
        """Remove what an order reserves."""
        del self.parts[bisect_left(self.parts, self._count(order, -1))]

    def with_order(self, added: Order, replaced: Order | None) -> OpenOrderExposure:
        """Return the exposure with an order that is about to work in place of `replaced`.

        It is valid until this exposure changes."""
        after = OpenOrderExposure(self.value, self.cost, self.quantity, self.unfilled, self.parts)
        after.added = after._count(added, 1)
        if replaced is not None:
            after.replaced = after._count(replaced, -1)
        return after

    def value_beyond(self, quantity: Decimal) -> Decimal:
        """Return the exposure that is left when the cheapest orders have closed `quantity`."""
        value = self.value
        for price, _, remaining in self._cheapest_first():
            if not quantity:
                break
            closed = min(quantity, remaining)
            value -= closed * price
            quantity -= closed
        return value

    def copy(self) -> OpenOrderExposure:
        """Return an exposure that changes independently of this one."""
        parts = self.parts.copy()
        return OpenOrderExposure(self.value, self.cost, self.quantity, self.unfilled, parts)

    def _count(self, order: Order, sign: int) -> ReservedPart:
        """Add an order to the sums, or subtract it, and return its part."""
        price, remaining = order.reserve_price, order.remaining_quantity
        quantity = remaining if sign > 0 else remaining.copy_negate()
        self.value = EXACT.fma(quantity, price, self.value)
        self.cost = EXACT.fma(quantity, order.reserve_cost, self.cost)
        self.quantity = EXACT.add(self.quantity, quantity)
        if not order.filled_quantity:
            self.unfilled += sign
        return price, order.id, remaining

    def _cheapest_first(self) -> Iterator[ReservedPart]:
        added = self.added
        for part in self.parts:
            if added is not None and added < part:
                yield added
                added = None
            if part != self.replaced:
                yield part
        if added is not None:
            yield added


@dataclass(slots=True)
class OpenOrders:
    """The orders that are working or on their way to the market.

    The queues are sorted by price-time priority, so what a price reaches is at their front. A
    quote costs as much as it reaches, however many orders wait behind. `expiring` is sorted by
    time. The sets hold ids; `reversal` is the id of the reversal that works, or empty."""

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
    closing: set[str] = field(default_factory=set)
    reversal: str = ""
    buy_exposure: OpenOrderExposure = field(default_factory=OpenOrderExposure)
    sell_exposure: OpenOrderExposure = field(default_factory=OpenOrderExposure)

    def put(self, order: Order) -> None:
        """Add an order, or replace its older version."""
        self.remove(order.id)
        self.orders[order.id] = order
        if order.reduce_only:
            self.closing.add(order.id)
        else:
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
        insort(self._queue(order), _price_time_priority(order))
        if order.is_incoming:
            self.incoming.add(order.id)
        if order.trail is not None and order.awaits_trigger:
            self.trailing.add(order.id)

    def remove(self, order_id: str) -> None:
        """Remove an order, if it is there."""
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
            del queue[bisect_left(queue, _price_time_priority(order))]
        for ids in (self.placing, self.incoming, self.trailing, self.immediate, self.closing):
            ids.discard(order_id)

    def exposure(self, side: Side) -> OpenOrderExposure:
        """Return what the orders of `side` that may open a position reserve."""
        return self.buy_exposure if side is Side.BUY else self.sell_exposure

    def expired(self, at_ms: int) -> list[Order]:
        """Return the orders whose expiry time has come, the oldest first."""
        end = bisect_left(self.expiring, (at_ms + 1, ""))
        return sorted((self.orders[order_id] for _, order_id in self.expiring[:end]), key=_sequence)

    @property
    def next_expiry_ms(self) -> int | None:
        """The first time at which an order expires, or None if none does."""
        return self.expiring[0][0] if self.expiring else None

    def may_match(self, touch: Touch | None, at_ms: int) -> bool:
        """Return whether `match` may change an order at this touch and time, from a look at the
        first order of each queue.

        It may return True where nothing changes, but never False where something does."""
        if self.placing or self.incoming or self.immediate:
            return True
        if self.expiring and self.expiring[0][0] <= at_ms:
            return True
        if touch is None:
            return False
        return (
            bool(self.trailing)
            or self._reaches(Side.BUY, touch.ask)
            or (self._reaches(Side.SELL, touch.bid))
        )

    def due_arrivals(self, at_ms: int) -> list[Order]:
        """Return the orders that have reached the market by now, the oldest first."""
        return self._select(self.placing, lambda order: order.arrives_ms <= at_ms)

    def triggered_stops(self, touch: Touch) -> list[Order]:
        """Return the stop orders that the touch triggers, the oldest first."""
        triggered = [
            order
            for side in (Side.BUY, Side.SELL)
            if (stops := self._stop_queue(side)) and touch.is_tradable(side)
            for order in self._up_to(stops, last_triggered_priority(side, touch.price(side)))
        ]
        return sorted(triggered, key=_sequence)

    def trailing_stops(self, touch: Touch) -> list[Order]:
        """Return the untriggered trailing stops that the touch may move, the oldest first."""
        return self._select(self.trailing, lambda order: touch.is_tradable(order.side))

    def fillable(self, side: Side, touch: Touch) -> list[Order]:
        """Return the orders of `side` that may trade at the touch, in price-time priority."""
        queue = self._fill_queue(side)
        if not queue or not touch.is_tradable(side):
            return []
        return self._up_to(queue, last_fillable_priority(side, touch.price(side)))

    def newly_resting(self, touch: Touch) -> list[Order]:
        """Return the limit orders that the touch is the first to stand away from, oldest first."""
        return self._select(self.incoming, lambda order: starts_resting(order, touch))

    def immediate_orders(self) -> list[Order]:
        """Return the orders that never wait for another quote, the oldest first."""
        return self._select(self.immediate, lambda order: True)

    def closing_orders(self) -> list[Order]:
        """Return the orders that can only reduce the position, the oldest first."""
        return self._select(self.closing, lambda order: True)

    def copy(self) -> OpenOrders:
        """Return open orders that change independently of these."""
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
            closing=self.closing.copy(),
            buy_exposure=self.buy_exposure.copy(),
            sell_exposure=self.sell_exposure.copy(),
        )

    def _reaches(self, side: Side, price: Decimal) -> bool:
        """Return whether `price` fills or triggers the first order of a queue of `side`."""
        queue, stops = self._fill_queue(side), self._stop_queue(side)
        return bool(
            (queue and queue[0][0] <= last_fillable_priority(side, price))
            or (stops and stops[0][0] <= last_triggered_priority(side, price))
        )

    def _queue(self, order: Order) -> Queue:
        side = order.side
        return self._stop_queue(side) if order.awaits_trigger else self._fill_queue(side)

    def _fill_queue(self, side: Side) -> Queue:
        return self.buys if side is Side.BUY else self.sells

    def _stop_queue(self, side: Side) -> Queue:
        return self.buy_stops if side is Side.BUY else self.sell_stops

    def _up_to(self, queue: Queue, last_priority: Decimal) -> list[Order]:
        end = bisect_right(queue, (last_priority, _LAST))
        return [self.orders[order_id] for _, _, order_id in queue[:end]]

    def _select(self, ids: set[str], condition: Callable[[Order], bool]) -> list[Order]:
        if not ids:
            return []
        orders = [self.orders[order_id] for order_id in ids]
        return sorted((order for order in orders if condition(order)), key=_sequence)


def _price_time_priority(order: Order) -> QueueKey:
    price_priority = trigger_priority(order) if order.awaits_trigger else fill_priority(order)
    return (price_priority, order.sequence, order.id)


def _sequence(order: Order) -> int:
    return order.sequence
