"""The Python client of trading_api.

`AsyncClient` is for an event loop, and `Client` for ordinary code. The objects of the wire are in
`trading_api_client.models`."""

from trading_api_client.async_client import AsyncClient
from trading_api_client.client import Client
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
from trading_api_client.stream.account_feed import AccountUpdate
from trading_api_client.stream.reconnecting_socket import StreamOptions

__all__ = [
    "KEEP",
    "AccountUpdate",
    "AlertCondition",
    "AlertFrequency",
    "AlertStatus",
    "AsyncClient",
    "Bar",
    "Client",
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
    "StreamOptions",
    "TimedOut",
    "TradingApiError",
]
