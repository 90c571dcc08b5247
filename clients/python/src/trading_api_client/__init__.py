"""The Python client of trading_api.

`AsyncClient` is for event loops, and `Client` for other code. `trading_api_client.models` has the
objects of the wire. A `Strategy` runs in a `Backtest` and in `Live`. The names of strategies are
imported at their first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from trading_api_client.async_client import AsyncClient
from trading_api_client.client import Client
from trading_api_client.errors import (
    ConnectionFailed,
    ConsumerTooSlow,
    InvalidResponse,
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

if TYPE_CHECKING:
    from trading_api_client.strategy.backtest import Backtest
    from trading_api_client.strategy.live import Live
    from trading_api_client.strategy.market_data import BarHistory, ClosedBar, TopOfBook
    from trading_api_client.strategy.result import Result
    from trading_api_client.strategy.strategy import Strategy

_LAZY_IMPORTS = {
    "Backtest": "backtest",
    "BarHistory": "market_data",
    "ClosedBar": "market_data",
    "Live": "live",
    "Result": "result",
    "Strategy": "strategy",
    "TopOfBook": "market_data",
}

__all__ = [
    "KEEP",
    "AccountUpdate",
    "AlertCondition",
    "AlertFrequency",
    "AlertStatus",
    "AsyncClient",
    "Backtest",
    "Bar",
    "BarHistory",
    "Client",
    "ClosedBar",
    "ConnectionFailed",
    "ConnectionStatus",
    "ConsumerTooSlow",
    "DurationType",
    "Execution",
    "InvalidResponse",
    "Live",
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
    "Result",
    "Side",
    "Strategy",
    "StreamOptions",
    "TimedOut",
    "TopOfBook",
    "TradingApiError",
]


def __getattr__(name: str) -> Any:
    """Import a name of the strategies at its first use."""
    if name not in _LAZY_IMPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.strategy.{_LAZY_IMPORTS[name]}")
    return getattr(module, name)
