"""The Python client of trading_api.

`AsyncClient` is for an event loop, and `Client` for ordinary code. The objects of the wire are in
`trading_api_client.models`."""

from trading_api_client.async_client import AsyncClient
from trading_api_client.errors import (
    ConnectionFailed,
    ConsumerTooSlow,
    Refused,
    TimedOut,
    TradingApiError,
)
from trading_api_client.models import (
    AlertCondition,
    AlertFrequency,
    AlertStatus,
    Bar,
    ConnectionStatus,
    DurationType,
    Execution,
    NotificationSeverity,
    OrderDuration,
    OrderStatus,
    OrderType,
    PlacedOrder,
    PlaceOrderResult,
    Position,
    PreOrder,
    QuoteValues,
    Side,
)
from trading_api_client.rest.order_request import KEEP

__all__ = [
    "KEEP",
    "AlertCondition",
    "AlertFrequency",
    "AlertStatus",
    "AsyncClient",
    "Bar",
    "ConnectionFailed",
    "ConnectionStatus",
    "ConsumerTooSlow",
    "DurationType",
    "Execution",
    "NotificationSeverity",
    "OrderDuration",
    "OrderStatus",
    "OrderType",
    "PlaceOrderResult",
    "PlacedOrder",
    "Position",
    "PreOrder",
    "QuoteValues",
    "Refused",
    "Side",
    "TimedOut",
    "TradingApiError",
]
