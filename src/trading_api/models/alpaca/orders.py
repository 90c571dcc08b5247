"""Alpaca's orders: requests, documents and trade updates."""

from typing import Literal

from pydantic import field_validator

from trading_api.models.alpaca.fields import (
    AlpacaDocument,
    AlpacaRequest,
    AssetName,
    ClientOrderId,
    NumberText,
)

AlpacaSide = Literal["buy", "sell"]
AlpacaOrderType = Literal["market", "limit", "stop", "stop_limit", "trailing_stop"]
TimeInForce = Literal["day", "gtc", "opg", "cls", "ioc", "fok"]
OrderClass = Literal["", "simple", "bracket", "oco", "oto", "mleg"]
PositionIntent = Literal["buy_to_open", "buy_to_close", "sell_to_open", "sell_to_close"]


class TakeProfit(AlpacaRequest):
    """The limit at which a position is closed with a profit."""

    limit_price: NumberText | None = None


class StopLoss(AlpacaRequest):
    """The stop at which a position is closed with a loss."""

    stop_price: NumberText | None = None
    limit_price: NumberText | None = None


class NewOrder(AlpacaRequest):
    """A new order. `qty` or `notional` is required; which prices are, depends on `type`."""

    symbol: AssetName
    qty: NumberText | None = None
    notional: NumberText | None = None
    side: AlpacaSide
    type: AlpacaOrderType
    time_in_force: TimeInForce
    limit_price: NumberText | None = None
    stop_price: NumberText | None = None
    trail_price: NumberText | None = None
    trail_percent: NumberText | None = None
    extended_hours: bool | None = None
    client_order_id: ClientOrderId | None = None
    order_class: OrderClass | None = None
    take_profit: TakeProfit | None = None
    stop_loss: StopLoss | None = None
    position_intent: PositionIntent | None = None

    @field_validator("client_order_id")
    @classmethod
    def _without_empty_id(cls, value: str | None) -> str | None:
        return value or None


class OrderReplacement(AlpacaRequest):
    """The fields of an order to replace; the others stay."""

    qty: NumberText | None = None
    time_in_force: TimeInForce | None = None
    limit_price: NumberText | None = None
    stop_price: NumberText | None = None
    trail: NumberText | None = None
    client_order_id: ClientOrderId | None = None


class AlpacaOrder(AlpacaDocument):
    """An order. Prices and quantities are strings; `legs` are its take-profit and its stop-loss."""

    id: str
    client_order_id: str
    created_at: str
    updated_at: str
    submitted_at: str
    filled_at: str | None
    expired_at: str | None
    expires_at: str | None
    canceled_at: str | None
    failed_at: str | None
    replaced_at: str | None = None
    replaced_by: str | None = None
    replaces: str | None = None
    asset_id: str
    symbol: str
    asset_class: str
    notional: str | None = None
    qty: str
    filled_qty: str
    filled_avg_price: str | None
    order_class: str
    order_type: str
    type: str
    side: str
    position_intent: str
    time_in_force: str
    limit_price: str | None
    stop_price: str | None
    status: str
    extended_hours: bool = False
    legs: list["AlpacaOrder"] | None
    trail_percent: str | None = None
    trail_price: str | None
    hwm: str | None
    subtag: str | None = None
    source: str | None = None


class CanceledOrder(AlpacaDocument):
    """One order of a cancellation of all: the HTTP status that its own cancellation would have."""

    id: str
    status: int


class TradeUpdate(AlpacaDocument):
    """What happened to an order. The last four fields belong to `fill` and `partial_fill`."""

    event: str
    timestamp: str
    order: AlpacaOrder
    execution_id: str | None = None
    price: str | None = None
    qty: str | None = None
    position_qty: str | None = None
