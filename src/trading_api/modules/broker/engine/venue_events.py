"""The events of an account at a real venue, apart from those that a paper account has too.

An intent is committed before it is sent. What the venue reports is committed with the events that
follow from it."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.position import Position


class VenueRequest(StrEnum):
    """What was requested of a venue for one order."""

    PLACE = "place"
    REPLACE = "replace"
    CANCEL = "cancel"


class VenueAssigned(Struct, frozen=True, gc=False):
    """The account belongs to a venue, for ever. `id_prefix` begins all its client order ids.

    Fills up to `venue_time_ms`, by the venue's clock, came before the account."""

    venue: str
    id_prefix: str
    venue_time_ms: int
    at_ms: int


class VenueReported(Struct, frozen=True, gc=False):
    """The venue reported of an order. The events after it state what follows.

    `client_order_id` and `venue_order_id` are the ids at the venue, and `venue_time_ms` is by its
    clock. A fill has an `execution_id`, a quantity, a price and the commission as the venue charged
    it. `text` is the venue's reason, and `code` a stable name for it."""

    order_id: str
    symbol: str
    exec_type: str
    status: str
    client_order_id: str
    venue_order_id: str
    venue_time_ms: int
    at_ms: int
    cumulative_quantity: Decimal = Decimal(0)
    execution_id: str = ""
    last_quantity: Decimal = Decimal(0)
    last_price: Decimal = Decimal(0)
    commission: Decimal = Decimal(0)
    commission_currency: str = ""
    code: str = ""
    text: str = ""


class OrderCancelRequested(Struct, frozen=True, gc=False):
    """The cancellation of an order is about to be sent to the venue."""

    order_id: str
    at_ms: int


class OrderReplaceRequested(Struct, frozen=True, gc=False):
    """New values of an order are about to be sent to the venue, under `client_order_id`."""

    order_id: str
    client_order_id: str
    quantity: Decimal
    limit_price: Decimal | None
    stop_price: Decimal | None
    at_ms: int


class OrderRequestRejected(Struct, frozen=True, gc=False):
    """The venue did not cancel or replace an order, which continues to work as it is."""

    order_id: str
    request: VenueRequest
    code: str
    text: str
    at_ms: int


class OrderRejected(Struct, frozen=True, gc=False):
    """An order ended because the venue did not accept it. `code` is a stable name of the reason."""

    order: Order
    code: str
    at_ms: int


class OrderStateUnknown(Struct, frozen=True, gc=False):
    """The venue did not answer a request for an order in time. It is asked until it answers."""

    order: Order
    request: VenueRequest
    at_ms: int


class PositionAdjusted(Struct, frozen=True, gc=False):
    """A position was changed by `quantity` without a fill, because the venue holds another one.

    The change counts as a trade at `price`, which `rate` converts to the account's currency.
    `position` and `balance` are those after it, and `side` is that of the position before it.
    `code` and `text` are the reason."""

    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    rate: Decimal
    realized_pl: Decimal
    position: Position
    balance: Decimal
    code: str
    text: str
    at_ms: int


class CashAdjusted(Struct, frozen=True, gc=False):
    """The balance was changed by `amount`, because the venue holds another amount.

    `code` and `text` are the reason."""

    amount: Decimal
    balance: Decimal
    code: str
    text: str
    at_ms: int


class RiskRejected(Struct, frozen=True, gc=False):
    """The risk gate refused a command. `rule` is the limit, and `code` the code of the refusal."""

    rule: str
    code: str
    text: str
    symbol: str
    at_ms: int


class KillSwitchSet(Struct, frozen=True, gc=False):
    """The kill switch was set. While it is on, new orders are refused."""

    is_on: bool
    reason: str
    at_ms: int


VenueEvent = (
    VenueAssigned
    | VenueReported
    | OrderCancelRequested
    | OrderReplaceRequested
    | OrderRequestRejected
    | PositionAdjusted
    | CashAdjusted
    | RiskRejected
    | KillSwitchSet
)
"""The events that carry no order."""
