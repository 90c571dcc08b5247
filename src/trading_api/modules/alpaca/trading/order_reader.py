"""Reads one account's orders, and finds the legs and the parents of an order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from trading_api.domain.account_snapshot import OrderView
from trading_api.domain.orders import NO_BRACKETS, OrderType
from trading_api.domain.ports.broker import Broker
from trading_api.modules.alpaca.ids import number_of

NO_LEGS: Sequence[OrderView] = ()


class OrderReader:
    """Reads orders for one request, each at most once. The account must be loaded.

    Alpaca calls the brackets of an order its legs. Brackets of a position are an OCO order: the
    take-profit is the order, and the stop-loss its leg."""

    def __init__(self, broker: Broker, account_id: str) -> None:
        self.account_id = account_id
        self.history = broker.history(account_id)
        self.live = {order.id: order for order in broker.snapshot(account_id).live_orders()}
        # The live brackets of each order; those of positions, which have no parent, are under "".
        self._live_brackets: dict[str, list[OrderView]] = {}
        for order in self.live.values():
            if order.is_bracket:
                self._live_brackets.setdefault(order.parent_id, []).append(order)
        # Bounded by what one request reads.
        self._known: dict[str, OrderView | None] = dict(self.live)

    def remember(self, orders: Sequence[OrderView]) -> None:
        """Keep orders that were read, so that they are not read again."""
        self._known |= {order.id: order for order in orders}

    async def order(self, order_id: str) -> OrderView | None:
        """Return an order, live or ended, or None. Raises Unavailable."""
        if order_id not in self._known:
            self._known[order_id] = await self.history.order(order_id)
        return self._known[order_id]

    async def legs(self, order: OrderView) -> Sequence[OrderView]:
        """Return the take-profit and the stop-loss of an order, as far as it has them. Raises
        Unavailable."""
        if order.is_bracket:
            partner = await self.oco_partner(order)
            return [partner] if partner and order.type is OrderType.LIMIT else NO_LEGS
        if order.brackets == NO_BRACKETS:
            return NO_LEGS
        number = number_of(order.id)
        placed_with_it = [await self.order(f"order-{number + each}") for each in (1, 2)]
        newest: dict[bool, OrderView] = {}
        for leg in [*placed_with_it, *self._live_brackets.get(order.id, ())]:
            if leg is not None and leg.is_bracket and leg.parent_id == order.id:
                newest[leg.type is not OrderType.LIMIT] = leg
        return [newest[key] for key in sorted(newest)]

    async def oco_partner(self, order: OrderView) -> OrderView | None:
        """Return the other bracket of a position that was placed with this one, or None. Raises
        Unavailable."""
        if not order.is_bracket or order.parent_id:
            return None
        others: list[OrderView | None] = [*self._live_brackets.get("", ())]
        # Of a pair, the take-profit is placed first. Another pair may be next to it.
        step = 1 if order.type is OrderType.LIMIT else -1
        number = number_of(order.id)
        neighbours = [each for each in (number + step, number - step) if each > 0]
        others += [await self.order(f"order-{each}") for each in neighbours]
        for other in others:
            if other is not None and _are_pair(order, other):
                return other
        return None

    async def order_class(self, order: OrderView) -> str:
        """Return Alpaca's class of an order, which its legs share. Raises Unavailable."""
        if order.is_bracket and not order.parent_id:
            return "oco" if await self.oco_partner(order) else "simple"
        parent = await self.order(order.parent_id) if order.is_bracket else order
        return class_of(parent or order)

    async def is_leg(self, order: OrderView) -> bool:
        """Return whether a nested list shows the order as a leg of another one. Raises
        Unavailable."""
        if not order.is_bracket:
            return False
        return bool(order.parent_id) or (
            order.type is not OrderType.LIMIT and await self.oco_partner(order) is not None
        )


def class_of(order: OrderView) -> str:
    """Return Alpaca's class of an order without reading other orders: `bracket` for a leg, and
    `oco` for a bracket of a position."""
    if order.is_bracket:
        return "bracket" if order.parent_id else "oco"
    count = sum(each is not None for each in _protection(order))
    return ("simple", "oto", "bracket")[count]


def _protection(order: OrderView) -> tuple[Decimal | None, ...]:
    stop = order.brackets.trail.distance if order.brackets.trail else order.brackets.stop_loss
    return order.brackets.take_profit, stop


def _are_pair(order: OrderView, other: OrderView) -> bool:
    """Return whether two brackets protect the same position."""
    return (
        other.is_bracket
        and not other.parent_id
        and (other.symbol, other.side) == (order.symbol, order.side)
        and (other.type is OrderType.LIMIT) != (order.type is OrderType.LIMIT)
        and other.is_live == order.is_live
    )
