"""What happened to an account. Each fact carries the values that result from it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.touch import LiquidityUsed


@dataclass(frozen=True, slots=True)
class AccountOpened:
    account_id: str
    currency: str
    balance: Decimal
    at_ms: int


@dataclass(frozen=True, slots=True)
class CashDeposited:
    amount: Decimal
    balance: Decimal
    at_ms: int


@dataclass(frozen=True, slots=True)
class AccountReset:
    """The account begins anew with `balance`, which `amount` brings it to; `positions` are those
    that this ends without an execution, as it leaves them: flat; `sides` those that they had."""

    amount: Decimal
    balance: Decimal
    positions: tuple[Position, ...]
    at_ms: int
    sides: tuple[Side, ...] = ()


@dataclass(frozen=True, slots=True)
class LeverageSet:
    symbol: str
    leverage: Decimal
    at_ms: int


@dataclass(frozen=True, slots=True)
class IdempotencyKeyRecorded:
    """The account has done what the key names, with `order_id` where that made an order."""

    operation: str
    key: str
    fingerprint: str
    order_id: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    order: Order
    at_ms: int


@dataclass(frozen=True, slots=True)
class OrderAccepted:
    order: Order
    at_ms: int


@dataclass(frozen=True, slots=True)
class OrderActivated:
    order: Order
    at_ms: int


@dataclass(frozen=True, slots=True)
class OrderSuspended:
    order: Order
    at_ms: int


@dataclass(frozen=True, slots=True)
class OrderModified:
    order: Order
    at_ms: int


@dataclass(frozen=True, slots=True)
class OrderTriggered:
    order: Order
    at_ms: int


@dataclass(frozen=True, slots=True)
class TrailingStopMoved:
    order: Order
    at_ms: int


@dataclass(frozen=True, slots=True)
class OrderRested:
    order: Order
    at_ms: int


@dataclass(frozen=True, slots=True)
class OrderFilled:
    """A closed position has quantity 0."""

    execution: Execution
    order: Order
    position: Position
    balance: Decimal
    liquidity_used: LiquidityUsed
    at_ms: int


@dataclass(frozen=True, slots=True)
class OrderCanceled:
    order: Order
    at_ms: int


OrderEvent = (
    OrderPlaced
    | OrderAccepted
    | OrderActivated
    | OrderSuspended
    | OrderModified
    | OrderTriggered
    | TrailingStopMoved
    | OrderRested
    | OrderFilled
    | OrderCanceled
)
Event = (
    AccountOpened | CashDeposited | AccountReset | LeverageSet | IdempotencyKeyRecorded | OrderEvent
)
