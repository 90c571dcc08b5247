"""Price alerts where gateways serve the clients of the owner of an account."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from tests.kit.command_ways import ALERT_CASES, TwoWays, without_account
from tests.kit.core_and_gateway import core_and_gateway
from tests.kit.server import TIMEOUT_S, WsClient, connected

TICK = 0.01


async def test_alerts_are_answered_by_the_core_as_rest_answers_them() -> None:
    async with (
        core_and_gateway() as address,
        connected(address) as client,
        httpx.AsyncClient(base_url=f"http://{address}") as http,
    ):
        ways = TwoWays(http, client)
        for route, fields, code in ALERT_CASES:
            by_socket = await ways.by_socket(route, {"accountId": "SOCKET"} | fields)
            by_rest = await ways.by_rest(route, {"accountId": "REST"} | fields)
            assert without_account(by_socket) == without_account(by_rest)
            assert by_socket.get("code", "ok") == code, (route, fields)


async def test_a_firing_reaches_the_clients_of_a_gateway_and_the_events_of_the_account() -> None:
    async with (
        core_and_gateway() as address,
        connected(address) as client,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1", params={"account_id": "A"}) as http,
    ):
        await client.subscribe("alerts", accountId="A")
        # The market moves on its own, so alerts are made around the price until one fires. The
        # price of a share may stand still for a minute. That of BTCUSD does not.
        async with asyncio.timeout(5 * TIMEOUT_S):
            while (fired := await next_fired(client)) is None:
                await create_around_the_price(http)
        assert (await http.get(f"/alerts/{fired['id']}")).json() == fired
        events = (await http.get("/broker/events")).json()
        assert "notificationRaised" in [each["type"] for each in events]


async def create_around_the_price(http: httpx.AsyncClient) -> None:
    quotes = await http.post("/datafeed/quotes", json={"symbols": ["BTCUSD"]})
    price = quotes.json()[0]["v"]["lp"]
    for step in (-TICK, TICK):
        wanted = {"symbol": "BTCUSD", "condition": "either", "price": round(price + step, 2)}
        assert (await http.post("/alerts", json=wanted)).status_code in (200, 409)


async def next_fired(client: WsClient) -> dict[str, Any] | None:
    """Return the next alert that has fired, or None if there is none for a while."""
    try:
        async with asyncio.timeout(1):
            while True:
                alert: dict[str, Any] = (await client.update("alerts"))["payload"]["payload"]
                if alert["status"] == "fired":
                    return alert
    except TimeoutError:
        return None
