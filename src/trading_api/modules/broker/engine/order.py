"""An order, and the changes it can undergo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

from trading_api.modules.broker.engine.money import EXACT, ZERO


class Side(IntEnum):
    BUY = 1
    SELL = -1

    @property
    def opposite(self) -> Side:
        return Side.SELL if self is Side.BUY else Side.BUY


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
    """PLACING: on its way to the market. INACTIVE: a bracket that has nothing to protect yet, or
    whose position is being reversed."""

    CANCELED = 1
    FILLED = 2
    INACTIVE = 3
    PLACING = 4
    WORKING = 6

    @property
    def is_terminal(self) -> bool:
        return self is OrderStatus.CANCELED or self is OrderStatus.FILLED


class Duration(StrEnum):
    DAY = "DAY"
    GTC = "GTC"
    GTD = "GTD"
    IOC = "IOC"
    FOK = "FOK"

    @property
    def is_immediate(self) -> bool:
        return self is Duration.IOC or self is Duration.FOK

    @property
    def has_expiry(self) -> bool:
        return self is Duration.DAY or self is Duration.GTD


@dataclass(frozen=True, slots=True)
class Trail:
    """How far a trailing stop stays behind the best touch: as it was asked for, and in price."""

    pips: Decimal
    distance: Decimal


@dataclass(frozen=True, slots=True)
class Brackets:
    """What an order or a position is protected with; a trail in place of a stop loss follows the
    market."""

    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    trail: Trail | None = None


NO_BRACKETS = Brackets()


@dataclass(frozen=True, slots=True)
class Ticket:
    """What an order is to be, as its owner writes it. `expires_ms` ends DAY and GTD orders;
    without a duration it is GTC, or stays what it was. `trail` makes a stop follow the market."""

    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail: Trail | None = None
    duration: Duration | None = None
    expires_ms: int | None = None
    brackets: Brackets = NO_BRACKETS
    reduce_only: bool = False
    client_id: str = ""

    def essential(self) -> Ticket:
        """Without what the type and the duration have no use for: terminals leave it there."""
        has_stop = self.type.has_stop
        limit_price = self.limit_price if self.type.has_limit else None
        stop_price = self.stop_price if has_stop and self.trail is None else None
        trail = self.trail if has_stop else None
        expires_ms = self.expires_ms if self.duration and self.duration.has_expiry else None
        used = (limit_price, stop_price, trail, expires_ms)
        if used == (self.limit_price, self.stop_price, self.trail, self.expires_ms):
            return self
        return replace(
            self,
            limit_price=limit_price,
            stop_price=stop_price,
            trail=trail,
            expires_ms=expires_ms,
        )


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
    reduce_only: bool = False
    is_bracket: bool = False
    is_liquidation: bool = False
    is_reversal: bool = False
    parent_id: str = ""
    client_id: str = ""
    reserve_price: Decimal = ZERO
    reserve_cost: Decimal = ZERO
    filled_quantity: Decimal = ZERO
    filled_value: Decimal = ZERO
    accrued_commission: Decimal = ZERO
    is_triggered: bool = False
    is_resting: bool = False
    has_protected: bool = False
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
    def is_live(self) -> bool:
        return not self.status.is_terminal

    @property
    def awaits_trigger(self) -> bool:
        return self.stop_price is not None and not self.is_triggered

    @property
    def is_arriving(self) -> bool:
        return self.limit_price is not None and not (self.awaits_trigger or self.is_resting)


def order_id(number: int) -> str:
    """An account's orders are numbered from 1, without gaps, as they were placed."""
    return f"order-{number}"


def order_number(id: str) -> int:
    return int(id.removeprefix("order-"))


def arrived(order: Order, at_ms: int) -> Order:
    return _changed(order, at_ms, status=OrderStatus.WORKING)


def activated(order: Order, quantity: Decimal, stop_price: Decimal | None, at_ms: int) -> Order:
    return _changed(
        order,
        at_ms,
        status=OrderStatus.WORKING,
        quantity=quantity,
        stop_price=stop_price,
        has_protected=True,
    )


def suspended(order: Order, at_ms: int) -> Order:
    return _changed(order, at_ms, status=OrderStatus.INACTIVE, is_triggered=False, is_resting=False)


def triggered(order: Order, at_ms: int) -> Order:
    return _changed(order, at_ms, is_triggered=True)


def trailed(order: Order, stop_price: Decimal, at_ms: int) -> Order:
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
