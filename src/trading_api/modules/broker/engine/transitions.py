"""The state machine of an order: which events may happen in which status."""

from __future__ import annotations

from trading_api.domain.orders import OrderStatus
from trading_api.modules.broker.engine.events import (
    OrderAccepted,
    OrderActivated,
    OrderCanceled,
    OrderEvent,
    OrderFilled,
    OrderModified,
    OrderPlaced,
    OrderRested,
    OrderSuspended,
    OrderTriggered,
    TrailingStopMoved,
)
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.venue_events import OrderRejected, OrderStateUnknown

CANCELED, FILLED = OrderStatus.CANCELED, OrderStatus.FILLED
INACTIVE, PLACING, WORKING = OrderStatus.INACTIVE, OrderStatus.PLACING, OrderStatus.WORKING
REJECTED = OrderStatus.REJECTED

TRANSITIONS: dict[type[OrderEvent], set[tuple[OrderStatus | None, OrderStatus]]] = {
    OrderPlaced: {(None, PLACING), (None, WORKING), (None, INACTIVE)},
    OrderAccepted: {(PLACING, WORKING)},
    OrderActivated: {(INACTIVE, WORKING)},
    OrderSuspended: {(WORKING, INACTIVE), (PLACING, INACTIVE)},
    OrderModified: {(PLACING, PLACING), (WORKING, WORKING), (INACTIVE, INACTIVE)},
    OrderTriggered: {(WORKING, WORKING), (WORKING, PLACING)},
    TrailingStopMoved: {(WORKING, WORKING)},
    OrderRested: {(WORKING, WORKING)},
    OrderFilled: {(WORKING, WORKING), (WORKING, FILLED)},
    OrderCanceled: {(PLACING, CANCELED), (WORKING, CANCELED), (INACTIVE, CANCELED)},
    OrderRejected: {(PLACING, REJECTED), (WORKING, REJECTED)},
    OrderStateUnknown: {(PLACING, PLACING), (WORKING, WORKING)},
}


def check_transition(before: Order | None, event: OrderEvent) -> None:
    """Assert that the event may follow the version `before` of its order, None for a new order."""
    after = event.order
    statuses = (before.status if before else None, after.status)
    assert statuses in TRANSITIONS[type(event)], (type(event).__name__, after.id, *statuses)
    assert after.version == (before.version if before else 0) + 1, after.id
