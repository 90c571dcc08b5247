"""Commands that are given over the socket and over REST, whose answers are to be the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.kit.server import WsClient
from trading_api.modules.alerts import rest_equivalents as alert_requests
from trading_api.modules.broker import rest_equivalents as broker_requests
from trading_api.relay.command_forwarder import RestEquivalents
from trading_api.web.paths import PREFIX

LIMIT = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 10, "limitPrice": 1}
MARKET = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 10}
LEVERAGE = {"symbol": "EURUSD", "orderType": 2, "side": 1, "leverage": 20}


@dataclass
class TwoWays:
    """A client that gives commands either way."""

    rest: httpx.AsyncClient
    client: WsClient

    async def by_socket(self, route: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Return the reply without its id."""
        reply = await self.client.request(route, {"id": 1} | payload)
        del reply["id"]
        return reply

    async def by_rest(self, route: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Return REST's answer in the form of a reply."""
        equivalents = rest_equivalents(route)
        request = equivalents.equivalent_request(route, payload)
        answer = await self.rest.request(
            request.method,
            PREFIX + request.path,
            params={**request.query, "account_id": payload["accountId"]},
            json=request.body,
            headers={"Idempotency-Key": payload["key"]} if "key" in payload else {},
        )
        body = answer.json()
        if answer.is_success:
            return {"status": "ok", **equivalents.reply_fields(route, body)}
        reply = {"status": "error", "message": body["detail"], "code": body["code"]}
        if wait := answer.headers.get("Retry-After"):
            reply["retryAfter"] = int(wait)
        return reply

    async def orders(self, account_id: str) -> list[dict[str, Any]]:
        query = {"account_id": account_id}
        answer = await self.rest.get(f"{PREFIX}/broker/orders", params=query)
        orders: list[dict[str, Any]] = answer.json()
        return orders

    async def event_kinds(self, account_id: str) -> list[str]:
        query = {"account_id": account_id}
        answer = await self.rest.get(f"{PREFIX}/broker/events", params=query)
        return [event["type"] for event in answer.json()]


def rest_equivalents(route: str) -> RestEquivalents:
    """Return the equivalents of the module whose command it is."""
    return alert_requests if route.startswith("alerts.") else broker_requests


CASES: list[tuple[str, dict[str, Any], str]] = [
    ("orders.place", {"order": LIMIT}, "ok"),
    ("orders.place", {"order": LIMIT, "key": "one"}, "ok"),
    ("orders.place", {"order": LIMIT, "key": "one"}, "ok"),
    ("orders.place", {"order": LIMIT | {"qty": 11}, "key": "one"}, "idempotency_key_reused"),
    ("orders.place", {"order": LIMIT | {"qty": "10"}}, "invalid_request"),
    ("orders.place", {"order": LIMIT | {"duration": {"type": "X"}}}, "invalid_request"),
    ("orders.place", {"order": {"symbol": "AAPL"}}, "invalid_request"),
    ("orders.place", {"order": LIMIT | {"limitPrice": 1.001}}, "price_off_tick"),
    ("orders.place", {"order": LIMIT | {"qty": 0.5}}, "quantity_off_grid"),
    ("orders.place", {"order": LIMIT | {"symbol": "NOPE"}}, "unknown_symbol"),
    ("orders.place", {"order": LIMIT | {"qty": 100_000_000}}, "quantity_too_large"),
    ("orders.place", {"order": MARKET}, "ok"),
    ("orders.preview", {"order": LIMIT}, "ok"),
    ("orders.preview", {"order": LIMIT | {"qty": -1}}, "quantity_not_positive"),
    ("orders.preview", {"order": LIMIT, "key": "two"}, "idempotency_key_not_taken"),
    ("orders.preview", {"order": LIMIT | {"limitPrice": 2}, "orderId": "order-1"}, "ok"),
    ("orders.modify", {"orderId": "order-1", "order": LIMIT | {"limitPrice": 2}}, "ok"),
    ("orders.modify", {"orderId": "order-99", "order": LIMIT}, "order_not_found"),
    ("orders.cancel", {"orderId": "order-1"}, "ok"),
    ("orders.cancel", {"orderId": "order-1"}, "order_not_working"),
    ("orders.cancel-many", {"orderIds": ["order-1", "order-2", "order-99"]}, "ok"),
    ("positions.brackets", {"positionId": "AAPL", "brackets": {"stopLoss": 1}}, "ok"),
    ("positions.brackets", {"positionId": "MSFT", "brackets": {}}, "position_not_found"),
    ("positions.close", {"positionId": "AAPL", "amount": 4}, "ok"),
    ("positions.close", {"positionId": "AAPL", "amount": 0}, "quantity_not_positive"),
    ("positions.reverse", {"positionId": "AAPL"}, "ok"),
    ("positions.close", {"positionId": "AAPL"}, "ok"),
    ("positions.close", {"positionId": "MSFT"}, "position_not_found"),
    ("leverage.set", LEVERAGE, "ok"),
    ("leverage.set", LEVERAGE | {"leverage": 100_000}, "leverage_wrong"),
    ("leverage.set", LEVERAGE | {"symbol": "NOPE"}, "unknown_symbol"),
    ("kill-switch.set", {"on": True, "reason": "wild"}, "ok"),
    ("orders.place", {"order": LIMIT}, "trading_halted"),
    ("orders.preview", {"order": LIMIT}, "trading_halted"),
    ("kill-switch.set", {"on": 1}, "invalid_request"),
    ("kill-switch.set", {"on": True, "reason": "r" * 201}, "invalid_request"),
    ("kill-switch.set", {"on": False, "key": "three"}, "ok"),
    ("kill-switch.set", {"on": False, "key": "three"}, "ok"),
    ("kill-switch.set", {"on": True, "key": "three"}, "idempotency_key_reused"),
    ("orders.cancel", {"accountId": "A B", "orderId": "order-1"}, "unknown_account"),
]
"""Route, fields of the payload next to `accountId` and `id`, and the code of the answer or `ok`."""

ALERT = {"symbol": "AAPL", "condition": "up", "price": 9_000}
ALERT_CASES: list[tuple[str, dict[str, Any], str]] = [
    ("alerts.create", {"alert": ALERT}, "ok"),
    ("alerts.create", {"alert": ALERT, "key": "one"}, "ok"),
    ("alerts.create", {"alert": ALERT, "key": "one"}, "ok"),
    ("alerts.create", {"alert": ALERT | {"price": 1}, "key": "one"}, "idempotency_key_reused"),
    ("alerts.create", {"alert": ALERT | {"symbol": "NOPE"}}, "unknown_symbol"),
    ("alerts.create", {"alert": ALERT | {"price": 0}}, "price_not_positive"),
    ("alerts.create", {"alert": ALERT | {"price": 1e13}}, "price_too_large"),
    ("alerts.create", {"alert": ALERT | {"price": "1"}}, "invalid_request"),
    ("alerts.create", {"alert": ALERT | {"condition": "sideways"}}, "invalid_request"),
    ("alerts.create", {"alert": ALERT | {"frequency": "twice"}}, "invalid_request"),
    ("alerts.create", {"alert": ALERT | {"message": "two\nlines"}}, "invalid_request"),
    ("alerts.create", {"alert": ALERT | {"message": "m" * 501}}, "invalid_request"),
    ("alerts.create", {"alert": ALERT | {"expiresMs": 1}}, "expiry_past"),
    ("alerts.create", {"alert": ALERT | {"expiresMs": 1.5}}, "invalid_request"),
    ("alerts.list", {}, "ok"),
    ("alerts.change", {"alertId": "alert-1", "alert": ALERT | {"price": 8_000}}, "ok"),
    ("alerts.change", {"alertId": "alert-9", "alert": ALERT}, "alert_not_found"),
    ("alerts.delete", {"alertId": "alert-1"}, "ok"),
    ("alerts.delete", {"alertId": "alert-1"}, "ok"),
    ("alerts.delete", {"alertId": "alert-9"}, "alert_not_found"),
    ("alerts.list", {"accountId": "A B"}, "unknown_account"),
]
"""The same for price alerts."""


def without_account(reply: Any) -> Any:
    """Return the reply without what differs between two accounts."""
    if isinstance(reply, list):
        return [without_account(each) for each in reply]
    if isinstance(reply, dict):
        ignored = ("accountId", "createdMs")
        return {name: without_account(each) for name, each in reply.items() if name not in ignored}
    return reply
