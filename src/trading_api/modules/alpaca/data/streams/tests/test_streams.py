"""The data streams, over a real connection to a server in the process of the test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.kit.server import TIMEOUT_S, serving, until
from trading_api.modules.alpaca.data.documents import trade_id
from trading_api.modules.alpaca.data.tests.data_server import (
    HEADERS,
    PATH,
    DataServer,
    data_server,
)
from trading_api.modules.alpaca.data.tests.test_bars import text
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.modules.datafeed.tests.fakes import NOON_MS, FakeSource

AUTH = {"action": "auth", "key": "any", "secret": "any"}
CONNECTED = {"T": "success", "msg": "connected"}
AUTHENTICATED = {"T": "success", "msg": "authenticated"}


class StreamClient:
    """A client of a stream, in JSON or MessagePack."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._waiting: list[dict[str, Any]] = []

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def next(self, *kinds: str) -> dict[str, Any]:
        """Return the next message, or the next of some kinds; others are dropped."""
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                while not self._waiting:
                    data = await self.connection.recv()
                    parsed = json.loads(data) if isinstance(data, str) else msgpack.unpackb(data)
                    self._waiting += parsed
                message = self._waiting.pop(0)
                if not kinds or message["T"] in kinds:
                    return message

    async def request(self, **message: Any) -> dict[str, Any]:
        """Return the answer to a message."""
        await self.send(**message)
        return await self.next("subscription", "error", "success")

    async def closed(self) -> int:
        """Return the code with which the server closes."""
        with suppress(ConnectionClosed):
            while True:
                await self.next()
        assert self.connection.close_code is not None
        return self.connection.close_code


@asynccontextmanager
async def stream(
    address: str, path: str = "/v2/iex", *, authenticate: bool = True, **options: Any
) -> AsyncIterator[StreamClient]:
    url = f"ws://{address}{PATH}{path}"
    async with connect(url, max_queue=None, **options) as connection:
        client = StreamClient(connection)
        assert await client.next() == CONNECTED
        if authenticate:
            assert await client.request(**AUTH) == AUTHENTICATED
        yield client


def running(server: DataServer) -> AbstractAsyncContextManager[str]:
    """Run the market and serve the application."""
    return serving(server.app, server.settings)


@asynccontextmanager
async def fake_market(**changed: Any) -> AsyncIterator[tuple[FakeSource, str]]:
    source = FakeSource()
    server = data_server(source, **changed)
    async with running(server) as address:
        await source.has_started.wait()
        yield source, address


async def test_trades_quotes_and_bars_of_a_symbol() -> None:
    async with fake_market() as (source, address), stream(address) as client:
        answer = await client.request(
            action="subscribe", trades=["FAKE"], quotes=["FAKE"], bars=["*"], dailyBars=[]
        )
        assert answer == {
            "T": "subscription",
            "trades": ["FAKE"],
            "quotes": ["FAKE"],
            "bars": ["*"],
            "updatedBars": [],
            "dailyBars": [],
            "statuses": [],
            "lulds": [],
            "corrections": ["FAKE"],
            "cancelErrors": ["FAKE"],
        }
        source.trade(101_00)
        trade, quote = await client.next(), await client.next()
        assert trade == {
            "T": "t",
            "S": "FAKE",
            "t": text(NOON_MS + 1_999),
            "p": 101.0,
            "s": 1.0,
            "i": trade_id(NOON_MS + 1_999, 101.0, 1.0),
            "x": "V",
            "c": ["@"],
            "z": "B",
        }
        assert (quote["T"], quote["bp"], quote["ap"]) == ("q", 100.99, 101.01)
        for number in range(60):
            source.trade(102_00 + number)
        bar = await client.next("b")
        assert (bar["o"], bar["h"], bar["l"], bar["c"], bar["v"]) == (100, 102.57, 100, 102.57, 60)


async def test_a_minute_without_a_successor_comes_by_the_clock() -> None:
    async with fake_market() as (source, address), stream(address) as client:
        await client.request(action="subscribe", bars=["FAKE"])
        for _ in range(61):
            source.pass_time()
        bar = await client.next()
        assert (bar["T"], bar["o"], bar["v"]) == ("b", 100, 1)


async def test_msgpack_has_timestamps_and_the_same_fields() -> None:
    async with fake_market() as (source, address):
        packed_client = stream(address, additional_headers={"Content-Type": "application/msgpack"})
        async with stream(address) as client, packed_client as packed:
            for each in (client, packed):
                await each.request(action="subscribe", quotes=["FAKE"])
            source.trade(101_00)
            quote, packed_quote = await client.next(), await packed.next()
            time = packed_quote["t"].to_datetime()
            assert quote == packed_quote | {"t": time.isoformat().replace("+00:00", "Z")}


