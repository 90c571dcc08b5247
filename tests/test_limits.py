"""What one caller may have of anything, and what they are told beyond it."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from asyncio import StreamReader, StreamWriter
from contextlib import AsyncExitStack
from hashlib import sha256

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import HTMLResponse
from uvicorn import Server
from websockets.exceptions import InvalidStatus

from tests.kit.server import TIMEOUT_S, connected, serving, until
from tests.kit.signed_tokens import bearer, secured, token
from trading_api.app_factory import create_app
from trading_api.errors import TooManyRequests
from trading_api.limits import BUCKETS_MAX, BURST_S, Bucket, CommandRates, is_nested_deeper
from trading_api.settings import Settings
from trading_api.web.middleware.security_headers import SecurityHeadersMiddleware
from trading_api.web.paths import PREFIX

BARS = {"symbol": "AAPL", "resolution": "1"}
ORDER = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 1}


def settings(**changed: object) -> Settings:
    return Settings.model_validate(Settings.defaults().model_dump() | changed)


async def test_commands_of_an_account_are_limited_and_those_of_others_are_not() -> None:
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


async def test_a_client_with_too_many_messages_is_closed() -> None:
    app, _ = create_app(settings(ws_messages_per_s=1))
    async with serving(app) as address, connected(address) as client:
        for _ in range(BURST_S + 1):
            await client.send("bars.subscribe", BARS)
        assert await client.closed() == (1008, "Too many messages; at most 1 a second")


async def test_subscriptions_beyond_the_limit_are_answered_with_an_error() -> None:
    app, _ = create_app(settings(ws_subscriptions_max=2))
    async with serving(app) as address, connected(address) as client:
        for resolution in ("1", "5"):
            await client.subscribe("bars", symbol="AAPL", resolution=resolution)
        reply = await client.request("bars.subscribe", BARS | {"resolution": "15"})
        assert (reply["status"], "at most 2" in reply["message"]) == ("error", True)


async def test_connections_of_an_address_are_limited_before_the_upgrade() -> None:
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


async def test_http_connections_of_an_address_are_limited_and_those_of_others_are_not() -> None:
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


async def test_connections_of_a_principal_are_limited_however_it_says_who_it_is() -> None:
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


async def test_what_is_nested_too_deep_is_refused() -> None:
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


NESTED = st.recursive(
    st.none() | st.text(alphabet='[]{}"\\a'),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text('[{"\\'), inner, max_size=3),
)


def depth_of(value: object) -> int:
    """The slow twin."""
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@given(NESTED, st.integers(0, 6))
def test_depth_is_counted_without_parsing(value: object, depth_max: int) -> None:
    assert is_nested_deeper(json.dumps(value), depth_max) is (depth_of(value) > depth_max)


def test_a_string_that_never_ends_hides_all_that_follows_and_is_gone_through_once() -> None:
    assert not is_nested_deeper('["' + "[" * 200, 128)
    # Gone through anew from each quotation mark, this takes ten seconds, in which nobody is served.
    assert is_nested_deeper("[" * 129 + '"' + '\\"' * 32_000, 128)


@given(st.floats(0.1, 100), st.lists(st.floats(0, 20), max_size=60))
def test_a_bucket_gives_no_more_than_its_rate_and_one_burst(
    per_s: float, pauses: list[float]
) -> None:
    now_s = 0.0
    bucket = Bucket(per_s, lambda: now_s)
    taken = 0
    for pause_s in pauses:
        now_s += pause_s
        wait_s = bucket.take()
        taken += not wait_s
        if wait_s:
            now_s += wait_s + 1e-6
            assert bucket.take() == 0
            taken += 1
        assert taken <= per_s * (BURST_S + now_s) + 1e-6


def test_rates_of_many_accounts_take_bounded_memory() -> None:
    rates = CommandRates(per_s=0.1, clock_s=lambda: 0.0)
    for number in range(BUCKETS_MAX + 10):
        rates.spend(f"A{number}")
    assert len(rates._buckets) == BUCKETS_MAX
    with pytest.raises(TooManyRequests):
        rates.spend(f"A{BUCKETS_MAX}")


@pytest.mark.parametrize("path", ["/api/v1/docs", "/api/v1/ws/asyncapi", "/api/v1/health", "/no"])
async def test_answers_carry_the_headers_that_keep_browsers_safe(path: str) -> None:
    transport = httpx.ASGITransport(create_app(Settings.defaults())[0])
    async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as rest:
        answer = await rest.get(path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    script = policy.partition("script-src")[2].partition(";")[0]
    assert "unsafe" not in script
    assert len(answer.content) == int(answer.headers["Content-Length"])
    for inline in re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL):
        digest = base64.b64encode(sha256(inline.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in script
    if answer.headers["Content-Type"] == "application/json":
        assert answer.headers["Cache-Control"] == "no-store"


async def test_a_page_with_a_policy_of_its_own_keeps_it() -> None:
    page = HTMLResponse("<p>", headers={"Content-Security-Policy": "default-src 'none'"})
    transport = httpx.ASGITransport(SecurityHeadersMiddleware(page))
    async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as rest:
        answer = await rest.get("/")
    assert answer.headers.get_list("Content-Security-Policy") == ["default-src 'none'"]
    assert answer.headers["X-Frame-Options"] == "DENY"
