"""The REST request that does the same as a command about alerts of the WebSocket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trading_api.shared.ws.command_route import RestRequest

_MESSAGES = {"alerts.create": "Created", "alerts.change": "Changed"}


def equivalent_request(route: str, payload: Mapping[str, Any]) -> RestRequest:
    """Return the request for a valid payload of a command route, as it was sent."""
    match route:
        case "alerts.create":
            return RestRequest("POST", "/alerts", payload["alert"])
        case "alerts.list":
            return RestRequest("GET", "/alerts")
        case "alerts.change":
            return RestRequest("PUT", f"/alerts/{payload['alertId']}", payload["alert"])
        case "alerts.delete":
            return RestRequest("DELETE", f"/alerts/{payload['alertId']}")
    raise AssertionError(f"{route} is no command")


def reply_fields(route: str, answer: Any) -> dict[str, Any]:
    """Return the fields of an ok reply for REST's answer to a command."""
    if route == "alerts.list":
        return {"message": "Listed", "alerts": answer}
    if route == "alerts.delete":
        return {"message": answer["message"]}
    return {"message": _MESSAGES[route], "alert": answer}
