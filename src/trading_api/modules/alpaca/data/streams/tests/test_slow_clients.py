"""What clients of one symbol receive over connections that the test fills up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from starlette.types import Message
from starlette.websockets import WebSocket

from trading_api.limits.connection_limiter import ConnectionLimiter, Lease
from trading_api.modules.alpaca.assets import US_EQUITY
from trading_api.modules.alpaca.data.streams.publisher import MarketPublisher
from trading_api.modules.alpaca.data.streams.session import DataSession
from trading_api.modules.alpaca.data.symbols import AssetClassSymbols
from trading_api.modules.alpaca.data.tests.data_server import DataServer, data_server
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.tests.fakes import FakeSource
from trading_api.streaming.frames import texts
from trading_api.streaming.transports import ConnectionHandler

OUTBOX_SIZE = 16


class FullConnection:
    """A connection that accepts frames until the test fills it up."""

    shares_compressed_frames = False

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.handler: ConnectionHandler | None = None
        self.closed: tuple[int, str] | None = None

    def attach(self, handler: ConnectionHandler) -> None:
        self.handler = handler

    def detach(self) -> None:
        self.handler = None

    def write(self, frames: bytes) -> None:
        self.frames.append(frames)

    async def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)

    def messages(self) -> list[dict[str, Any]]:
        return [each for text in texts(b"".join(self.frames)) for each in orjson.loads(text)]


class Client:
    """A session over a connection of the test, in a task of its own."""

    def __init__(self, server: DataServer, publisher: MarketPublisher) -> None:
        self.connection = FullConnection()
        # As many requests as the test sends.
        self._requests: asyncio.Queue[Message] = asyncio.Queue()
        services = server.services
        self._session = DataSession(
            WebSocket({"type": "websocket", "headers": []}, self._requests.get, _never),
            self.connection,
            services.context.settings,
            services.authenticator,
            publisher,
            AssetClassSymbols(services.context.market, [US_EQUITY]),
            ConnectionLimiter(10, "subject"),
            Lease(),
        )
        self.task = asyncio.create_task(self._session.serve())
        self._requests.put_nowait({"type": "websocket.connect"})

    async def send(self, **request: Any) -> None:
        """Send a request, and wait until it is answered."""
        count = len(self.connection.frames)
        text = orjson.dumps(request).decode()
        self._requests.put_nowait({"type": "websocket.receive", "text": text})
        while len(self.connection.frames) == count:  # noqa: ASYNC110, one turn of the loop each
            await asyncio.sleep(0)
        await asyncio.sleep(0)

    def fill_up(self) -> None:
        assert self.connection.handler is not None
        self.connection.handler.pause_writing()


async def _never(_: Message) -> None:
    raise AssertionError("frames leave by the connection")


@asynccontextmanager
async def market() -> AsyncIterator[tuple[FakeSource, Client, Client]]:
    """Yield a market and two of its clients, which are authenticated."""
    source = FakeSource()
    server = data_server(source, ws_outbox_size=OUTBOX_SIZE)
    context = server.services.context
    assert isinstance(context.market, MarketFeed)
    running = asyncio.create_task(context.market.run())
    await source.has_started.wait()
    publisher = MarketPublisher(context.market, context.history)
    clients = Client(server, publisher), Client(server, publisher)
    for client in clients:
        await client.send(action="auth", key="any", secret="any")
    yield source, *clients
    tasks = [running, *(client.task for client in clients)]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_a_client_too_slow_for_its_trades_is_disconnected_alone() -> None:
    async with market() as (source, slow, client):
        for each in (slow, client):
            await each.send(action="subscribe", trades=["FAKE"])
        slow.fill_up()
        before = len(slow.connection.frames)
        for _ in range(OUTBOX_SIZE + 1):
            source.trade(100_00)
        await slow.task
        assert slow.connection.closed is not None
        assert slow.connection.closed[0] == 1013
        (error,) = slow.connection.messages()[before:]
        assert error == {"T": "error", "code": 407, "msg": "slow client"}
        kinds = [each["T"] for each in client.connection.messages()]
        assert kinds.count("t") == OUTBOX_SIZE + 1
        source.trade(100_00)
        assert client.connection.messages()[-1]["T"] == "t"


async def test_a_slow_client_receives_the_latest_quote() -> None:
    async with market() as (source, slow, _):
        await slow.send(action="subscribe", quotes=["FAKE"])
        slow.fill_up()
        for price in range(100_00, 103_00):
            source.trade(price)
        assert slow.connection.handler is not None
        slow.connection.handler.resume_writing()
        quotes = [each for each in slow.connection.messages() if each["T"] == "q"]
        assert len(quotes) <= OUTBOX_SIZE
        assert quotes[-1]["bp"] == 102.98


async def test_clients_of_one_encoding_share_the_bytes_of_an_update() -> None:
    async with market() as (source, first, second):
        for each in (first, second):
            await each.send(action="subscribe", quotes=["FAKE"], trades=["FAKE"])
        source.trade(101_00)
        for number in (-1, -2):
            assert first.connection.frames[number] is second.connection.frames[number]