async def test_there_is_no_interest_in_a_symbol_without_a_subscriber() -> None:
    server = data_server(FakeSource())
    market = server.services.context.market
    assert isinstance(market, MarketFeed)
    interest = market.interest
    async with running(server) as address, stream(address) as first, stream(address) as second:
        for client in (first, second):
            await client.request(action="subscribe", quotes=["FAKE"], bars=["FAKE"])
        await first.request(action="subscribe", quotes=["FAKE", "*"])
        assert set(interest) == {"FAKE"}
        await first.request(action="unsubscribe", quotes=["FAKE"])
        answer = await first.request(action="unsubscribe", quotes=["*"], bars=["FAKE"])
        assert answer["quotes"] == answer["bars"] == []
        assert sum(interest["FAKE"].counts.values()) == 2
        await second.connection.close()
        await until(lambda: not interest)


async def test_crypto_has_its_own_stream() -> None:
    server = data_server(Simulator(seed=7))
    async with running(server) as address:
        async with stream(address, "/v1beta3/crypto/us") as client:
            answer = await client.request(
                action="subscribe", trades=["BTC/USD", "BTCUSD", "AAPL"], orderbooks=["ETH/USD"]
            )
            assert answer["trades"] == ["BTC/USD"]
            assert answer["orderbooks"] == ["ETH/USD"]
            error = await client.next("error")
            assert error["msg"] == "invalid syntax: unknown symbols BTCUSD, AAPL"
            trade = await client.next("t")
            assert (trade["S"], trade.get("tks") in ("B", "S")) == ("BTC/USD", True)
            book = await client.next("o")
            assert (book["S"], book["r"], len(book["a"]) > 1) == ("ETH/USD", True, True)
            assert (await client.request(action="subscribe", lulds=["*"]))["code"] == 410
        async with stream(address) as client:
            await client.request(action="subscribe", bars=["BTC/USD"])
            assert (await client.next("error"))["code"] == 400


async def test_the_bare_address_has_every_class() -> None:
    server = data_server(Simulator(seed=7))
    headers = {"Content-Type": "application/msgpack"}
    async with (
        running(server) as address,
        stream(address, "", additional_headers=headers) as client,
    ):
        await client.request(action="subscribe", quotes=["BTC/USD", "AAPL"])
        found = {(await client.next("q"))["S"] for _ in range(8)}
        assert found == {"BTC/USD", "AAPL"}


async def test_invalid_requests_get_errors() -> None:
    async with (
        fake_market(ws_subscriptions_max=1) as (_, address),
        stream(address, authenticate=False) as client,
    ):
        answer = await client.request(action="subscribe", trades=["FAKE"])
        assert answer == {"T": "error", "code": 401, "msg": "not authenticated"}
        assert await client.request(**AUTH) == AUTHENTICATED
        assert (await client.request(**AUTH))["code"] == 403
        for text in ("", "{", "[]", '{"action":1}', '{"action":"subscribe"}', "[" * 5_000):
            await client.connection.send(text)
            assert (await client.next())["code"] == 400
        for data in (b"", b"\xc1", b"\x91" * 5_000, msgpack.packb({"action": "dance"})):
            await client.connection.send(data)
            assert (await client.next())["code"] == 400
        packed = msgpack.packb({"action": "subscribe", "trades": ["FAKE"]})
        await client.connection.send(packed[i : i + 7] for i in range(0, len(packed), 7))
        assert (await client.next())["trades"] == ["FAKE"]
        answer = await client.request(action="subscribe", quotes=["FAKE"])
        assert (answer["code"], answer["msg"]) == (405, "symbol limit exceeded")


async def test_headers_authenticate_too() -> None:
    async with (
        fake_market() as (_, address),
        stream(address, authenticate=False, additional_headers=HEADERS) as client,
    ):
        assert await client.next() == AUTHENTICATED


async def test_too_many_connections_are_refused() -> None:
    async with (
        fake_market(ws_connections_per_address=1) as (_, address),
        stream(address),
        connect(f"ws://{address}{PATH}/v2/sip") as connection,
    ):
        client = StreamClient(connection)
        assert (await client.next())["code"] == 406
        assert await client.closed() == 1008


async def test_the_client_learns_of_a_shutdown() -> None:
    source = FakeSource()
    async with running(data_server(source)) as address:
        connection = await connect(f"ws://{address}{PATH}/v2/iex")
        client = StreamClient(connection)
        await client.next()
    assert await client.closed() == 1012


def test_noon_is_the_time_of_the_market() -> None:
    assert FakeSource().now_ms - 1_000 == NOON_MS
