"""What an account knows of its venue: ids, pending requests, and the fills that it has seen."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from trading_api.domain.orders import OrderStatus
from trading_api.modules.broker.engine.money import EXACT, ZERO
from trading_api.modules.broker.engine.order import Order, order_id, order_number
from trading_api.modules.broker.engine.venue_events import (
    OrderCancelRequested,
    OrderReplaceRequested,
    OrderRequestRejected,
    OrderStateUnknown,
    VenueAssigned,
    VenueEvent,
    VenueReported,
    VenueRequest,
)

REPLACED = "replaced"
"""The exec type of a report after which an order has the values that were requested."""
EXECUTIONS_KEPT = 10_000
"""Fills of the venue that an account recognizes when they are reported again."""
ENDED_IDS_KEPT = 2_000
"""Ids of ended orders that an account recognizes, apart from its own client order ids."""


class VenueOrder(Struct, frozen=True, gc=False):
    """A live order as the venue knows it.

    `client_order_id` and `venue_order_id` are its present ids; the latter is empty until the venue
    has reported it. An external order was not placed by this account's owner through us.
    `unknown` are the requests that the venue has not answered in time. `filled_quantity` was filled
    under the present ids: where a replacement is a new order, the venue counts from 0 again."""

    order_id: str
    symbol: str
    client_order_id: str
    venue_order_id: str = ""
    is_external: bool = False
    replacement: OrderReplaceRequested | None = None
    is_cancel_requested: bool = False
    replacements: int = 0
    unknown: tuple[VenueRequest, ...] = ()
    filled_quantity: Decimal = ZERO

    def is_present(self, client_order_id: str, venue_order_id: str) -> bool:
        """Return whether a report with these ids is about the order under its present ids."""
        if venue_order_id and self.venue_order_id:
            return venue_order_id == self.venue_order_id
        return client_order_id in (self.client_order_id, "")


@dataclass(frozen=True, slots=True)
class VenueImage:
    """A VenueState as one value that can be stored."""

    venue: str
    id_prefix: str
    orders: tuple[VenueOrder, ...]
    order_ids: Mapping[str, str]
    executions: Mapping[str, int]
    fill_time_ms: int
    forgotten_ms: int


@dataclass(slots=True)
class VenueState:
    """What the events of an account state of its venue.

    | field | content |
    | --- | --- |
    | `orders` | the live orders as the venue knows them, by our order id; held ones are missing |
    | `order_ids` | our order id by `client_key` and `venue_key`, also of orders that ended, |
    | | and empty for the id of a held order that the venue never received |
    | `executions` | the times of the fills that were seen last by their keys, the oldest first |
    | `forgotten_ms` | fills up to this time by the venue's clock count as seen |
    | `fill_time_ms` | the latest time of a fill, by the venue's clock |"""

    venue: str
    id_prefix: str
    orders: dict[str, VenueOrder] = field(default_factory=dict)
    order_ids: MutableMapping[str, str] = field(default_factory=dict)
    executions: MutableMapping[str, int] = field(default_factory=dict)
    fill_time_ms: int = 0
    forgotten_ms: int = 0

    @classmethod
    def of(cls, event: VenueAssigned) -> VenueState:
        """Return the state of an account that has just been assigned to its venue."""
        return cls(event.venue, event.id_prefix, forgotten_ms=event.venue_time_ms)

    def client_order_id(self, order_id: str, replacements: int = 0) -> str:
        """Return the client order id of one of our orders after a number of replacements."""
        suffix = f"-{replacements}" if replacements else ""
        return f"{self.id_prefix}-{order_number(order_id)}{suffix}"

    def held_client_order_id(self, order: Order) -> str:
        """Return the client order id under which this version of a held order is sent."""
        return f"{self.client_order_id(order.id)}-h{order.version}"

    def own_order_id(self, client_order_id: str) -> str:
        """Return our order id if the client order id is one of ours, else an empty string."""
        prefix, _, rest = client_order_id.partition("-")
        number = rest.partition("-")[0]
        return order_id(int(number)) if prefix == self.id_prefix and number.isdigit() else ""

    def find(self, symbol: str, client_order_id: str, venue_order_id: str) -> str:
        """Return our id of the order that the venue names so, or an empty string."""
        ids = self.order_ids
        found = ids.get(venue_key(symbol, venue_order_id), "") if venue_order_id else ""
        if found or not client_order_id:
            return found
        known = ids.get(client_key(client_order_id))
        return self.own_order_id(client_order_id) if known is None else known

    def has_seen(self, symbol: str, execution_id: str, venue_time_ms: int) -> bool:
        """Return whether a fill was recorded before, or is older than the account's memory."""
        key = execution_key(symbol, execution_id)
        return key in self.executions or venue_time_ms <= self.forgotten_ms

    def evolve(self, event: VenueEvent) -> None:
        """Change the state by an event that carries no order."""
        match event:
            case VenueReported():
                self._record(event)
            case OrderCancelRequested():
                self._change(event.order_id, is_cancel_requested=True)
            case OrderReplaceRequested():
                known = self.orders[event.order_id]
                self._change(event.order_id, replacement=event, replacements=known.replacements + 1)
            case OrderRequestRejected(order_id=id, request=VenueRequest.CANCEL):
                self._change(id, is_cancel_requested=False)
                self._answer(id, VenueRequest.CANCEL)
            case OrderRequestRejected(order_id=id):
                self._change(id, replacement=None)
                self._answer(id, VenueRequest.REPLACE)
            case _:
                pass  # positions, cash and refusals concern the account

    def evolve_order(self, order: Order, is_new: bool) -> None:
        """Update the state by the new version of an order.

        An order that is not in `orders` is held: the venue does not know it. It is sent when it
        becomes PLACING, and held again when it becomes INACTIVE."""
        if not order.is_live:
            self.orders.pop(order.id, None)
        elif order.status is OrderStatus.PLACING and order.id not in self.orders:
            id = self.client_order_id(order.id) if is_new else self.held_client_order_id(order)
            self.orders[order.id] = VenueOrder(order.id, order.symbol, id)
            if not is_new:
                self.order_ids[client_key(id)] = order.id
        elif order.status is OrderStatus.INACTIVE:
            known = self.orders.pop(order.id, None)
            if known is not None:  # the next attempt has another id
                self.order_ids[client_key(known.client_order_id)] = ""

    def evolve_unknown(self, event: OrderStateUnknown) -> None:
        """Record that a request was not answered."""
        known = self.orders[event.order.id]
        self._change(known.order_id, unknown=(*known.unknown, event.request))

    def discard_history(self) -> None:
        """Remove the ids that an image would not keep."""
        executions, ids = self.executions, self.order_ids
        for key in list(islice(executions, max(0, len(executions) - EXECUTIONS_KEPT))):
            self.forgotten_ms = max(self.forgotten_ms, executions[key])
            del executions[key]
        for key in list(islice(ids, max(0, len(ids) - ENDED_IDS_KEPT))):
            if ids[key] not in self.orders:
                del ids[key]

    def branch(self) -> VenueState:
        """Return a state that may change and is valid until this one changes."""
        return VenueState(
            self.venue,
            self.id_prefix,
            self.orders.copy(),
            ChainMap({}, self.order_ids),
            ChainMap({}, self.executions),
            self.fill_time_ms,
            self.forgotten_ms,
        )

    def copy(self) -> VenueState:
        """Return a state that changes independently of this one."""
        ids, executions = dict(self.order_ids), dict(self.executions)
        return restore_venue(self._image(ids, executions, self.forgotten_ms))

    def image(self) -> VenueImage:
        """Return what later events depend on."""
        excess = max(0, len(self.order_ids) - ENDED_IDS_KEPT)
        ids = {
            key: id
            for place, (key, id) in enumerate(self.order_ids.items())
            if place >= excess or id in self.orders
        }
        first = max(0, len(self.executions) - EXECUTIONS_KEPT)
        seen = list(self.executions.items())
        forgotten_ms = max([self.forgotten_ms, *(time_ms for _, time_ms in seen[:first])])
        return self._image(ids, dict(seen[first:]), forgotten_ms)

    def _image(
        self, order_ids: Mapping[str, str], executions: Mapping[str, int], forgotten_ms: int
    ) -> VenueImage:
        return VenueImage(
            self.venue,
            self.id_prefix,
            tuple(self.orders.values()),
            order_ids,
            executions,
            self.fill_time_ms,
            forgotten_ms,
        )

    def _record(self, report: VenueReported) -> None:
        id = report.order_id
        if report.execution_id:
            key = execution_key(report.symbol, report.execution_id)
            self.executions[key] = report.venue_time_ms
            self.fill_time_ms = max(self.fill_time_ms, report.venue_time_ms)
        if report.venue_order_id:
            self.order_ids[venue_key(report.symbol, report.venue_order_id)] = id
        client_order_id = report.client_order_id
        if client_order_id and self.own_order_id(client_order_id) != id:
            self.order_ids[client_key(client_order_id)] = id
        known = self.orders.get(id)
        if known is None:
            known = self.orders[id] = VenueOrder(
                id,
                report.symbol,
                client_order_id,
                report.venue_order_id,
                is_external=True,
                filled_quantity=report.cumulative_quantity,
            )
            return
        is_replaced = report.exec_type == REPLACED
        if is_replaced:
            is_new = report.venue_order_id not in ("", known.venue_order_id)
            known = replace(
                known,
                client_order_id=report.client_order_id or known.client_order_id,
                venue_order_id=report.venue_order_id or known.venue_order_id,
                replacement=None,
                filled_quantity=ZERO if is_new else known.filled_quantity,
            )
        elif not known.venue_order_id:
            known = replace(known, venue_order_id=report.venue_order_id)
        if report.execution_id and known.is_present(client_order_id, report.venue_order_id):
            filled = EXACT.add(known.filled_quantity, report.last_quantity)
            known = replace(known, filled_quantity=filled)
        self.orders[id] = known
        self._answer(id, VenueRequest.PLACE)
        if is_replaced:
            self._answer(id, VenueRequest.REPLACE)

    def _answer(self, order_id: str, request: VenueRequest) -> None:
        known = self.orders[order_id]
        if request in known.unknown:
            left = tuple(each for each in known.unknown if each is not request)
            self.orders[order_id] = replace(known, unknown=left)

    def _change(self, order_id: str, **changes: object) -> None:
        self.orders[order_id] = replace(self.orders[order_id], **changes)


def restore_venue(image: VenueImage) -> VenueState:
    """Return the state that the image shows."""
    return VenueState(
        image.venue,
        image.id_prefix,
        {order.order_id: order for order in image.orders},
        dict(image.order_ids),
        dict(image.executions),
        image.fill_time_ms,
        image.forgotten_ms,
    )


def execution_key(symbol: str, execution_id: str) -> str:
    """Return the key of a fill. Venues number fills for each symbol."""
    return f"{symbol}:{execution_id}"


def client_key(client_order_id: str) -> str:
    """Return the key of an order by the client order id that another program gave it."""
    return f"client:{client_order_id}"


def venue_key(symbol: str, venue_order_id: str) -> str:
    """Return the key of an order by the venue's id. Venues number orders for each symbol."""
    return f"venue:{symbol}:{venue_order_id}"
