"""The orders that the connector has seen: they supply what the document of a single order lacks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from trading_api.modules.broker.external.alpaca.alpaca_documents import AlpacaOrderDocument

ORDERS_MAX = 10_000
"""So many orders are kept; the one seen longest ago is forgotten first, and asked for again."""

FetchOrder = Callable[[str], Awaitable[AlpacaOrderDocument | None]]
"""Reads an order by its id; None where Alpaca has none."""


class KnownOrders:
    """Knows the last state seen of each order, and whose exits the legs of brackets are."""

    def __init__(self, orders_max: int = ORDERS_MAX) -> None:
        self._orders_max = orders_max
        self._orders: OrderedDict[str, AlpacaOrderDocument] = OrderedDict()
        self._parents: OrderedDict[str, str] = OrderedDict()
        self._replacements: OrderedDict[str, str] = OrderedDict()

    def see(self, order: AlpacaOrderDocument) -> None:
        """Keep an order, unless it is an older state of an order that has ended."""
        known = self._orders.get(order.id)
        if known is None or not known.is_ended or order.is_ended:
            self._orders[order.id] = order
        self._orders.move_to_end(order.id)
        if order.replaces:
            self._replacements[order.replaces] = order.id
        for leg in order.legs or ():
            self._parents[leg.id] = order.client_order_id
            self.see(leg)
        while len(self._orders) > self._orders_max:
            self._orders.popitem(last=False)
        for ids in (self._parents, self._replacements):
            while len(ids) > self._orders_max:
                ids.popitem(last=False)

    def get(self, order_id: str) -> AlpacaOrderDocument | None:
        return self._orders.get(order_id)

    def by_client_id(self, client_order_id: str, order_id: str) -> AlpacaOrderDocument | None:
        """Return an order by its id, if it is given and the client's id is the same."""
        order = self._orders.get(order_id)
        return order if order and order.client_order_id == client_order_id else None

    def bracket_of(self, order_id: str) -> str:
        """Return the client order id of the order whose exit this order is, or nothing."""
        return self._parents.get(order_id, "")

    def replacement_of(self, order_id: str) -> AlpacaOrderDocument | None:
        """Return the order that was last asked for in place of another."""
        return self._orders.get(self._replacements.get(order_id, ""))

    async def replaces(self, order: AlpacaOrderDocument, fetch: FetchOrder) -> str:
        """Return the client order id of the order that this one replaces, or nothing. An order that
        is not known is fetched. Raises what `fetch` raises."""
        if not order.replaces:
            return ""
        old = self._orders.get(order.replaces) or await fetch(order.replaces)
        if old is None:
            return ""
        if parent := self._parents.get(old.id):
            self._parents[order.id] = parent
        return old.client_order_id
