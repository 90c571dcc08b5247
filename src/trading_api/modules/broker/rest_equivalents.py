"""The REST request that does the same as a command of the WebSocket.

A gateway forwards commands as requests, so that an account's owner has one way to be reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trading_api.shared.ws.command_route import RestRequest

_BODY_OF_LEVERAGE = ("symbol", "orderType", "side", "leverage")


def equivalent_request(route: str, payload: Mapping[str, Any]) -> RestRequest:
    """Return the request for a valid payload of a command route, as it was sent."""
    order_id, position_id = payload.get("orderId", ""), payload.get("positionId", "")
    match route:
        case "orders.place":
            return RestRequest("POST", "/broker/orders", payload["order"])
        case "orders.preview":
            query = {"order_id": order_id} if order_id else {}
            return RestRequest("POST", "/broker/orders/preview", payload["order"], query)
        case "orders.modify":
            return RestRequest("PUT", f"/broker/orders/{order_id}", payload["order"])
        case "orders.cancel":
            return RestRequest("DELETE", f"/broker/orders/{order_id}")
        case "orders.cancel-many":
            return RestRequest("POST", "/broker/orders/cancel", _part(payload, "orderIds"))
        case "positions.close":
            amount = payload.get("amount")
            query = {} if amount is None else {"amount": repr(amount)}
            return RestRequest("DELETE", f"/broker/positions/{position_id}", query=query)
        case "positions.reverse":
            return RestRequest("POST", f"/broker/positions/{position_id}/reverse")
        case "positions.brackets":
            body = _part(payload, "brackets", "customFields")
            return RestRequest("PUT", f"/broker/positions/{position_id}/brackets", body)
        case "leverage.set":
            return RestRequest("PUT", "/broker/leverage/set", _part(payload, *_BODY_OF_LEVERAGE))
        case "kill-switch.set":
            return RestRequest("PUT", "/broker/kill-switch", _part(payload, "on", "reason"))
    raise AssertionError(f"{route} is no command")


def reply_fields(route: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an ok reply for REST's answer to a command."""
    match route:
        case "orders.place":
            return {"message": "Placed", **answer}
        case "orders.preview":
            return {"message": "Previewed", "preview": answer}
        case "orders.cancel-many":
            return {"message": "Canceled", **answer}
        case "leverage.set":
            return {"message": "Set", **answer}
        case "kill-switch.set":
            return {"message": "Halted" if answer["on"] else "Resumed", **answer}
    return _part(answer, "message", "seq")


def _part(payload: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: payload[name] for name in names if name in payload}
