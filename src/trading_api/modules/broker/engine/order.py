"""An order, and the new versions of it that events carry."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

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
    position and opens the opposite one. A LIQUIDATION closes a position by force. A BRACKET has
    never been activated. Its first activation makes it an ACTIVATED_BRACKET, which shows the
    position as its parent."""

    OPEN = "open"
    CLOSE = "close"
    REVERSAL = "reversal"
    LIQUIDATION = "liquidation"
    BRACKET = "bracket"
    ACTIVATED_BRACKET = "activated_bracket"


# Looking up a member of an Enum takes longer than comparing it.
_OPEN, _REVERSAL, _LIQUIDATION = OrderPurpose.OPEN, OrderPurpose.REVERSAL, OrderPurpose.LIQUIDATION
_BRACKET, _ACTIVATED_BRACKET = OrderPurpose.BRACKET, OrderPurpose.ACTIVATED_BRACKET


class Order(Struct, frozen=True, gc=False):
    """One version of an order; every event about an order carries a new one.

    `sequence` is its place in time priority; `version` grows with every event. `arrives_ms` is
    when a PLACING order reaches the market. A limit order is incoming until the market stands away
    from its limit, and resting from then on. A bracket belongs to the order `parent_id`, or to the
    position where that is empty. `reserve_price` is what a unit of the order reserves margin for,
    and `reserve_cost` what filling a unit costs, both in the account's currency.
    `accrued_commission` does not include the minimum."""

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
        """The quantity that is not filled."""
        return EXACT.subtract(self.quantity, self.filled_quantity)

    @property
    def average_price(self) -> Decimal | None:
        """The average price of the fills, or None before the first one."""
        if not self.filled_quantity:
            return None
        return EXACT.divide(self.filled_value, self.filled_quantity)

    @property
    def is_live(self) -> bool:
        """Whether the order has not ended."""
        return not self.status.is_terminal

    @property
    def awaits_trigger(self) -> bool:
        """Whether the order has a stop that has not triggered."""
        return self.stop_price is not None and not self.is_triggered

    @property
    def is_incoming(self) -> bool:
        """Whether the order has a limit that the market has not stood away from yet."""
        return self.limit_price is not None and not (self.awaits_trigger or self.is_resting)


def order_id(number: int) -> str:
    """Return the id of an account's order; they are numbered from 1, without gaps."""
    return f"order-{number}"


def order_number(id: str) -> int:
    """Return the number of the order with this id."""
    return int(id.removeprefix("order-"))


def accepted(order: Order, at_ms: int) -> Order:
    """Return the order as it works in the market."""
    return _changed(order, at_ms, status=OrderStatus.WORKING)


def activated(order: Order, quantity: Decimal, stop_price: Decimal | None, at_ms: int) -> Order:
    """Return the bracket as it works to protect a position."""
    return _changed(
        order,
        at_ms,
        status=OrderStatus.WORKING,
        quantity=quantity,
        stop_price=stop_price,
        purpose=OrderPurpose.ACTIVATED_BRACKET,
    )


def suspended(order: Order, at_ms: int) -> Order:
    """Return the bracket as it waits for something to protect, with its stop not triggered."""
    return _changed(order, at_ms, status=OrderStatus.INACTIVE, is_triggered=False, is_resting=False)


def triggered(order: Order, at_ms: int) -> Order:
    """Return the order with its stop triggered."""
    return _changed(order, at_ms, is_triggered=True)


def sent(order: Order, at_ms: int) -> Order:
    """Return the held order in the state in which it is sent to a real venue."""
    return _changed(order, at_ms, status=OrderStatus.PLACING, is_triggered=True)


def stop_moved(order: Order, stop_price: Decimal, at_ms: int) -> Order:
    """Return the trailing stop with a new stop price."""
    return _changed(order, at_ms, stop_price=stop_price)


def rested(order: Order) -> Order:
    """Return the limit order as it rests in the market."""
    # Nothing that a trader sees has changed, so the time of the last change stays.
    return _changed(order, order.updated_ms, is_resting=True)


def filled(order: Order, quantity: Decimal, price: Decimal, accrued: Decimal, at_ms: int) -> Order:
    """Return the order after a fill that adds `accrued` to its commission."""
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
    """Return the order as it was canceled."""
    return _changed(order, at_ms, status=OrderStatus.CANCELED, message=message)


def rejected(order: Order, at_ms: int, message: str) -> Order:
    """Return the order as a venue did not accept it."""
    return _changed(order, at_ms, status=OrderStatus.REJECTED, message=message)


def noted(order: Order, at_ms: int, message: str) -> Order:
    """Return the order with a message for its owner."""
    return _changed(order, at_ms, message=message)


def modified(order: Order, at_ms: int, **changes: Any) -> Order:
    """Return the order with changed fields. A limit order with a new sequence is incoming again."""
    if "sequence" in changes:
        changes["is_resting"] = False
    return _changed(order, at_ms, **changes)


def _changed(order: Order, at_ms: int, **changes: Any) -> Order:
    return replace(order, version=order.version + 1, updated_ms=at_ms, **changes)
