"""A core and a gateway, each with its own connection to one bus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.kit.command_ways import CASES, MARKET, TwoWays
from tests.kit.core_and_gateway import core_and_gateway, scalable_settings
from tests.kit.msgpack_client import msgpack_connected
from tests.kit.server import connected
from tests.kit.wire_models import UPDATE_MODELS_BY_ROUTE
from trading_api.auth.tokens import issue_token
from trading_api.errors import ConfigurationError
from trading_api.roles.partition_claims import OwnerRole
from trading_api.roles.scalable_settings import check_scalable

SECRET = "a secret of the tests, of thirty-two bytes"
PREVIEWS_MAX = 20
ORDER = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 1}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def address(anyio_backend: str) -> AsyncIterator[str]:
    """A gateway and its core, for tests that use accounts of their own."""
    async with core_and_gateway() as of_gateway:
        yield of_gateway


async def test_an_order_reaches_the_core_and_its_updates_every_client() -> None:
    async with (
        core_and_gateway() as address,
        connected(address) as first,
        connected(address) as second,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1/broker") as http,
    ):
        await first.subscribe("orders", accountId="A")
        response = await http.post(
            "/orders?account_id=A", json=ORDER, headers={"X-Request-Id": "my-order"}
        )
        assert response.status_code == 200
        update = (await first.update("orders"))["payload"]
        assert update["payload"]["id"] == response.json()["orderId"]
        assert update["request_id"] == "my-order"
        await second.subscribe("orders", accountId="A")
        state = (await second.update("orders"))["payload"]
        assert state["payload"] == update["payload"]
        accounts = (await http.get("/accounts")).json()
        assert [account["id"] for account in accounts] == ["A", "DEMO-ACCOUNT"]


async def test_the_performance_of_an_account_is_that_of_the_core(address: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}/api/v1/broker") as http:
        account = {"account_id": "PERFORMANCE"}
        for side in (1, -1):
            order = {"symbol": "AAPL", "type": 2, "side": side, "qty": 1}
            assert (await http.post("/orders", params=account, json=order)).is_success
        equity = (await http.get("/performance/equity", params=account)).json()
        assert equity["valuation"] == "dailyClose"
        (trade,) = (await http.get("/performance/trades", params=account)).json()
        statistics = (await http.get("/performance/statistics", params=account)).json()
        assert statistics["total"]["netProfit"] == trade["netProfit"]
        assert statistics["equity"] == equity["points"][-1]["equity"]


@pytest.mark.parametrize("mode", ["shared", "context"])
async def test_a_gateway_compresses_what_the_core_publishes(mode: str) -> None:
    models = UPDATE_MODELS_BY_ROUTE
    async with (
        core_and_gateway(ws_compression=mode) as address,
        connected(address, compression=None) as plain,
        connected(address) as deflated,
        msgpack_connected(address, models) as packed,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1/broker") as http,
    ):
        assert deflated.connection.protocol.extensions
        assert packed.connection.protocol.extensions
        for client in (plain, deflated, packed):
            await client.subscribe("orders", accountId="A")
        for _ in range(5):
            assert (await http.post("/orders?account_id=A", json=ORDER)).is_success
        for _ in range(5):
            update = await plain.update("orders")
            assert await deflated.update("orders") == update == await packed.update("orders")


async def test_commands_of_sockets_are_answered_by_the_core_as_those_of_rest_are(
    address: str,
) -> None:
    async with (
        connected(address) as client,
        httpx.AsyncClient(base_url=f"http://{address}") as http,
    ):
        ways = TwoWays(http, client)
        for route, fields, _ in CASES:
            if route.startswith("positions") or fields.get("order") == MARKET:
                continue  # a market order fills at the price of its moment
            by_socket, by_rest = await both_ways(ways, route, fields)
            # A preview shows the price of its moment, so the market must not move in between.
            for _ in range(PREVIEWS_MAX):
                if route == "orders.preview" and by_socket != by_rest:
                    by_socket, by_rest = await both_ways_at_once(ways, route, fields)
            assert by_socket == by_rest
        kinds = [await ways.event_kinds(account) for account in ("SOCKET", "REST")]
        assert len(kinds[0]) > 10


async def both_ways(
    ways: TwoWays, route: str, fields: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    by_socket = await ways.by_socket(route, {"accountId": "SOCKET"} | fields)
    return by_socket, await ways.by_rest(route, {"accountId": "REST"} | fields)


async def both_ways_at_once(
    ways: TwoWays, route: str, fields: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    return await asyncio.gather(
        ways.by_socket(route, {"accountId": "SOCKET"} | fields),
        ways.by_rest(route, {"accountId": "REST"} | fields),
    )


async def test_commands_of_one_session_and_account_reach_the_core_in_their_order(
    address: str,
) -> None:
    async with (
        connected(address) as client,
        httpx.AsyncClient(base_url=f"http://{address}") as http,
    ):
        for number in range(50):
            payload = {"accountId": "IN-ORDER", "id": number, "order": ORDER | {"qty": number + 1}}
            await client.send("orders.place", payload)
        replies = [(await client.receive())["payload"] for _ in range(50)]
        assert [reply["id"] for reply in replies] == list(range(50))
        placed = {
            order["id"]: order["qty"] for order in await TwoWays(http, client).orders("IN-ORDER")
        }
        assert placed == {f"order-{number}": number for number in range(1, 51)}


async def test_a_gateway_answers_history_and_streams_the_market(address: str) -> None:
    async with (
        connected(address) as client,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1/datafeed") as http,
    ):
        await client.subscribe("bars", symbol="AAPL", resolution="1")
        streamed = (await client.update("bars"))["payload"]["payload"]
        window = {"from_time": streamed["time"], "to_time": streamed["time"] + 60_000}
        answer = await http.get("/bars", params={"symbol": "AAPL", "resolution": "1"} | window)
        assert answer.json()["bars"][-1]["open"] == streamed["open"]


async def test_a_gateway_authenticates_and_the_core_authorizes() -> None:
    claims = {"sub": "trader", "accounts": ["A"], "exp": 4_000_000_000}
    reader = issue_token(SECRET, claims | {"scope": "account:read market:read"})
    trader = issue_token(SECRET, claims | {"scope": "account:read account:trade"})
    async with (
        core_and_gateway(auth_mode="secret", auth_secret=SECRET) as address,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1/broker") as http,
    ):
        found = []
        for token, account in ((None, "A"), (reader, "A"), (trader, "B"), (trader, "A")):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            response = await http.post(f"/orders?account_id={account}", json=ORDER, headers=headers)
            found.append((response.status_code, response.json().get("code")))
        assert found == [
            (401, "token_missing"),
            (403, "insufficient_scope"),
            (404, "unknown_account"),
            (200, None),
        ]


@pytest.mark.parametrize(
    ("role", "changed", "reason"),
    [
        ("broker", {}, "The role broker needs PostgreSQL"),
        ("market", {"database_url": "sqlite:///var/trading.db"}, "market needs PostgreSQL"),
        ("core", {"datafeed_clock": "step"}, "DATAFEED_CLOCK=step"),
        ("core", {"datafeed_source": "ccxt"}, "DATAFEED_SOURCE=ccxt needs one process"),
        ("core", {"enabled_modules": "all,mcp"}, "the module mcp needs a single process"),
    ],
)
def test_settings_that_several_processes_cannot_have_are_refused(
    role: OwnerRole, changed: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        check_scalable(scalable_settings(**changed), role)
