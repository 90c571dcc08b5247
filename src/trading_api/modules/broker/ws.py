"""The broker's WebSocket routes. `make generate-ws-routers` reads the aliases."""

from collections.abc import Callable
from typing import Any, TypeAlias

from trading_api.auth.principal import Scope
from trading_api.models.broker import (
    AccountState,
    AccountSubscriptionRequest,
    BrokerConnectionStatus,
    BrokerConnectionSubscriptionRequest,
    CancelManyOrdersPayload,
    CancelManyOrdersReply,
    CancelOrderPayload,
    ClosePositionPayload,
    EditBracketsPayload,
    EquityData,
    EquitySubscriptionRequest,
    Execution,
    ExecutionsSubscriptionRequest,
    ModifyOrderPayload,
    Notification,
    NotificationsSubscriptionRequest,
    OrdersSubscriptionRequest,
    PlacedOrder,
    PlaceOrderPayload,
    PlaceOrderReply,
    Position,
    PositionPL,
    PositionPLSubscriptionRequest,
    PositionsSubscriptionRequest,
    PreviewOrderPayload,
    PreviewOrderReply,
    ReversePositionPayload,
    SetKillSwitchPayload,
    SetKillSwitchReply,
    SetLeveragePayload,
    SetLeverageReply,
)
from trading_api.models.ws import CommandReply
from trading_api.modules.broker import ws_generated
from trading_api.shared.ws.command_route import CommandExecutor, WsCommandRouter
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.shared.ws.router_interface import ResumableService

OrderWsRouter: TypeAlias = WsRouter[OrdersSubscriptionRequest, PlacedOrder]
PositionWsRouter: TypeAlias = WsRouter[PositionsSubscriptionRequest, Position]
ExecutionWsRouter: TypeAlias = WsRouter[ExecutionsSubscriptionRequest, Execution]
PositionPlWsRouter: TypeAlias = WsRouter[PositionPLSubscriptionRequest, PositionPL]
AccountWsRouter: TypeAlias = WsRouter[AccountSubscriptionRequest, AccountState]
EquityWsRouter: TypeAlias = WsRouter[EquitySubscriptionRequest, EquityData]
NotificationWsRouter: TypeAlias = WsRouter[NotificationsSubscriptionRequest, Notification]
BrokerConnectionWsRouter: TypeAlias = WsRouter[
    BrokerConnectionSubscriptionRequest, BrokerConnectionStatus
]

PlaceOrderWsRouter: TypeAlias = WsCommandRouter[PlaceOrderPayload, PlaceOrderReply]
PreviewOrderWsRouter: TypeAlias = WsCommandRouter[PreviewOrderPayload, PreviewOrderReply]
ModifyOrderWsRouter: TypeAlias = WsCommandRouter[ModifyOrderPayload, CommandReply]
CancelOrderWsRouter: TypeAlias = WsCommandRouter[CancelOrderPayload, CommandReply]
CancelManyOrdersWsRouter: TypeAlias = WsCommandRouter[
    CancelManyOrdersPayload, CancelManyOrdersReply
]
ClosePositionWsRouter: TypeAlias = WsCommandRouter[ClosePositionPayload, CommandReply]
ReversePositionWsRouter: TypeAlias = WsCommandRouter[ReversePositionPayload, CommandReply]
EditBracketsWsRouter: TypeAlias = WsCommandRouter[EditBracketsPayload, CommandReply]
SetLeverageWsRouter: TypeAlias = WsCommandRouter[SetLeveragePayload, SetLeverageReply]
SetKillSwitchWsRouter: TypeAlias = WsCommandRouter[SetKillSwitchPayload, SetKillSwitchReply]


class BrokerWsRouters(list[WsRouter[Any, Any]]):
    """The routes of accounts, with their topics in one service."""

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
                ws_generated.NotificationWsRouter(route="notifications", **resumable),
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
                ws_generated.AccountWsRouter(
                    route="account",
                    service=service,
                    sequencer=service,
                    tags=tags,
                    conflation_key=lambda state: "account",
                ),
                ws_generated.BrokerConnectionWsRouter(
                    route="broker-connection", service=service, tags=tags
                ),
            ]
        )


class BrokerCommandWsRouters(list[WsCommandRouter[Any, Any]]):
    """The ten commands. `executor(route)` returns what executes the command of a route."""

    def __init__(self, executor: Callable[[str], CommandExecutor]) -> None:
        def options(route: str, operation: str, summary: str) -> dict[str, Any]:
            return {
                "route": route,
                "operation": operation,
                "summary": summary,
                "execute": executor(route),
                "tags": ["broker"],
            }

        super().__init__(
            [
                ws_generated.PlaceOrderWsRouter(
                    **options("orders.place", "placeOrder", "Place an order")
                ),
                ws_generated.PreviewOrderWsRouter(
                    **options(
                        "orders.preview", "previewOrder", "Preview an order, or a change of one"
                    ),
                    scope=Scope.ACCOUNT_READ,
                ),
                ws_generated.ModifyOrderWsRouter(
                    **options("orders.modify", "modifyOrder", "Change a live order")
                ),
                ws_generated.CancelOrderWsRouter(
                    **options("orders.cancel", "cancelOrder", "Cancel a live order")
                ),
                ws_generated.CancelManyOrdersWsRouter(
                    **options(
                        "orders.cancel-many",
                        "cancelOrders",
                        "Cancel those of the listed orders that are live",
                    )
                ),
                ws_generated.ClosePositionWsRouter(
                    **options(
                        "positions.close",
                        "closePosition",
                        "Close a position, or a part of it, at the market",
                    )
                ),
                ws_generated.ReversePositionWsRouter(
                    **options(
                        "positions.reverse",
                        "reversePosition",
                        "Reverse a position by one market order",
                    )
                ),
                ws_generated.EditBracketsWsRouter(
                    **options(
                        "positions.brackets",
                        "editPositionBrackets",
                        "Replace the brackets of a position",
                    )
                ),
                ws_generated.SetLeverageWsRouter(
                    **options("leverage.set", "setLeverage", "Set a symbol's leverage")
                ),
                ws_generated.SetKillSwitchWsRouter(
                    **options(
                        "kill-switch.set",
                        "setKillSwitch",
                        "Cancel every order and refuse new ones, or trade again",
                    ),
                    is_urgent=True,
                ),
            ]
        )
