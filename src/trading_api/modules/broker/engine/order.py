"""An order, and the changes it can undergo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from trading_api.domain.orders import (
    NO_BRACKETS,
    Brackets,
    Duration,
    OrderStatus,
    OrderType,
    Side,
    Trail,
)
from trading_api.modules.broker.engine.money import EXACT, ZERO


class OrderPurpose(StrEnum):
    """What an order is for.

    OPEN and CLOSE orders come from a client; CLOSE can only reduce a position. A REVERSAL closes a
    position and opens the opposite one. A LIQUIDATION closes a position by force. A BRACKET
    protects its parent order and becomes an ACTIVATED_BRACKET, which protects the position, when
    it is first sized to something that was filled."""

    OPEN = "open"
    CLOSE = "close"
    REVERSAL = "reversal"
    LIQUIDATION = "liquidation"
    BRACKET = "bracket"
    ACTIVATED_BRACKET = "activated_bracket"


# Looking up a member of an Enum takes longer than comparing it.
_OPEN, _REVERSAL, _LIQUIDATION = OrderPurpose.OPEN, OrderPurpose.REVERSAL, OrderPurpose.LIQUIDATION
_BRACKET, _ACTIVATED_BRACKET = OrderPurpose.BRACKET, OrderPurpose.ACTIVATED_BRACKET


@dataclass(frozen=True, slots=True)
class Order:
    """`sequence` is its place in time priority; `version` grows with every event. A limit order
    is arriving until the market stands away from its limit; from then on it is resting. A bracket
    is a closing order of its own: of the order `parent_id`, or of the position. `reserve_price` is
    what margin is reserved at for a unit of it, in the account's currency, and `reserve_cost` what
    filling a unit costs; `accrued_commission` does not know the minimum yet."""

    id: str
    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None
    stop_price: Decimal | None
    sequence: int
    placed_ms: int
    updated_ms: int
    status: OrderStatus
    trail: Trail | None = None
    duration: Duration = Duration.GTC
    expires_ms: int | None = None
    arrives_ms: int = 0
    brackets: Brackets = NO_BRACKETS
    purpose: OrderPurpose = OrderPurpose.OPEN
    parent_id: str = ""
    client_id: str = ""
    reserve_price: Decimal = ZERO
    reserve_cost: Decimal = ZERO
    filled_quantity: Decimal = ZERO
    filled_value: Decimal = ZERO
    accrued_commission: Decimal = ZERO
    is_triggered: bool = False
    is_resting: bool = False
    version: int = 1
    message: str = ""

    @property
    def reduce_only(self) -> bool:
        """Whether the order can only reduce a position, never open or enlarge one."""
        return not (self.purpose is _OPEN or self.purpose is _REVERSAL)

    @property
    def is_bracket(self) -> bool:
        """Whether the order is a take-profit or a stop-loss of another order or of a position."""
        return self.purpose is _BRACKET or self.purpose is _ACTIVATED_BRACKET

    @property
    def was_activated(self) -> bool:
        """Whether the order is a bracket that protects a position, or did before it ended."""
        return self.purpose is _ACTIVATED_BRACKET

    @property
    def is_liquidation(self) -> bool:
        """Whether the exchange placed the order to close a position by force."""
        return self.purpose is _LIQUIDATION

    @property
    def is_reversal(self) -> bool:
        """Whether the order turns a position into the opposite one."""
        return self.purpose is _REVERSAL

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
    def is_live(self) -> bool:
        return not self.status.is_terminal

    @property
    def awaits_trigger(self) -> bool:
        return self.stop_price is not None and not self.is_triggered

    @property
    def is_incoming(self) -> bool:
        return self.limit_price is not None and not (self.awaits_trigger or self.is_resting)


def order_id(number: int) -> str:
    """An account's orders are numbered from 1, without gaps, as they were placed."""
    return f"order-{number}"


def order_number(id: str) -> int:
    return int(id.removeprefix("order-"))


def accepted(order: Order, at_ms: int) -> Order:
    return _changed(order, at_ms, status=OrderStatus.WORKING)


def activated(order: Order, quantity: Decimal, stop_price: Decimal | None, at_ms: int) -> Order:
    return _changed(
        order,
        at_ms,
        status=OrderStatus.WORKING,
        quantity=quantity,
        stop_price=stop_price,
        purpose=OrderPurpose.ACTIVATED_BRACKET,
    )


def suspended(order: Order, at_ms: int) -> Order:
    return _changed(order, at_ms, status=OrderStatus.INACTIVE, is_triggered=False, is_resting=False)


def triggered(order: Order, at_ms: int) -> Order:
    return _changed(order, at_ms, is_triggered=True)


def stop_moved(order: Order, stop_price: Decimal, at_ms: int) -> Order:
    return _changed(order, at_ms, stop_price=stop_price)


def rested(order: Order) -> Order:
    # Nothing that a trader sees has changed, so the time of the last change stays.
    return _changed(order, order.updated_ms, is_resting=True)


def filled(order: Order, quantity: Decimal, price: Decimal, accrued: Decimal, at_ms: int) -> Order:
    filled_quantity = order.filled_quantity + quantity
    assert filled_quantity <= order.quantity, order.id
    done = filled_quantity == order.quantity
    return _changed(
        order,
        at_ms,
        status=OrderStatus.FILLED if done else OrderStatus.WORKING,
        filled_quantity=filled_quantity,
        filled_value=order.filled_value + quantity * price,
        accrued_commission=order.accrued_commission + accrued,
    )


def canceled(order: Order, at_ms: int, message: str = "") -> Order:
    return _changed(order, at_ms, status=OrderStatus.CANCELED, message=message)


def modified(order: Order, at_ms: int, **changes: Any) -> Order:
    """With a new sequence a limit order arrives anew."""
    if "sequence" in changes:
        changes["is_resting"] = False
    return _changed(order, at_ms, **changes)


def _changed(order: Order, at_ms: int, **changes: Any) -> Order:
    return replace(order, version=order.version + 1, updated_ms=at_ms, **changes)
