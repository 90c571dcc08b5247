"""Orders, and the enums that describe them."""

from typing import Annotated, Any

from pydantic import Field, StrictBool

from trading_api.models.common import (
    CamelModel,
    CommandSeq,
    Number,
    NumberOnly,
    Symbol,
    WireIntEnum,
    WireStrEnum,
    example,
)


class Side(WireIntEnum):
    BUY = 1
    SELL = -1


class OrderType(WireIntEnum):
    LIMIT = 1
    MARKET = 2
    STOP = 3
    STOP_LIMIT = 4


class OrderStatus(WireIntEnum):
    CANCELED = 1
    FILLED = 2
    INACTIVE = 3
    PLACING = 4
    REJECTED = 5
    WORKING = 6


class StopType(WireIntEnum):
    STOP_LOSS = 0
    TRAILING_STOP = 1
    GUARANTEED_STOP = 2


class ParentType(WireIntEnum):
    ORDER = 1
    POSITION = 2
    INDIVIDUAL_POSITION = 3


class DurationType(WireStrEnum):
    DAY = "DAY"
    GTC = "GTC"
    GTD = "GTD"
    IOC = "IOC"
    FOK = "FOK"


class OrderDuration(CamelModel):
    """The time in force. `datetime` is the end of a GTD order, in ms since 1970.

    A DAY order ends with its session.
    """

    model_config = example({"type": "GTD", "datetime": 1790003600000})

    type: DurationType
    datetime: Annotated[float, Field(ge=0, le=10**14, strict=True)] | None = None


class OrderMessage(CamelModel):
    """A message about an order. `type` is `error`, `warning` or `info`."""

    type: str
    text: str


class CurrentQuotes(CamelModel):
    """The quote that the terminal showed when the order was sent."""

    ask: Number
    bid: Number


OrderId = Annotated[str, Field(max_length=64, examples=["order-1"])]
# No NUL, which PostgreSQL cannot store in text.
ClientOrderId = Annotated[
    str, Field(min_length=1, max_length=64, pattern=r"^[^\x00]*$", examples=["my-1"])
]


class PreOrder(CamelModel):
    """An order request. Prices are in the symbol's currency.

    `trailingStopPips` makes the stop-loss bracket follow the market, or the stop order itself
    where `stopType` is 1. `clientOrderId` is the client's own id, unique within the account.
    """

    model_config = example({"symbol": "AAPL", "type": 1, "side": 1, "qty": 10, "limitPrice": 187.4})

    symbol: Symbol
    type: Annotated[OrderType, NumberOnly]
    side: Annotated[Side, NumberOnly]
    qty: Number = Field(examples=[10])
    limit_price: Number | None = None
    stop_price: Number | None = None
    stop_loss: Number | None = None
    take_profit: Number | None = None
    trailing_stop_pips: Number | None = None
    guaranteed_stop: Number | None = None
    stop_type: Annotated[StopType | None, NumberOnly] = None
    duration: OrderDuration | None = None
    custom_fields: dict[str, Any] | None = None
    current_quotes: CurrentQuotes | None = None
    seen_price: Number | None = None
    is_close: StrictBool | None = None
    client_order_id: ClientOrderId | None = None


class PlacedOrder(CamelModel):
    """An order of an account. `updateTime` is in ms since 1970.

    `avgPrice` is the exact mean of the fills. `version` grows with every change. The parent of a
    bracket is its order until that is filled, and its position afterwards. `isClose` is true for an
    order that only reduces the position and is no bracket of it.
    """

    model_config = example(
        {
            "id": "order-1",
            "symbol": "AAPL",
            "type": 1,
            "side": 1,
            "qty": 10,
            "status": 6,
            "limitPrice": 187.4,
            "duration": {"type": "GTC"},
            "filledQty": 0,
            "updateTime": 1790000000250,
            "version": 1,
        }
    )

    id: str
    symbol: str
    type: OrderType
    side: Side
    qty: Number
    status: OrderStatus
    limit_price: Number | None = None
    stop_price: Number | None = None
    stop_loss: Number | None = None
    take_profit: Number | None = None
    trailing_stop_pips: Number | None = None
    guaranteed_stop: Number | None = None
    stop_type: StopType | None = None
    duration: OrderDuration | None = None
    filled_qty: Number | None = None
    avg_price: Number | None = None
    update_time: int | None = None
    message: OrderMessage | None = None
    parent_id: str | None = None
    parent_type: ParentType | None = None
    client_order_id: str | None = None
    version: int | None = None
    is_close: bool | None = None


class CancelOrdersRequest(CamelModel):
    """The ids of the orders to cancel."""

    model_config = example({"orderIds": ["order-1", "order-2"]})

    order_ids: Annotated[list[OrderId], Field(max_length=1000)]


class CancelOrdersResult(CamelModel):
    """The ids of the orders that were canceled, with their brackets.

    Orders that had already ended are not listed.
    """

    model_config = example({"canceled": ["order-1"], "seq": 5})

    canceled: list[str]
    seq: CommandSeq


class PlaceOrderResult(CamelModel):
    """The id of the order that was placed."""

    model_config = example({"orderId": "order-1", "seq": 2})

    order_id: str
    seq: CommandSeq


class OrderPreviewRow(CamelModel):
    """One labelled value of an order preview."""

    title: str
    value: str


class OrderPreviewSection(CamelModel):
    """A group of rows of an order preview."""

    header: str | None = None
    rows: list[OrderPreviewRow]


class OrderPreviewResult(CamelModel):
    """What an order would do, in sections for the user."""

    model_config = example(
        {
            "sections": [{"header": "Order", "rows": [{"title": "Symbol", "value": "AAPL"}]}],
            "warnings": ["Nothing would be filled immediately; the order would wait as Working."],
        }
    )

    sections: list[OrderPreviewSection]
    confirm_id: str | None = None
    warnings: list[str] | None = None
    errors: list[str] | None = None
