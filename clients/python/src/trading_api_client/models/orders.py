"""Orders, positions and executions.

Generated from openapi.json and asyncapi.json by `make generate-python-client`."""

from __future__ import annotations

from typing import Any

from trading_api_client.models.base import Model
from trading_api_client.models.enums import (
    DurationType,
    OrderStatus,
    OrderType,
    ParentType,
    Side,
    StopType,
)


class Brackets(Model, frozen=True, kw_only=True):
    """The brackets that a position shall have. A bracket that is left out is removed.

    `trailingStopPips` replaces `stopLoss`."""

    stopLoss: float | None = None
    takeProfit: float | None = None
    trailingStopPips: float | None = None
    guaranteedStop: float | None = None


class CancelOrdersRequest(Model, frozen=True, kw_only=True):
    """The ids of the orders to cancel."""

    orderIds: list[str]


class CancelOrdersResult(Model, frozen=True, kw_only=True):
    """The ids of the orders that were canceled, with their brackets.

    Orders that had already ended are not listed."""

    canceled: list[str]
    seq: int


class CurrentQuotes(Model, frozen=True, kw_only=True):
    """The quote that the terminal showed when the order was sent."""

    ask: float
    bid: float


class EditPositionBracketsRequest(Model, frozen=True, kw_only=True):
    """A change of a position's brackets."""

    brackets: Brackets
    customFields: dict[str, Any] | None = None


class Execution(Model, frozen=True, kw_only=True):
    """One fill of an order. `time` is in ms since 1970. `id` is unique in the account.

    `netAmount` is the change of cash in the account's currency: realised profit less commission."""

    id: str
    symbol: str
    price: float
    qty: float
    side: Side
    time: int
    commission: float | None = None
    netAmount: float | None = None
    orderId: str | None = None


class OrderDuration(Model, frozen=True, kw_only=True):
    """The time in force. `datetime` is the end of a GTD order, in ms since 1970.

    A DAY order ends with its session."""

    type: DurationType
    datetime: float | None = None


class OrderMessage(Model, frozen=True, kw_only=True):
    """A message about an order. `type` is `error`, `warning` or `info`."""

    type: str
    text: str


class OrderPreviewRow(Model, frozen=True, kw_only=True):
    """One labelled value of an order preview."""

    title: str
    value: str


class OrderPreviewSection(Model, frozen=True, kw_only=True):
    """A group of rows of an order preview."""

    header: str | None = None
    rows: list[OrderPreviewRow]


class OrderPreviewResult(Model, frozen=True, kw_only=True):
    """What an order would do, in sections for the user."""

    sections: list[OrderPreviewSection]
    confirmId: str | None = None
    warnings: list[str] | None = None
    errors: list[str] | None = None


class PlaceOrderResult(Model, frozen=True, kw_only=True):
    """The id of the order that was placed."""

    orderId: str
    seq: int


class PlacedOrder(Model, frozen=True, kw_only=True):
    """An order of an account. `updateTime` is in ms since 1970.

    `avgPrice` is the exact mean of the fills. `version` grows with every change. The parent of a
    bracket is its order until that is filled, and its position afterwards. `isClose` is true for an
    order that only reduces the position and is no bracket of it."""

    id: str
    symbol: str
    type: OrderType
    side: Side
    qty: float
    status: OrderStatus
    limitPrice: float | None = None
    stopPrice: float | None = None
    stopLoss: float | None = None
    takeProfit: float | None = None
    trailingStopPips: float | None = None
    guaranteedStop: float | None = None
    stopType: StopType | None = None
    duration: OrderDuration | None = None
    filledQty: float | None = None
    avgPrice: float | None = None
    updateTime: int | None = None
    message: OrderMessage | None = None
    parentId: str | None = None
    parentType: ParentType | None = None
    clientOrderId: str | None = None
    version: int | None = None
    isClose: bool | None = None


class Position(Model, frozen=True, kw_only=True):
    """An open position. Positions are netted, so the `id` is the symbol.

    `qty` is positive, and 0 once the position is closed. `updateTime` is in ms since 1970. `pl` is
    the unrealised profit in the account's currency, left out while there is no quote."""

    id: str
    symbol: str
    qty: float
    side: Side
    avgPrice: float
    updateTime: int | None = None
    pl: float | None = None
    takeProfit: float | None = None
    stopLoss: float | None = None


class PreOrder(Model, frozen=True, kw_only=True):
    """An order request. Prices are in the symbol's currency.

    `trailingStopPips` makes the stop-loss bracket follow the market, or the stop order itself
    where `stopType` is 1. `clientOrderId` is the client's own id, unique within the account."""

    symbol: str
    type: OrderType
    side: Side
    qty: float
    limitPrice: float | None = None
    stopPrice: float | None = None
    stopLoss: float | None = None
    takeProfit: float | None = None
    trailingStopPips: float | None = None
    guaranteedStop: float | None = None
    stopType: StopType | None = None
    duration: OrderDuration | None = None
    customFields: dict[str, Any] | None = None
    currentQuotes: CurrentQuotes | None = None
    seenPrice: float | None = None
    isClose: bool | None = None
    clientOrderId: str | None = None


class SuccessResponse(Model, frozen=True, kw_only=True):
    """A command succeeded. A command of an account has its `seq`; a repeated key has the first."""

    success: bool = True
    message: str
    seq: int | None = None
