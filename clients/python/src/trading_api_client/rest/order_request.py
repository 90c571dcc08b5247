"""Order requests from Python arguments."""

from __future__ import annotations

from typing import TypeAlias

from trading_api_client.models import (
    DurationType,
    OrderDuration,
    OrderType,
    PlacedOrder,
    PreOrder,
    Side,
    StopType,
)

Duration: TypeAlias = OrderDuration | DurationType | str | None
"""The time in force of an order: a type such as "DAY", or an OrderDuration with a date."""


class Keep:
    """The value of an argument that keeps the present value of the order."""

    def __repr__(self) -> str:
        return "KEEP"


KEEP = Keep()


def build_order(
    symbol: str,
    side: Side | int,
    qty: float,
    *,
    type: OrderType | None = None,
    limit_price: float | None = None,
    stop_price: float | None = None,
    take_profit: float | None = None,
    stop_loss: float | None = None,
    trailing_stop_pips: float | None = None,
    guaranteed_stop: float | None = None,
    duration: Duration = None,
    client_order_id: str | None = None,
    is_close: bool | None = None,
) -> PreOrder:
    """Return an order request. Without a type, its prices decide the type; without prices it is a
    market order."""
    return PreOrder(
        symbol=symbol,
        type=order_type(limit_price, stop_price) if type is None else type,
        side=Side(side),
        qty=qty,
        limitPrice=limit_price,
        stopPrice=stop_price,
        takeProfit=take_profit,
        stopLoss=stop_loss,
        trailingStopPips=trailing_stop_pips,
        guaranteedStop=guaranteed_stop,
        duration=to_duration(duration),
        clientOrderId=client_order_id,
        isClose=is_close,
    )


def changed_order(
    order: PlacedOrder,
    *,
    qty: float | Keep = KEEP,
    limit_price: float | Keep = KEEP,
    stop_price: float | Keep = KEEP,
    take_profit: float | Keep | None = KEEP,
    stop_loss: float | Keep | None = KEEP,
    trailing_stop_pips: float | Keep | None = KEEP,
    duration: Duration | Keep = KEEP,
) -> PreOrder:
    """Return a request that repeats the order with some changes. None removes a bracket."""

    def kept(value: float | Keep | None, present: float | None) -> float | None:
        return present if isinstance(value, Keep) else value

    new_qty = kept(qty, order.qty)
    assert new_qty is not None
    trails_itself = order.stopType is StopType.TRAILING_STOP and order.type is OrderType.STOP
    stop = kept(stop_loss, order.stopLoss)
    pips = kept(trailing_stop_pips, order.trailingStopPips)
    if not isinstance(stop_loss, Keep) and isinstance(trailing_stop_pips, Keep):
        pips = order.trailingStopPips if trails_itself else None  # a fixed stop replaces it
    return PreOrder(
        symbol=order.symbol,
        type=order.type,
        side=order.side,
        qty=new_qty,
        limitPrice=kept(limit_price, order.limitPrice),
        stopPrice=kept(stop_price, order.stopPrice),
        takeProfit=kept(take_profit, order.takeProfit),
        stopLoss=stop,
        trailingStopPips=pips,
        guaranteedStop=order.guaranteedStop,
        stopType=order.stopType,
        duration=order.duration if isinstance(duration, Keep) else to_duration(duration),
        clientOrderId=order.clientOrderId,
    )


def order_type(limit_price: float | None, stop_price: float | None) -> OrderType:
    """Return the type of an order with these prices."""
    if stop_price is None:
        return OrderType.MARKET if limit_price is None else OrderType.LIMIT
    return OrderType.STOP if limit_price is None else OrderType.STOP_LIMIT


def to_duration(duration: Duration) -> OrderDuration | None:
    """Return the wire's duration. Raises ValueError for an unknown name."""
    if duration is None or isinstance(duration, OrderDuration):
        return duration
    return OrderDuration(type=DurationType(duration))
