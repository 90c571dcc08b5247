"""A live account is reached only by its id, a grant and the scope `account:live`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.kit.documents import MESSAGES, OPENAPI
from tests.kit.live_account import LIVE, live_app
from tests.kit.server import connected, serving
from tests.kit.signed_tokens import bearer, secured, token
from trading_api.app_factory import create_app
from trading_api.auth.principal import Scope
from trading_api.web.paths import PREFIX

TOPIC_OPERATIONS = ("subscribe", "unsubscribe", "resume", "update", "response")
OTHER_SCOPES = [scope for scope in Scope if scope is not Scope.ACCOUNT_LIVE]
VALUES = {"account_id": LIVE, "order_id": "order-1", "position_id": "AAPL", "symbol": "AAPL"}
BODIES: dict[str, Any] = {
    "placeOrder": {"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 1},
    "modifyOrder": {"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 1},
    "previewOrder": {"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 1},
    "cancelOrders": {"orderIds": ["order-1"]},
    "editPositionBrackets": {"brackets": {}},
    "setLeverage": {"symbol": "AAPL", "orderType": 2, "side": 1, "leverage": 5},
    "previewLeverage": {"symbol": "AAPL", "orderType": 2, "side": 1, "leverage": 5},
    "deposit": {"amount": 5},
    "withdraw": {"amount": 5},
    "resetAccount": {},
    "putAccount": {"name": "Swing"},
    "settlePosition": {"symbol": "AAPL", "price": 5},
    "setKillSwitch": {"on": False},
    "createAlert": {"symbol": "AAPL", "condition": "up", "price": 9_000},
    "changeAlert": {"symbol": "AAPL", "condition": "up", "price": 9_000},
}
QUERIES = {"leverageInfo": {"symbol": "AAPL", "orderType": "2", "side": "1"}}


def refusal_of(operation_id: str) -> tuple[int, str]:
    """Return the answer for an id of a live account that the server does not have."""
    if operation_id == "putAccount":
        return 422, "account_id_reserved"
    return 404, "unknown_account"


def operations() -> list[tuple[str, str, str]]:
    """Return id, method and path of each operation that is about an account."""
    return [
        (operation["operationId"], method.upper(), path.removeprefix(PREFIX))
        for path, methods in OPENAPI["paths"].items()
        for method, operation in methods.items()
        if any(each["name"] == "account_id" for each in operation.get("parameters", ()))
    ]


@dataclass(frozen=True, slots=True)
class Server:
    address: str
    rest: httpx.AsyncClient

    async def answer(
        self, operation: tuple[str, str, str], account_id: str, headers: dict[str, str]
    ) -> httpx.Response:
        """Return the answer to a valid request about an account."""
        id, method, path = operation
        values = VALUES | {"account_id": account_id, "alert_id": "alert-1"}
        query = QUERIES.get(id, {})
        if "{account_id}" not in path:
            query = query | {"account_id": account_id}
        return await self.rest.request(
            method, path.format(**values), params=query, json=BODIES.get(id), headers=headers
        )


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Server]:
    async with (
        serving(live_app()) as address,
        httpx.AsyncClient(base_url=f"http://{address}{PREFIX}") as rest,
    ):
        yield Server(address, rest)


def test_the_table_has_every_operation_that_takes_a_body() -> None:
    with_body = {
        operation["operationId"]
        for methods in OPENAPI["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation
        and any(each["name"] == "account_id" for each in operation.get("parameters", ()))
    }
    assert with_body == set(BODIES)


@pytest.mark.parametrize("operation", operations(), ids=lambda each: each[0])
async def test_rest_requires_the_scope_of_live_accounts(
    server: Server, operation: tuple[str, str, str]
) -> None:
    granted = (LIVE, "LIVE-2", "live-1", "OWN")
    without = bearer(token(*OTHER_SCOPES, accounts=granted))
    answer = await server.answer(operation, LIVE, without)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert "account:live" in answer.json()["detail"]
    with_it = bearer(token(accounts=granted))
    answer = await server.answer(operation, LIVE, with_it)
    assert answer.json() is not None
    assert answer.status_code < 500
    if answer.is_error:
        assert answer.json()["code"] not in ("insufficient_scope", "unknown_account")
    # Granted and in scope, but no account of this server.
    for other in ("LIVE-2", "live-1", "Live-1", "LIVE-"):
        answer = await server.answer(operation, other, with_it)
        assert (answer.status_code, answer.json()["code"]) == refusal_of(operation[0])
    if operation[0] != "settlePosition":
        foreign = bearer(token(accounts=("OWN",)))
        answer = await server.answer(operation, LIVE, foreign)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_account")


COMMANDS: dict[str, dict[str, Any]] = {
    "orders.place": {"order": BODIES["placeOrder"]},
    "orders.preview": {"order": BODIES["placeOrder"]},
    "orders.modify": {"order": BODIES["placeOrder"], "orderId": "order-1"},
    "orders.cancel": {"orderId": "order-1"},
    "orders.cancel-many": {"orderIds": ["order-1"]},
    "positions.close": {"positionId": "AAPL"},
    "positions.reverse": {"positionId": "AAPL"},
    "positions.brackets": {"positionId": "AAPL", "brackets": {}},
    "leverage.set": BODIES["setLeverage"],
    "kill-switch.set": {"on": False},
    "alerts.create": {"alert": BODIES["createAlert"]},
    "alerts.change": {"alert": BODIES["createAlert"], "alertId": "alert-1"},
    "alerts.delete": {"alertId": "alert-1"},
    "alerts.list": {},
}


def test_the_tables_have_every_route_of_the_socket_that_is_about_an_account() -> None:
    names = [name.rpartition(".") for name in MESSAGES]
    topics = {route for route, _, operation in names if operation == "subscribe"}
    assert topics - MARKET_TOPICS == set(TOPICS)
    commands = {
        f"{route}.{operation}"
        for route, _, operation in names
        if route and operation not in TOPIC_OPERATIONS
    }
    assert commands == set(COMMANDS)


async def test_commands_over_the_socket_require_the_scope(server: Server) -> None:
    without = bearer(token(*OTHER_SCOPES, accounts=(LIVE, "LIVE-2")))
    with_it = bearer(token(accounts=(LIVE, "LIVE-2")))
    async with (
        connected(server.address, additional_headers=without) as refused,
        connected(server.address, additional_headers=with_it) as accepted,
    ):
        for route, payload in COMMANDS.items():
            named = {"id": 1, "accountId": LIVE} | payload
            reply = await refused.request(route, named)
            assert (reply["status"], reply["code"]) == ("error", "insufficient_scope"), route
            reply = await accepted.request(route, named)
            assert reply.get("code") not in ("insufficient_scope", "unknown_account"), route
            reply = await accepted.request(route, named | {"accountId": "LIVE-2"})
            assert (reply["status"], reply["code"]) == ("error", "unknown_account"), route


MARKET_TOPICS = {"replay", "bars", "quotes", "trades", "orderbook"}
TOPICS = (
    "orders",
    "positions",
    "executions",
    "notifications",
    "position-pl",
    "equity",
    "account",
    "broker-connection",
    "alerts",
)


async def test_subscriptions_require_the_scope(server: Server) -> None:
    without = bearer(token(*OTHER_SCOPES, accounts=(LIVE, "LIVE-2")))
    with_it = bearer(token(accounts=(LIVE, "LIVE-2")))
    async with (
        connected(server.address, additional_headers=without) as refused,
        connected(server.address, additional_headers=with_it) as accepted,
    ):
        for route in TOPICS:
            reply = await accepted.request(f"{route}.subscribe", {"accountId": LIVE})
            assert reply["status"] == "ok", reply
            # The topic is open, which helps nobody else.
            reply = await refused.request(f"{route}.subscribe", {"accountId": LIVE})
            assert reply["status"] == "error"
            assert "account:live" in reply["message"]
            reply = await accepted.request(f"{route}.subscribe", {"accountId": "LIVE-2"})
            assert reply["status"] == "error"
            assert "There is no account 'LIVE-2'" in reply["message"]


async def test_a_live_account_is_never_the_default(server: Server) -> None:
    headers = bearer(token(accounts=(LIVE, "OWN")))
    assert (await server.rest.get("/broker/account", headers=headers)).json()["id"] == "OWN"
    answer = await server.rest.get("/broker/account", headers=bearer(token(accounts=(LIVE,))))
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_account")
    assert answer.json()["detail"] == "A live account is used only by its id: name one."


async def test_accounts_show_their_kind_to_those_who_may_use_them(server: Server) -> None:
    async def listed(*scopes: str) -> list[tuple[str, str, str]]:
        headers = bearer(token(*scopes, accounts=(LIVE, "LIVE-2", "OWN")))
        answer = await server.rest.get("/broker/accounts", headers=headers)
        return [(each["id"], each["kind"], each["type"]) for each in answer.json()]

    assert await listed(*OTHER_SCOPES) == [("OWN", "paper", "demo")]
    assert await listed() == [(LIVE, "live", "live"), ("OWN", "paper", "demo")]


async def test_events_show_the_kind_of_their_account(server: Server) -> None:
    headers = bearer(token(accounts=(LIVE, "OWN")))
    for account_id, kind in ((LIVE, "live"), ("OWN", "paper")):
        query = {"account_id": account_id}
        placed = await server.rest.post(
            "/broker/orders", params=query, json=BODIES["placeOrder"], headers=headers
        )
        assert placed.status_code == 200, placed.text
        answer = await server.rest.get("/broker/events", params=query, headers=headers)
        assert {each["accountKind"] for each in answer.json()} == {kind}


async def test_without_a_live_venue_no_live_account_exists_or_is_opened() -> None:
    app, _ = create_app(secured(database_url="memory:"))
    headers = bearer(token(accounts=(LIVE, "OWN")))
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=f"http://{address}{PREFIX}") as rest,
    ):
        server = Server(address, rest)
        for operation in operations():
            answer = await server.answer(operation, LIVE, headers)
            assert (answer.status_code, answer.json()["code"]) == refusal_of(operation[0])
        answer = await rest.get("/broker/accounts", headers=headers)
        assert [each["id"] for each in answer.json()] == ["OWN"]


async def test_the_ticket_offers_what_the_venue_of_the_account_has(server: Server) -> None:
    headers = bearer(token(accounts=(LIVE, "OWN")))

    async def types(path: str, **query: str) -> Any:
        return (await server.rest.get(path, params=query, headers=headers)).json()

    for query, has_stops in (
        ({}, True),
        ({"account_id": "OWN"}, True),
        ({"account_id": LIVE}, False),
    ):
        configuration = await types("/broker/config", **query)
        assert configuration["configFlags"]["supportStopOrders"] is has_stops
        instrument = await types("/broker/instruments/AAPL", **query)
        assert (3 in instrument["allowedOrderTypes"]) is has_stops
