"""The port to a real venue: what an adapter for one venue implements.

The terms are those of FIX execution reports. `LiveBroker` owns the ledger, the ids, the retries and
the reconciliation; a client only translates. Times are milliseconds since 1970 by the venue's
clock.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from trading_api.domain.orders import Duration, OrderType, Side


class ExecType(StrEnum):
    """The kind of an execution report, as in FIX."""

    PENDING_NEW = "pending_new"
    NEW = "new"
    TRADE = "trade"
    PENDING_CANCEL = "pending_cancel"
    CANCELED = "canceled"
    PENDING_REPLACE = "pending_replace"
    REPLACED = "replaced"
    REJECTED = "rejected"
    EXPIRED = "expired"
    ORDER_STATUS = "order_status"  # the answer to a question, nothing happened


class VenueOrderStatus(StrEnum):
    """The state of an order at the venue."""

    PENDING_NEW = "pending_new"
    NEW = "new"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    PENDING_CANCEL = "pending_cancel"
    CANCELED = "canceled"
    PENDING_REPLACE = "pending_replace"
    REJECTED = "rejected"
    EXPIRED = "expired"

    @property
    def is_terminal(self) -> bool:
        """Whether an order of this status never changes again."""
        return self in _TERMINAL


_TERMINAL = frozenset(
    {
        VenueOrderStatus.FILLED,
        VenueOrderStatus.CANCELED,
        VenueOrderStatus.REJECTED,
        VenueOrderStatus.EXPIRED,
    }
)


class NewOrder(Struct, frozen=True):
    """An order to send. `client_order_id` is ours, and unique at the venue for ever: the venue
    accepts each once, so that a repeated request is the same order."""

    client_order_id: str
    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    duration: Duration = Duration.GTC
    expires_ms: int | None = None
    reduce_only: bool = False
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None


class OrderRef(Struct, frozen=True):
    """Names an order at the venue. `venue_order_id` is empty while the venue has not given one."""

    symbol: str
    client_order_id: str
    venue_order_id: str = ""


class ReplaceOrder(Struct, frozen=True):
    """New values of a working order. `new_client_order_id` names the replacement, at venues where
    that is a new order.

    `quantity` includes `filled_quantity`, which was filled so far. A venue where the replacement is
    a new order is sent the difference, and reports the cumulative quantity of that new order.
    `filled_before` is the part of `filled_quantity` that other orders filled, which the order of
    `ref` has replaced. It is negative for an adopted order of which a part was filled before the
    account knew it: the quantities of the account do not include that part."""

    ref: OrderRef
    new_client_order_id: str
    quantity: Decimal
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    filled_quantity: Decimal = Decimal(0)
    filled_before: Decimal = Decimal(0)


CANCEL_REJECTED = "cancel_rejected"


class ExecutionReport(Struct, frozen=True):
    """What the venue reports of one order.

    `cumulative_quantity` is filled so far. In a TRADE, `last_quantity` was filled at `last_price`,
    and `execution_id` is the venue's id of the fill. `commission` is in `commission_currency`.
    `replaces` is the client order id that the order had before it was replaced, or empty. `text` is
    the venue's reason, and `code` a stable name for it, if there is one. A replacement that the
    venue refuses later is REJECTED under its own id. A cancellation that it refuses later is an
    ORDER_STATUS with the code CANCEL_REJECTED."""

    exec_type: ExecType
    status: VenueOrderStatus
    symbol: str
    side: Side
    client_order_id: str
    venue_order_id: str
    venue_time_ms: int
    type: OrderType = OrderType.MARKET
    quantity: Decimal = Decimal(0)
    cumulative_quantity: Decimal = Decimal(0)
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    duration: Duration = Duration.GTC
    execution_id: str = ""
    last_quantity: Decimal = Decimal(0)
    last_price: Decimal = Decimal(0)
    commission: Decimal = Decimal(0)
    commission_currency: str = ""
    replaces: str = ""
    code: str = ""
    text: str = ""


class VenueBalance(Struct, frozen=True):
    """What the account holds of one currency or asset: `total` includes what orders reserve."""

    currency: str
    total: Decimal
    available: Decimal


class VenuePosition(Struct, frozen=True):
    """A position as the venue reports it; the quantity of a short one is negative. A venue without
    positions (a spot market) reports the assets of its symbols here, with the price 0."""

    symbol: str
    quantity: Decimal
    average_price: Decimal


class VenueAccount(Struct, frozen=True):
    """Balances and positions of the account at one instant."""

    balances: Sequence[VenueBalance]
    positions: Sequence[VenuePosition]
    time_ms: int


class VenueFeatures(Struct, frozen=True):
    """What the venue can do. The ticket and `/broker/config` offer this, and no more.

    With `can_replace` unset, a modification is refused. With `moves_full_value`, a fill moves
    its whole value through the balance, as with stocks and on spot markets; else only its profit,
    as with futures. `has_brackets` means that the venue itself
    holds a take-profit and a stop-loss for an order. `is_spot` means that assets are bought and
    sold without margin, so that nothing can be sold that is not held. `id_length_max` bounds a
    client order id. `enforces_reduce_only` means that a working order which only reduces never
    trades more than the position has left, also after other orders have traded."""

    order_types: Collection[OrderType]
    durations: Collection[Duration]
    can_replace: bool
    has_brackets: bool
    is_spot: bool
    id_length_max: int = 36
    moves_full_value: bool = True
    enforces_reduce_only: bool = False


class VenueLink(StrEnum):
    """The state of the connection to the venue."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    AUTHENTICATION_FAILED = "authentication_failed"


