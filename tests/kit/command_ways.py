"""Commands that are given over the socket and over REST, whose answers are to be the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.kit.server import WsClient
from trading_api.modules.broker.rest_equivalents import equivalent_request, reply_fields
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
        request = equivalent_request(route, payload)
        answer = await self.rest.request(
            request.method,
            PREFIX + request.path,
            params={**request.query, "account_id": payload["accountId"]},
            json=request.body,
            headers={"Idempotency-Key": payload["key"]} if "key" in payload else {},
        )
        body = answer.json()
        if answer.is_success:
            return {"status": "ok", **reply_fields(route, body)}
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
    ("orders.cancel", {"accountId": "A B", "orderId": "order-1"}, "unknown_account"),
]
"""Route, fields of the payload next to `accountId` and `id`, and the code of the answer or `ok`."""
