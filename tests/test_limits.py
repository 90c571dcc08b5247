"""Limits on commands, messages, subscriptions, connections and nesting, on a running server."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from contextlib import AsyncExitStack

import httpx
import pytest
from uvicorn import Server
from websockets.exceptions import InvalidStatus

from tests.kit.server import TIMEOUT_S, connected, serving, until
from tests.kit.signed_tokens import bearer, secured, token
from trading_api.app_factory import create_app
from trading_api.limits.token_bucket import BURST_S
from trading_api.settings import Settings
from trading_api.web.paths import PREFIX

BARS = {"symbol": "AAPL", "resolution": "1"}
ORDER = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 1}


def settings(**changed: object) -> Settings:
    return Settings.model_validate(Settings.defaults().model_dump() | changed)


async def test_the_command_rate_limit_holds_for_each_account() -> None:
    app, _ = create_app(settings(commands_per_s=0.2))
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=f"http://{address}{PREFIX}/broker") as rest,
    ):
        for _ in range(2):
            assert (await rest.post("/orders", json=ORDER)).status_code == 200
        refused = await rest.post("/orders", json=ORDER)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert 1 <= int(refused.headers["Retry-After"]) <= 5
        assert (await rest.post("/orders?account_id=B", json=ORDER)).status_code == 200
        assert (await rest.get("/orders")).status_code == 200, "reading is no command"


async def test_a_connection_over_the_message_rate_limit_is_closed() -> None:
    app, _ = create_app(settings(ws_messages_per_s=1))
    async with serving(app) as address, connected(address) as client:
        for _ in range(BURST_S + 1):
            await client.send("bars.subscribe", BARS)
        assert await client.closed() == (1008, "Too many messages; at most 1 a second")


async def test_subscriptions_over_the_limit_are_answered_with_an_error() -> None:
    app, _ = create_app(settings(ws_subscriptions_max=2))
    async with serving(app) as address, connected(address) as client:
        for resolution in ("1", "5"):
            await client.subscribe("bars", symbol="AAPL", resolution=resolution)
        reply = await client.request("bars.subscribe", BARS | {"resolution": "15"})
        assert (reply["status"], "at most 2" in reply["message"]) == ("error", True)


async def test_a_subscription_counts_once_for_each_of_its_symbols() -> None:
    app, _ = create_app(settings(ws_subscriptions_max=6))
    async with serving(app) as address, connected(address) as client:
        watched = {"symbols": ["AAPL", "AAPL"], "fast_symbols": ["MSFT", "GOOGL"]}
        permuted = {"symbols": ["AAPL"], "fast_symbols": ["GOOGL", "MSFT", "EURUSD"]}
        await client.subscribe("quotes", **watched)
        reply = await client.request("quotes.subscribe", permuted)
        assert (reply["status"], "at most 6" in reply["message"]) == ("error", True)
        for resolution in ("1", "5", "15"):
            await client.subscribe("bars", symbol="AAPL", resolution=resolution)
        full = await client.request("bars.subscribe", BARS | {"resolution": "30"})
        assert full["status"] == "error"
        assert (await client.request("quotes.unsubscribe", watched))["status"] == "ok"
        await client.subscribe("bars", symbol="AAPL", resolution="30")


async def test_websockets_per_address_are_limited_before_the_upgrade() -> None:
    app, _ = create_app(settings(ws_connections_per_address=2))
    async with serving(app) as address:
        async with connected(address), connected(address):
            with pytest.raises(InvalidStatus) as refused:
                await AsyncExitStack().enter_async_context(connected(address))
            assert refused.value.response.status_code == 429
            assert refused.value.response.headers["Retry-After"] == "5"
            other = {"X-Forwarded-For": "127.0.0.9"}
            async with connected(address, additional_headers=other) as client:
                await client.subscribe("bars", **BARS)
        async with connected(address) as client:
            await client.subscribe("bars", **BARS)


async def test_http_connections_per_address_are_limited_without_websockets() -> None:
    app, _ = create_app(settings())
    servers: list[Server] = []
    limited = settings(http_connections_per_address=2)
    async with (
        serving(app, limited, on_server=servers.append) as address,
        asyncio.timeout(TIMEOUT_S),
        AsyncExitStack() as stack,
    ):

        async def opened(source: str = "127.0.0.1") -> tuple[StreamReader, StreamWriter]:
            host, port = address.split(":")
            streams = await asyncio.open_connection(host, port, local_addr=(source, 0))
            stack.callback(streams[1].close)
            return streams

        async def asked(reader: StreamReader, writer: StreamWriter) -> bytes:
            writer.write(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            return await reader.readuntil(b"}")

        asking = await opened()
        assert b" 200 " in await asked(*asking)
        _, silent = await opened()
        refused, _ = await opened()
        answer = await refused.read()
        assert answer.startswith(b"HTTP/1.1 429 ")
        assert b"Retry-After: 5\r\n" in answer
        assert b" 200 " in await asked(*await opened("127.0.0.2"))
        assert b" 200 " in await asked(*asking), "who is there stays"

        silent.close()
        await until(lambda: len(servers[0].server_state.connections) == 2)
        client = await stack.enter_async_context(connected(address))
        await client.subscribe("bars", **BARS)
        assert b" 200 " in await asked(*await opened()), "WebSockets are not counted"
        assert (await (await opened())[0].read()).startswith(b"HTTP/1.1 429 ")


async def test_websockets_per_subject_are_limited_for_both_ways_of_authentication() -> None:
    app, _ = create_app(secured(ws_connections_per_principal=1))
    async with serving(app) as address, connected(address, additional_headers=bearer(token())):
        with pytest.raises(InvalidStatus) as refused:
            await AsyncExitStack().enter_async_context(
                connected(address, additional_headers=bearer(token()))
            )
        assert refused.value.response.status_code == 429
        async with connected(address) as client:
            await client.send("auth", {"token": token()})
            assert (await client.closed())[0] == 1008
        async with connected(address) as client:
            assert (await client.request("auth", {"token": token(sub="b")}))["status"] == "ok"


async def test_json_over_the_nesting_limit_is_rejected() -> None:
    app, _ = create_app(settings(json_depth_max=8))
    deep = "[" * 9 + "]" * 9
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=f"http://{address}{PREFIX}") as rest,
        connected(address) as client,
    ):
        answer = await rest.post(
            "/broker/orders", content=deep, headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "malformed_request")
        await client.connection.send(f'{{"type":"bars.subscribe","payload":{deep}}}')
        assert await client.closed() == (1003, "Could not decode message")