class RateLimitUse(Struct, frozen=True):
    """How much of one of the venue's rate limits is used: `used` of `limit` per `interval_s`."""

    name: str
    used: int
    limit: int
    interval_s: int


class VenueSink(Protocol):
    """Receives what a client reports. Called on the event loop; it must not block."""

    def on_report(self, report: ExecutionReport) -> None:
        """Receive an execution report. It may be repeated, late or out of order."""
        ...

    def on_link(self, link: VenueLink, reason: str = "") -> None:
        """Receive a change of the connection. CONNECTED means that requests are possible, and that
        reports from now on arrive; earlier ones must be requested."""
        ...


class VenueRejected(Exception):
    """The venue refused the request. `code` is stable and machine-readable."""

    def __init__(self, text: str, code: str = "venue_rejected") -> None:
        super().__init__(text)
        self.text, self.code = text, code


class VenueNotReached(Exception):
    """The request certainly did not reach the venue: it may be made again."""


class VenueTimeout(Exception):
    """It is unknown whether the request reached the venue, or what the venue did with it."""


class VenueClient(Protocol):
    """One account at one venue. Every request raises VenueRejected, VenueNotReached (also while the
    venue's rate limit is used up) or VenueTimeout, and waits a bounded time."""

    @property
    def features(self) -> VenueFeatures: ...

    def rate_limits(self) -> Sequence[RateLimitUse]:
        """Return the use of the venue's rate limits, as the venue counts them."""
        ...

    async def run(self, sink: VenueSink) -> None:
        """Keep connected and report, with back-off of at most 5 s, until cancelled. A failed
        authentication is reported, and tried again after a minute."""
        ...

    async def place(self, order: NewOrder) -> ExecutionReport:
        """Send an order and return the venue's first answer to it."""
        ...

    async def replace(self, change: ReplaceOrder) -> ExecutionReport:
        """Replace a working order. Returns REPLACED or PENDING_REPLACE."""
        ...

    async def cancel(self, order: OrderRef) -> ExecutionReport:
        """Cancel a working order. Returns CANCELED or PENDING_CANCEL; VenueRejected has the code
        `order_not_working` for an order that has ended or that the venue does not know."""
        ...

    async def find_order(self, order: OrderRef) -> ExecutionReport | None:
        """Return the order's present state as an ORDER_STATUS, or None where the venue has never
        seen it."""
        ...

    async def open_orders(self) -> Sequence[ExecutionReport]:
        """Return the state of every working order of the account, as ORDER_STATUS."""
        ...

    async def fills_since(
        self, symbols: Collection[str], since_ms: int
    ) -> Sequence[ExecutionReport]:
        """Return every fill at or after `since_ms` in the symbols, as TRADE, by time. Their
        `client_order_id` may be empty where the venue does not report it with fills; then
        `venue_order_id` is there."""
        ...

    async def account(self) -> VenueAccount:
        """Return balances and positions."""
        ...
