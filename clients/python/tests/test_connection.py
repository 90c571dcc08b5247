"""The connection of the client: when it is opened, refused, and closed."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from clients.python.tests.support.lossy_proxy import lossy_proxy
from tests.kit.server import serving, until
from tests.kit.signed_tokens import secured, token
from tests.kit.stepped_market import stepping
from trading_api.app_factory import create_app
from trading_api_client import (
    AsyncClient,
    ConnectionFailed,
    ConsumerTooSlow,
    Refused,
    Side,
    StreamOptions,
)
from trading_api_client.backoff import Backoff
from trading_api_client.stream.stream import Stream

QUICK = StreamOptions(
    backoff=Backoff(base_s=0.01, max_s=0.05), reply_timeout_s=0.5, idle_timeout_s=0.02, buffer=8
)
BARS = {"symbol": "AAPL", "resolution": "1"}
TOPIC = 'bars:{"resolution":"1","symbol":"AAPL"}'
BAR = {"time": 1, "open": 1, "high": 1, "low": 1, "close": 1, "volume": 1}

Answer = Callable[[ServerConnection, str, dict[str, Any]], Awaitable[None]]


@asynccontextmanager
async def scripted(answer: Answer) -> AsyncIterator[AsyncClient]:
    """Yield a client of a server that answers each message by a function."""

    async def handle(connection: ServerConnection) -> None:
        async for frame in connection:
            message = json.loads(frame)
            await answer(connection, message["type"], message["payload"])

    async with serve(handle, "127.0.0.1", 0) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        async with AsyncClient(url, account="A", stream_options=QUICK) as client:
            yield client


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[str]:
    """The address of a server whose market stands still."""
    async with stepping() as market:
        yield market.address


async def reply(connection: ServerConnection, type_: str, status: str, message: str) -> None:
    payload = {"status": status, "message": message, "topic": TOPIC}
    await connection.send(json.dumps({"type": f"{type_}.response", "payload": payload}))


async def test_the_connection_is_closed_after_the_last_subscription_and_opened_again(
    server: str,
) -> None:
    url = f"http://{server}"
    async with AsyncClient(url, stream_options=QUICK) as client:
        phases: list[str] = []
        end = client.on_socket_state(lambda state: phases.append(state.phase))
        for _ in range(2):
            async with client.bars("AAPL", "1") as bars:
                await bars.next(10)
            await until(lambda: client._streams.state.phase == "idle")
        end()
        assert phases == ["connecting", "connected", "idle"] * 2


async def test_a_token_that_the_server_refuses_ends_the_streams() -> None:
    settings = secured(database_url="memory:")
    api_app, _ = create_app(settings)
    async with serving(api_app, settings) as address:
        url = f"http://{address}"
        async with AsyncClient(url, "not a token", stream_options=QUICK) as client:
            with pytest.raises(Refused) as refused:
                await client.bars("AAPL", "1").synchronized()
            assert refused.value.status == 401
            with pytest.raises(Refused, match="token_invalid"):
                await client.symbols()

        def issuer(*bad: str) -> Callable[[], str]:
            given = iter(bad)
            return lambda: next(given, token(accounts=("A",)))

        async with AsyncClient(url, issuer("bad"), "A", stream_options=QUICK) as client:
            assert await client.positions() == []
        async with AsyncClient(url, issuer("bad", "bad"), "A", stream_options=QUICK) as client:
            await client.bars("AAPL", "1").synchronized()


async def test_a_temporarily_failed_subscription_is_requested_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("trading_api_client.stream.stream_client.SUBSCRIBE_AGAIN_S", 0.01)
    refusals = iter(["The owner does not answer; try again."] * 2)

    async def answer(connection: ServerConnection, type_: str, payload: dict[str, Any]) -> None:
        refusal = next(refusals, None)
        await reply(connection, type_, "error" if refusal else "ok", refusal or "")

    async with scripted(answer) as client:
        await client.bars("AAPL", "1").synchronized()


async def test_a_request_that_closes_the_connection_fails_alone() -> None:
    async def answer(connection: ServerConnection, type_: str, payload: dict[str, Any]) -> None:
        if payload == BARS:
            await reply(connection, type_, "ok", "")
        else:
            await connection.close(1003, "Could not validate payload")

    async with scripted(answer) as client:
        good, bad = client.bars("AAPL", "1"), client.trades("AAPL")
        with pytest.raises(Refused, match="Could not validate payload"):
            await bad.synchronized()
        await good.synchronized()


async def test_a_server_that_does_not_reply_is_replaced() -> None:
    requests = 0

    async def answer(connection: ServerConnection, type_: str, payload: dict[str, Any]) -> None:
        nonlocal requests
        requests += 1
        if requests > 1:
            await reply(connection, type_, "ok", "")

    async with scripted(answer) as client:
        await client.bars("AAPL", "1").synchronized()
        assert requests == 3


async def test_an_invalid_message_is_logged_and_ignored(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def answer(connection: ServerConnection, type_: str, payload: dict[str, Any]) -> None:
        await connection.send("not JSON")
        await connection.send(json.dumps({"type": "new.update", "payload": {}}))
        await connection.send(json.dumps({"type": "bars.update", "payload": {"topic": 1}}))
        await reply(connection, type_, "ok", "")

    with caplog.at_level(logging.ERROR, "trading_api_client"):
        async with scripted(answer) as client:
            await client.bars("AAPL", "1").synchronized()
    own = {each.message for each in caplog.records if each.name == "trading_api_client"}
    assert own == {"message_invalid"}


async def test_a_slow_consumer_receives_the_last_bar_of_each_time() -> None:
    numbers = iter(range(1, 101))  # the server sends them once

    async def answer(connection: ServerConnection, type_: str, payload: dict[str, Any]) -> None:
        await reply(connection, type_, "ok", "")
        for number in numbers:
            data = BAR | {"time": number // 50, "close": number}
            update = {"topic": TOPIC, "payload": data, "ts": number}
            await connection.send(json.dumps({"type": "bars.update", "payload": update}))

    async with scripted(answer) as client, client.bars("AAPL", "1") as bars:
        await until(lambda: any(each.value.data.close == 100 for each in bars._buffer._entries))
        received = [await bars.next(0) for _ in range(len(bars._buffer))]
    assert len(received) <= 8
    assert [(bar.time, bar.close) for bar in received][-3:] == [(0, 49), (1, 99), (2, 100)]


async def test_a_stream_that_is_not_read_ends_when_its_buffer_is_full(server: str) -> None:
    url = f"http://{server}"
    async with AsyncClient(url, account="SLOW", stream_options=QUICK) as client:
        orders = client.order_updates()
        await orders.synchronized()
        for _ in range(5):
            await client.place_order("AAPL", Side.BUY, 1)
        await until(lambda: orders.is_closed)
        for _ in range(8):
            await orders.next(0)
        with pytest.raises(ConsumerTooSlow, match="8 updates were not read"):
            await orders.next(0)


async def test_a_subscription_that_is_closed_ends_those_who_wait_for_it() -> None:
    async def answer(connection: ServerConnection, type_: str, payload: dict[str, Any]) -> None:
        """Answer nothing."""

    async with scripted(answer) as client:
        bars = client.bars("AAPL", "1")
        waiting = asyncio.create_task(bars.synchronized())
        await until(lambda: client._streams.state.phase == "connected")
        bars.close()
        with pytest.raises(ConnectionFailed, match="closed"):
            await waiting
        assert [bar async for bar in bars] == []


def _bars(client: AsyncClient) -> Stream[Any]:
    return client.bars("AAPL", "1")


def _orders(client: AsyncClient) -> Stream[Any]:
    return client.order_updates()


@pytest.mark.parametrize("stream", [_bars, _orders])
async def test_an_outage_is_logged_once_with_its_end(
    server: str, stream: Callable[[AsyncClient], Stream[Any]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "trading_api_client")

    def own() -> list[str]:
        return [each.getMessage() for each in caplog.records if each.name == "trading_api_client"]

    async def more_attempts(before: int) -> None:
        await until(lambda: proxy.connections > before + 3)

    async with lossy_proxy(server) as (proxy, address):
        options = replace(QUICK, reply_timeout_s=10.0)
        url = f"http://{address}"
        async with AsyncClient(url, timeout_s=0.1, stream_options=options) as client:
            for _ in range(2):
                proxy.cut()
                async with stream(client) as updates:
                    await until(lambda: bool(own()))
                    await more_attempts(proxy.connections)
                    assert len(own()) == 1
                    assert own()[0].startswith(f"server_unreachable ws://{address}/api/v1/ws: ")
                caplog.clear()
            async with stream(client) as updates:
                await until(lambda: bool(own()))
                proxy.restore()
                await updates.synchronized()
            assert own()[1:] == [f"server_reachable_again ws://{address}/api/v1/ws"]


async def test_an_outage_is_logged_before_the_request_of_an_account_stream_has_failed(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trading_api_client.stream.streams.WARNING_AFTER_S", 0.01)

    def own() -> list[str]:
        return [each.getMessage() for each in caplog.records if each.name == "trading_api_client"]

    async with AsyncClient("http://127.0.0.1:1", timeout_s=60) as client, client.order_updates():
        await until(lambda: bool(own()))
        reason = "no answer in 0.01 s; the client tries again"
        assert own() == [f"server_unreachable ws://127.0.0.1:1/api/v1/ws: {reason}"]


def test_an_address_without_a_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="does not begin with http"):
        AsyncClient("127.0.0.1:8000")


@pytest.mark.parametrize("rest", ["/api/v1", "/api/v1/", "?a=A", "/api/v1?a=A", "/#top"])
def test_an_address_of_more_than_the_server_is_refused(rest: str) -> None:
    with pytest.raises(ValueError, match=r"pass 'http://127.0.0.1:8000/trading'$"):
        AsyncClient(f"http://127.0.0.1:8000/trading{rest}")
    AsyncClient("http://127.0.0.1:8000/trading/")


async def test_a_symbol_that_is_not_a_string_is_refused() -> None:
    async with AsyncClient("http://127.0.0.1:1") as client:
        names: Any = ["AAPL", "EURUSD"]
        for subscribe in (
            lambda: client.quotes(names),
            lambda: client.quotes(slow=[names]),
            lambda: client.on_quote([names], print),
            lambda: client.bars(names, "1"),
            lambda: client.trades(names),
            lambda: client.on_order_book(names, print),
        ):
            with pytest.raises(TypeError, match=r"A symbol is a str, not .*AAPL"):
                subscribe()


async def test_a_closed_client_fails_new_and_present_streams(server: str) -> None:
    client = AsyncClient(f"http://{server}")
    bars = client.bars("AAPL", "1")
    waiting = asyncio.create_task(anext(client.trades("EURUSD")))
    await bars.synchronized()
    await client.close()
    results = await asyncio.gather(waiting, bars.next(0), bars.next(0), return_exceptions=True)
    assert [str(each) for each in results[-1:]] == ["The client was closed"]
