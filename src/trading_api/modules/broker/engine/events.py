"""The events of an account. Each carries the values that result from it.

Events and their values contain no cycles, so the garbage collector does not track them
(`gc=False`)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from trading_api.domain.notification import Severity
from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.touch import LiquidityUsed
from trading_api.modules.broker.engine.venue_events import (
    OrderRejected,
    OrderStateUnknown,
    VenueEvent,
)

ORDER_ID_SEPARATOR = ","


class AccountOpened(Struct, frozen=True, gc=False):
    """The account was opened with its first balance."""

    account_id: str
    currency: str
    balance: Decimal
    at_ms: int


class CashDeposited(Struct, frozen=True, gc=False):
    """`amount` was added to the balance."""

    amount: Decimal
    balance: Decimal
    at_ms: int


class CashWithdrawn(Struct, frozen=True, gc=False):
    """`amount` was taken from the balance."""

    amount: Decimal
    balance: Decimal
    at_ms: int


class AccountReset(Struct, frozen=True, gc=False):
    """The account starts again with `balance`, which differs by `amount` from the one before.

    `positions` are the positions that the reset ended without an execution, now flat. `sides` are
    the sides that they had."""

    amount: Decimal
    balance: Decimal
    positions: tuple[Position, ...]
    at_ms: int
    sides: tuple[Side, ...] = ()


class AccountNamed(Struct, frozen=True, gc=False):
    """The account has a new name, or none if it is empty."""

    name: str
    at_ms: int


class LeverageSet(Struct, frozen=True, gc=False):
    """The leverage of a symbol was set."""

    symbol: str
    leverage: Decimal
    at_ms: int


class PositionSettled(Struct, frozen=True, gc=False):
    """An operator ended a position at a stated price, without a trade.

    `price` is in the currency of the instrument. `realized_pl` is in the account's, converted at
    `rate`, and part of the new `balance`. `position` is flat, and `side` the side that it had."""

    symbol: str
    side: Side
    price: Decimal
    rate: Decimal
    realized_pl: Decimal
    position: Position
    balance: Decimal
    at_ms: int


class IdempotencyKeyRecorded(Struct, frozen=True, gc=False):
    """A command with an idempotency key was done.

    `order_id` is the order that it placed, or empty. A command that cancels several orders has
    their ids there, separated by ORDER_ID_SEPARATOR. `fingerprint` identifies the command."""

    operation: str
    key: str
    fingerprint: str
    order_id: str
    at_ms: int


class NotificationRaised(Struct, frozen=True, gc=False):
    """A notification was stored in the account, which it does not change.

    `names` and `figures` are its reference: the values that are texts, and those that are
    numbers."""

    severity: Severity
    code: str
    text: str
    names: Mapping[str, str]
    figures: Mapping[str, Decimal]
    at_ms: int


class MarginLevelCrossed(Struct, frozen=True, gc=False):
    """The margin level fell below a warning level, or recovered.

    `before` and `after` are the lowest levels that the account is warned of, in percent, or 0 for
    none. `equity` and `used_margin` are those of this moment."""

    before: Decimal
    after: Decimal
    equity: Decimal
    used_margin: Decimal
    at_ms: int


class OrderPlaced(Struct, frozen=True, gc=False):
    """A new order exists, in the market, on its way to it, or as an inactive bracket."""

    order: Order
    at_ms: int


class OrderAccepted(Struct, frozen=True, gc=False):
    """An order reached the market."""

    order: Order
    at_ms: int


class OrderActivated(Struct, frozen=True, gc=False):
    """A bracket started to work."""

    order: Order
    at_ms: int


class OrderSuspended(Struct, frozen=True, gc=False):
    """A bracket stopped working until there is something to protect again.

    A bracket that was being sent to a real venue, and was not received, is suspended too."""

    order: Order
    at_ms: int


class OrderModified(Struct, frozen=True, gc=False):
    """Prices, quantity, duration or brackets of an order changed."""

    order: Order
    at_ms: int


class OrderTriggered(Struct, frozen=True, gc=False):
    """The market reached the stop of an order. A held order is about to be sent to its venue."""

    order: Order
    at_ms: int


class TrailingStopMoved(Struct, frozen=True, gc=False):
    """A trailing stop followed the market."""

    order: Order
    at_ms: int


class OrderRested(Struct, frozen=True, gc=False):
    """A limit order rests, because the market stands away from its limit."""

    order: Order
    at_ms: int


class OrderFilled(Struct, frozen=True, gc=False):
    """An order was filled, completely or in part.

    `position` and `balance` are those after the fill; a closed position has the quantity 0.
    `liquidity_used` is what the account has used of the touch so far."""

    execution: Execution
    order: Order
    position: Position
    balance: Decimal
    liquidity_used: LiquidityUsed
    at_ms: int


class OrderCanceled(Struct, frozen=True, gc=False):
    """An order ended before it was filled completely."""

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
    | OrderRejected
    | OrderStateUnknown
)
Event = (
    AccountOpened
    | CashDeposited
    | CashWithdrawn
    | AccountReset
    | AccountNamed
    | LeverageSet
    | PositionSettled
    | IdempotencyKeyRecorded
    | NotificationRaised
    | MarginLevelCrossed
    | VenueEvent
    | OrderEvent
)
