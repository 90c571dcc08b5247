"""An order, and the changes it can undergo while it works."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import IntEnum
from typing import Any

from trading_api.modules.broker.engine.money import EXACT, ZERO


class Side(IntEnum):
    BUY = 1
    SELL = -1


class OrderType(IntEnum):
    LIMIT = 1
    MARKET = 2
    STOP = 3
    STOP_LIMIT = 4

    @property
    def has_limit(self) -> bool:
        return self is OrderType.LIMIT or self is OrderType.STOP_LIMIT

    @property
    def has_stop(self) -> bool:
        return self is OrderType.STOP or self is OrderType.STOP_LIMIT


class OrderStatus(IntEnum):
    CANCELED = 1
    FILLED = 2
    INACTIVE = 3
    REJECTED = 5
    WORKING = 6


@dataclass(frozen=True, slots=True)
class Order:
    """`sequence` is its place in time priority; `version` grows with every event. A limit order
    is arriving until the market stands away from its limit; from then on it is resting."""

    id: str
    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None
    stop_price: Decimal | None
    reduce_only: bool
    sequence: int
    placed_ms: int
    updated_ms: int
    status: OrderStatus = OrderStatus.WORKING
    filled_quantity: Decimal = ZERO
    filled_value: Decimal = ZERO
    is_triggered: bool = False
    is_resting: bool = False
    version: int = 1
    message: str = ""

    @property
    def remaining_quantity(self) -> Decimal:
        return EXACT.subtract(self.quantity, self.filled_quantity)

    @property
    def average_price(self) -> Decimal | None:
        """The mean fill price, None before the first fill."""
        if not self.filled_quantity:
            return None
        return EXACT.divide(self.filled_value, self.filled_quantity)

    @property
    def awaits_trigger(self) -> bool:
        return self.stop_price is not None and not self.is_triggered

    @property
    def is_arriving(self) -> bool:
        return self.limit_price is not None and not (self.awaits_trigger or self.is_resting)


def triggered(order: Order, at_ms: int) -> Order:
    return _changed(order, at_ms, is_triggered=True)


def rested(order: Order) -> Order:
    # Nothing that a trader sees has changed, so the time of the last change stays.
    return _changed(order, order.updated_ms, is_resting=True)


def filled(order: Order, quantity: Decimal, price: Decimal, at_ms: int) -> Order:
    filled_quantity = order.filled_quantity + quantity
    assert filled_quantity <= order.quantity, order.id
    done = filled_quantity == order.quantity
    return _changed(
        order,
        at_ms,
        status=OrderStatus.FILLED if done else OrderStatus.WORKING,
        filled_quantity=filled_quantity,
        filled_value=order.filled_value + quantity * price,
    )


def canceled(order: Order, at_ms: int, message: str = "") -> Order:
    return _changed(order, at_ms, status=OrderStatus.CANCELED, message=message)


def modified(
    order: Order,
    quantity: Decimal,
    limit_price: Decimal | None,
    stop_price: Decimal | None,
    sequence: int,
    at_ms: int,
) -> Order:
    """With a new sequence a limit order arrives anew."""
    return _changed(
        order,
        at_ms,
        quantity=quantity,
        limit_price=limit_price,
        stop_price=stop_price,
        sequence=sequence,
        is_resting=order.is_resting and sequence == order.sequence,
    )


def _changed(order: Order, at_ms: int, **changes: Any) -> Order:
    assert order.status is OrderStatus.WORKING, order.id
    return replace(order, version=order.version + 1, updated_ms=at_ms, **changes)
