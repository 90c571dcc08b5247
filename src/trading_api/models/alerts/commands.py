"""The commands about alerts over the socket, and the replies to them."""

from typing import Annotated

from pydantic import Field

from trading_api.models.alerts.alerts import Alert, AlertRequest
from trading_api.models.common import example
from trading_api.models.ws import CommandPayload, CommandReply

# In REST it is a part of the path.
_AlertId = Annotated[str, Field(max_length=64, pattern=r"^[^/]+$", examples=["alert-1"])]
_REQUEST = {"symbol": "AAPL", "condition": "up", "price": 190.5}
_ALERT = {
    **_REQUEST,
    "id": "alert-1",
    "accountId": "DEMO-ACCOUNT",
    "frequency": "once",
    "status": "active",
    "createdMs": 1790000000250,
    "firings": 0,
}


class CreateAlertPayload(CommandPayload):
    """An alert to create."""

    rest_body = "alert"
    model_config = example({"accountId": "DEMO-ACCOUNT", "id": 1, "key": "my-1", "alert": _REQUEST})

    alert: AlertRequest


class ListAlertsPayload(CommandPayload):
    """The account whose alerts to list. `key` has no effect."""

    model_config = example({"accountId": "DEMO-ACCOUNT", "id": 2})


class ListAlertsReply(CommandReply):
    """The alerts of the account, the oldest first."""

    model_config = example({"status": "ok", "id": 2, "message": "Listed", "alerts": [_ALERT]})

    alerts: list[Alert] | None = None


class ChangeAlertPayload(CommandPayload):
    """An alert, and what it waits for from now on. It is active again."""

    rest_body = "alert"
    model_config = example(
        {"accountId": "DEMO-ACCOUNT", "id": 3, "alertId": "alert-1", "alert": _REQUEST}
    )

    alert_id: _AlertId
    alert: AlertRequest


class DeleteAlertPayload(CommandPayload):
    """An alert to delete. One that was deleted before stays deleted."""

    model_config = example({"accountId": "DEMO-ACCOUNT", "id": 4, "alertId": "alert-1"})

    alert_id: _AlertId


class AlertReply(CommandReply):
    """The alert as it is now."""

    model_config = example({"status": "ok", "id": 1, "message": "Created", "alert": _ALERT})

    alert: Alert | None = None
