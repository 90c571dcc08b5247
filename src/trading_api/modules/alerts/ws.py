"""The WebSocket routes of alerts. `make generate-ws-routers` reads the aliases."""

from collections.abc import Callable
from typing import Any, TypeAlias

from trading_api.auth.principal import Scope
from trading_api.models.alerts import (
    Alert,
    AlertReply,
    AlertsSubscriptionRequest,
    ChangeAlertPayload,
    CreateAlertPayload,
    DeleteAlertPayload,
    ListAlertsPayload,
    ListAlertsReply,
)
from trading_api.models.ws import CommandReply
from trading_api.modules.alerts import ws_generated
from trading_api.shared.ws.command_route import CommandExecutor, WsCommandRouter
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.shared.ws.router_interface import WsRouteService

AlertWsRouter: TypeAlias = WsRouter[AlertsSubscriptionRequest, Alert]

CreateAlertWsRouter: TypeAlias = WsCommandRouter[CreateAlertPayload, AlertReply]
ListAlertsWsRouter: TypeAlias = WsCommandRouter[ListAlertsPayload, ListAlertsReply]
ChangeAlertWsRouter: TypeAlias = WsCommandRouter[ChangeAlertPayload, AlertReply]
DeleteAlertWsRouter: TypeAlias = WsCommandRouter[DeleteAlertPayload, CommandReply]


class AlertsWsRouters(list[WsRouter[Any, Any]]):
    """The route `alerts`. Of two unsent updates of one alert a slow client receives the newer."""

    def __init__(self, service: WsRouteService) -> None:
        router = ws_generated.AlertWsRouter(
            route="alerts",
            service=service,
            tags=["alerts"],
            conflation_key=lambda alert: alert.id,
        )
        super().__init__([router])


class AlertsCommandWsRouters(list[WsCommandRouter[Any, Any]]):
    """The four commands. `executor(route)` returns what executes the command of a route."""

    def __init__(self, executor: Callable[[str], CommandExecutor]) -> None:
        def options(route: str, operation: str, summary: str) -> dict[str, Any]:
            return {
                "route": route,
                "operation": operation,
                "summary": summary,
                "execute": executor(route),
                "tags": ["alerts"],
            }

        super().__init__(
            [
                ws_generated.CreateAlertWsRouter(
                    **options("alerts.create", "createAlert", "Create an alert")
                ),
                ws_generated.ListAlertsWsRouter(
                    **options("alerts.list", "getAlerts", "The alerts of the account"),
                    scope=Scope.ACCOUNT_READ,
                ),
                ws_generated.ChangeAlertWsRouter(
                    **options("alerts.change", "changeAlert", "Replace what an alert waits for")
                ),
                ws_generated.DeleteAlertWsRouter(
                    **options("alerts.delete", "deleteAlert", "Delete an alert")
                ),
            ]
        )
