"""Builds order requests from the arguments of a strategy's commands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from trading_api_client.models import (
    DurationType,
    OrderDuration,
    PlacedOrder,
    PreOrder,
    Side,
    StopType,
)
from trading_api_client.rest.order_request import build_order
from trading_api_client.rest.order_request import changed_order as changed_request

OrderLifetime: TypeAlias = str | int | datetime | OrderDuration | None
"""A type such as "DAY", or the end of the order: a datetime with a time zone, or ms since 1970."""

_CHANGES = {
    "qty": "qty",
    "limit": "limit_price",
    "stop": "stop_price",
    "take_profit": "take_profit",
    "stop_loss": "stop_loss",
    "trailing": "trailing_stop_pips",
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
    duration: OrderLifetime,
) -> PreOrder:
    """Return the order request. Its prices decide its type. Raises ValueError."""
    order = build_order(
        symbol,
        side,
        without_noise(qty),
        limit_price=optional_price(limit),
        stop_price=optional_price(stop),
        take_profit=optional_price(take_profit),
        stop_loss=optional_price(stop_loss),
        trailing_stop_pips=optional_price(trailing),
        duration=_to_duration(duration),
    )
    if stop is None or limit is not None or trailing is None:
        return order
    return msgspec.structs.replace(order, stopType=StopType.TRAILING_STOP)


def changed_order(order: PlacedOrder, changes: Mapping[str, Any]) -> PreOrder:
    """Return the request that changes an order. It repeats every value that does not change.

    Raises TypeError for an unknown change, and ValueError."""
    if unknown := changes.keys() - _CHANGES.keys():
        raise TypeError(f"modify() changes {', '.join(_CHANGES)}, not {min(unknown)}.")
    values: dict[str, Any] = {
        _CHANGES[name]: _to_duration(value) if name == "duration" else optional_price(value)
        for name, value in changes.items()
    }
    return changed_request(order, **values)


def optional_price(value: float | None) -> float | None:
    """Return a number without the noise of binary floats, or None."""
    return None if value is None else without_noise(value)


def without_noise(value: float) -> float:
    """Return 187.73 for 187.73000000000002, which is the result of `187.43 + 0.3`.

    The server takes every digit seriously, and would reject the number as off the tick. Digits
    after the 14th are noise."""
    return float(f"{value:.14g}")


def _to_duration(duration: OrderLifetime) -> OrderDuration | None:
    if duration is None or isinstance(duration, OrderDuration):
        return duration
    if isinstance(duration, str):
        return OrderDuration(type=DurationType(duration.upper()))
    if isinstance(duration, datetime):
        if duration.tzinfo is None:
            raise ValueError("The end of an order needs a time zone, such as datetime.UTC.")
        duration = round(duration.timestamp() * 1_000)
    return OrderDuration(type=DurationType.GTD, datetime=duration)
