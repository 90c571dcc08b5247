"""The broker's WebSocket routes. `make generate-ws-routers` reads the aliases."""

from typing import Any, TypeAlias

from trading_api.models.broker import (
    BrokerConnectionStatus,
    BrokerConnectionSubscriptionRequest,
    EquityData,
    EquitySubscriptionRequest,
    Execution,
    ExecutionsSubscriptionRequest,
    OrdersSubscriptionRequest,
    PlacedOrder,
    Position,
    PositionPL,
    PositionPLSubscriptionRequest,
    PositionsSubscriptionRequest,
)
from trading_api.modules.broker import ws_generated
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.shared.ws.router_interface import ResumableService

OrderWsRouter: TypeAlias = WsRouter[OrdersSubscriptionRequest, PlacedOrder]
PositionWsRouter: TypeAlias = WsRouter[PositionsSubscriptionRequest, Position]
ExecutionWsRouter: TypeAlias = WsRouter[ExecutionsSubscriptionRequest, Execution]
PositionPlWsRouter: TypeAlias = WsRouter[PositionPLSubscriptionRequest, PositionPL]
EquityWsRouter: TypeAlias = WsRouter[EquitySubscriptionRequest, EquityData]
BrokerConnectionWsRouter: TypeAlias = WsRouter[
    BrokerConnectionSubscriptionRequest, BrokerConnectionStatus
]


class BrokerWsRouters(list[WsRouter[Any, Any]]):
    """The six routes, with their topics in one service."""

    def __init__(self, service: ResumableService) -> None:
        tags = ["broker"]
        resumable: dict[str, Any] = {
            "service": service,
            "sequencer": service,
            "resumes": True,
            "tags": tags,
        }
        super().__init__(
            [
                ws_generated.OrderWsRouter(route="orders", **resumable),
                ws_generated.PositionWsRouter(route="positions", **resumable),
                ws_generated.ExecutionWsRouter(route="executions", **resumable),
                ws_generated.PositionPlWsRouter(
                    route="position-pl",
                    service=service,
                    tags=tags,
                    conflation_key=lambda profit: profit.symbol,
                ),
                ws_generated.EquityWsRouter(
                    route="equity",
                    service=service,
                    sequencer=service,
                    tags=tags,
                    conflation_key=lambda equity: "equity",
                ),
                ws_generated.BrokerConnectionWsRouter(
                    route="broker-connection", service=service, tags=tags
                ),
            ]
        )
