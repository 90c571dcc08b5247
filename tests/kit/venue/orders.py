"""Orders and fills of the venue's user, and how REST and the user stream show them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.kit.venue.instruments import Instrument, amount
from tests.kit.venue.matching import ZERO, RestingOrder, Side
from tests.kit.venue.tape import Trade

OPEN = frozenset({"NEW", "PARTIALLY_FILLED"})


@dataclass(slots=True)
class UserOrder:
    """One order. `price` is zero where there is none; `resting` is set while it is in the book.

    `lock_price` is what a unit of a buy reserves of the quote asset.
    """

    id: int
    client_id: str
    instrument: Instrument
    side: Side
    type: str
    time_in_force: str
    quantity: Decimal
    price: Decimal
    stop_price: Decimal
    quote_quantity: Decimal
    time_ms: int
    status: str = "NEW"
    executed: Decimal = ZERO
    turnover: Decimal = ZERO
    updated_ms: int = 0
    expiry_reason: str = ""
    is_working: bool = True
    lock_price: Decimal = ZERO
    locked: Decimal = ZERO
    resting: RestingOrder | None = None
    fills: list[UserFill] = field(default_factory=list)

    @property
    def symbol(self) -> str:
        return self.instrument.symbol

    @property
    def remaining(self) -> Decimal:
        return self.quantity - self.executed

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def locked_asset(self) -> str:
        return self.instrument.quote if self.side == "BUY" else self.instrument.base


@dataclass(frozen=True, slots=True)
class UserFill:
    """A fill of an order, with its commission. `trade.id` is the venue's id of it."""

    order: UserOrder
    trade: Trade
    is_maker: bool
    commission: Decimal
    commission_asset: str
    execution_id: int


def order_row(order: UserOrder) -> dict[str, Any]:
    """Return an order as `GET /api/v3/order` does."""
    return _common(order) | {
        "stopPrice": amount(order.stop_price),
        "icebergQty": amount(ZERO),
        "time": order.time_ms,
        "updateTime": order.updated_ms,
        "isWorking": order.is_working,
        "workingTime": order.time_ms if order.is_working else -1,
        "origQuoteOrderQty": amount(order.quote_quantity),
        "selfTradePreventionMode": "NONE",
    }


def placed_row(order: UserOrder, response_type: str) -> dict[str, Any]:
    """Return the answer to a new order: ACK, RESULT or FULL."""
    short = {
        "symbol": order.symbol,
        "orderId": order.id,
        "orderListId": -1,
        "clientOrderId": order.client_id,
        "transactTime": order.updated_ms,
    }
    if response_type == "ACK":
        return short
    row = _common(order) | short | {"workingTime": order.time_ms, "selfTradePreventionMode": "NONE"}
    if order.stop_price:
        row["stopPrice"] = amount(order.stop_price)
    if response_type == "FULL":
        row["fills"] = [
            {
                "price": amount(fill.trade.price),
                "qty": amount(fill.trade.quantity),
                "commission": amount(fill.commission),
                "commissionAsset": fill.commission_asset,
                "tradeId": fill.trade.id,
            }
            for fill in order.fills
        ]
    return row


def canceled_row(order: UserOrder, cancel_id: str) -> dict[str, Any]:
    """Return the answer to a cancel, whose own client id stands where the order's did."""
    row = _common(order) | {"origClientOrderId": order.client_id, "clientOrderId": cancel_id}
    return row | {"transactTime": order.updated_ms, "selfTradePreventionMode": "NONE"}


def fill_row(fill: UserFill) -> dict[str, Any]:
    """Return a fill as `GET /api/v3/myTrades` does."""
    trade = fill.trade
    return {
        "symbol": trade.symbol,
        "id": trade.id,
        "orderId": fill.order.id,
        "orderListId": -1,
        "price": amount(trade.price),
        "qty": amount(trade.quantity),
        "quoteQty": amount(trade.price * trade.quantity),
        "commission": amount(fill.commission),
        "commissionAsset": fill.commission_asset,
        "time": trade.time_ms,
        "isBuyer": fill.order.side == "BUY",
        "isMaker": fill.is_maker,
        "isBestMatch": True,
    }


def execution_report(
    order: UserOrder,
    execution_type: str,
    now_ms: int,
    execution_id: int,
    *,
    fill: UserFill | None = None,
    cancel_id: str = "",
) -> dict[str, Any]:
    """Return an `executionReport` of the user data stream."""
    trade = fill.trade if fill else None
    conditional: dict[str, Any] = {"eR": order.expiry_reason} if order.expiry_reason else {}
    if order.is_working:
        conditional["W"] = order.time_ms
    return {
        "e": "executionReport",
        "E": now_ms,
        "s": order.symbol,
        "c": cancel_id or order.client_id,
        "S": order.side,
        "o": order.type,
        "f": order.time_in_force,
        "q": amount(order.quantity),
        "p": amount(order.price),
        "P": amount(order.stop_price),
        "F": amount(ZERO),
        "g": -1,
        "C": order.client_id if cancel_id else "",
        "x": execution_type,
        "X": order.status,
        "r": "NONE",
        "i": order.id,
        "l": amount(trade.quantity if trade else ZERO),
        "z": amount(order.executed),
        "L": amount(trade.price if trade else ZERO),
        "n": amount(fill.commission) if fill else "0",
        "N": fill.commission_asset if fill else None,
        "T": order.updated_ms,
        "t": trade.id if trade else -1,
        "I": execution_id,
        "w": order.is_working and order.is_open,
        "m": fill.is_maker if fill else False,
        "M": fill is not None,
        "O": order.time_ms,
        "Z": amount(order.turnover),
        "Y": amount(trade.price * trade.quantity if trade else ZERO),
        "Q": amount(order.quote_quantity),
        "V": "NONE",
    } | conditional


def _common(order: UserOrder) -> dict[str, Any]:
    conditional = {"expiryReason": order.expiry_reason} if order.expiry_reason else {}
    return conditional | {
        "symbol": order.symbol,
        "orderId": order.id,
        "orderListId": -1,
        "clientOrderId": order.client_id,
        "price": amount(order.price),
        "origQty": amount(order.quantity),
        "executedQty": amount(order.executed),
        "cummulativeQuoteQty": amount(order.turnover),
        "status": order.status,
        "timeInForce": order.time_in_force,
        "type": order.type,
        "side": order.side,
    }
