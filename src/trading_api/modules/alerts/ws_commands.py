"""Executes the commands about alerts of the WebSocket in this process."""

from __future__ import annotations

from trading_api.models.alerts import (
    AlertReply,
    ChangeAlertPayload,
    CreateAlertPayload,
    DeleteAlertPayload,
    ListAlertsPayload,
    ListAlertsReply,
)
from trading_api.models.ws import CommandReply
from trading_api.modules.alerts.service import AlertService
from trading_api.shared.ws.command_route import CommandCall, CommandExecutor


class AlertCommands:
    """The executors of the command routes, over the service that REST uses too."""

    def __init__(self, service: AlertService) -> None:
        self._service = service
        self._executors: dict[str, CommandExecutor] = {
            "alerts.create": self._create,
            "alerts.list": self._list,
            "alerts.change": self._change,
            "alerts.delete": self._delete,
        }

    def executor(self, route: str) -> CommandExecutor:
        """Return what executes the command of a route."""
        return self._executors[route]

    async def _create(self, payload: CreateAlertPayload, call: CommandCall) -> AlertReply:
        alert = await self._service.create(call.account_id, payload.alert, payload.key)
        return AlertReply(status="ok", id=payload.id, message="Created", alert=alert)

    async def _list(self, payload: ListAlertsPayload, call: CommandCall) -> ListAlertsReply:
        alerts = await self._service.alerts(call.account_id)
        return ListAlertsReply(status="ok", id=payload.id, message="Listed", alerts=alerts)

    async def _change(self, payload: ChangeAlertPayload, call: CommandCall) -> AlertReply:
        alert_id, key = payload.alert_id, payload.key
        alert = await self._service.change(call.account_id, alert_id, payload.alert, key)
        return AlertReply(status="ok", id=payload.id, message="Changed", alert=alert)

    async def _delete(self, payload: DeleteAlertPayload, call: CommandCall) -> CommandReply:
        await self._service.delete(call.account_id, payload.alert_id)
        return CommandReply(status="ok", id=payload.id, message="Deleted")
