"""Builds order requests from the arguments of a strategy's commands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

from trading_api_client.models import (
    DurationType,
    OrderDuration,
    OrderType,
    PlacedOrder,
    PreOrder,
    Side,
    StopType,
)

Duration: TypeAlias = str | int | datetime | OrderDuration | None
"""A type such as "DAY", or the end of the order: a datetime with a time zone, or ms since 1970."""

_FIELDS = {
    "qty": "qty",
    "limit": "limitPrice",
    "stop": "stopPrice",
    "take_profit": "takeProfit",
    "stop_loss": "stopLoss",
    "trailing": "trailingStopPips",
    "duration": "duration",
}


def new_order(
    symbol: str,
    side: Side,
    qty: float,
    limit: float | None,
    stop: float | None,
    take_profit: float | None,
    stop_loss: float | None,
    trailing: float | None,
    duration: Duration,
) -> PreOrder:
    """Return the order request. Its prices decide its type. Raises ValueError."""
    return PreOrder(
        symbol=symbol,
        type=_order_type(limit, stop),
        side=side,
        qty=qty,
        limitPrice=limit,
        stopPrice=stop,
        stopLoss=stop_loss,
        takeProfit=take_profit,
        trailingStopPips=trailing,
        stopType=_stop_type(limit, stop, trailing),
        duration=to_duration(duration),
    )


def changed_order(order: PlacedOrder, changes: Mapping[str, Any]) -> PreOrder:
    """Return the whole order as it is with the changes, which a modification has to repeat.

    Raises TypeError for a change that does not exist, and ValueError."""
    if unknown := changes.keys() - _FIELDS:
        raise TypeError(f"modify() changes {', '.join(_FIELDS)}, not {min(unknown)}.")
    values = {field: getattr(order, field) for field in _FIELDS.values()}
    values |= {_FIELDS[name]: value for name, value in changes.items()}
    limit, stop = values["limitPrice"], values["stopPrice"]
    return PreOrder(
        symbol=order.symbol,
        type=_order_type(limit, stop),
        side=order.side,
        stopType=_stop_type(limit, stop, values["trailingStopPips"]),
        **values | {"duration": to_duration(values["duration"])},
    )


def to_duration(duration: Duration) -> OrderDuration | None:
    """Return the duration as an order has it. Raises ValueError."""
    if duration is None or isinstance(duration, OrderDuration):
        return duration
    if isinstance(duration, str):
        return OrderDuration(type=DurationType(duration.upper()))
    if isinstance(duration, datetime):
        if duration.tzinfo is None:
            raise ValueError("The end of an order needs a time zone, such as datetime.UTC.")
        duration = round(duration.timestamp() * 1_000)
    return OrderDuration(type=DurationType.GTD, datetime=duration)


def _order_type(limit: float | None, stop: float | None) -> OrderType:
    if stop is None:
        return OrderType.MARKET if limit is None else OrderType.LIMIT
    return OrderType.STOP if limit is None else OrderType.STOP_LIMIT


def _stop_type(limit: float | None, stop: float | None, trailing: float | None) -> StopType | None:
    is_trailing = stop is not None and limit is None and trailing is not None
    return StopType.TRAILING_STOP if is_trailing else None
