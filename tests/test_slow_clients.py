"""Clients that do not read, and producers that do not wait."""

import asyncio
import socket
from asyncio import BaseTransport
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import ClassVar

from tests.kit.echo_route import REQUEST, EchoApp, bar
from tests.kit.server import TIMEOUT_S, WsClient, connected, serving, until
from trading_api.server.websocket_protocol import TradingWebSocketProtocol
from trading_api.streaming.outbox import BYTES_MAX

# Long enough a topic for a few hundred frames to fill what the kernel buffers.
LONG = REQUEST | {"symbol": "A" * 4000}


async def test_a_client_that_does_not_read_delays_no_other_and_is_disconnected_with_1013() -> None:
    echo = EchoApp(outbox_size=64)
    async with (
        serving(echo.api_app) as address,
        stuck(address) as stopped,
        connected(address) as reader,
    ):
        await stopped.subscribe("fills", **LONG)
        await reader.subscribe("fills", **LONG)
        stopped.connection.transport.pause_reading()
        for number in range(4000):
            echo.fills.publish(bar(number))
            assert (await reader.update())["payload"]["payload"]["time"] == number
        await until(lambda: len(echo.ws_app.connections) == 1)

        stopped.connection.transport.resume_reading()
        assert (await stopped.closed())[0] == 1013


async def test_a_client_that_never_reads_again_is_dropped_all_the_same() -> None:
    echo = EchoApp(outbox_size=64)
    async with serving(echo.api_app) as address, stuck(address) as stopped:
        await stopped.subscribe("fills", **LONG)
        stopped.connection.transport.pause_reading()
        for number in range(4000):
            echo.fills.publish(bar(number))
            await asyncio.sleep(0)
        await until(lambda: not echo.ws_app.connections)
        assert echo.fills.live == {}
        stopped.connection.transport.abort()


class QuickAbortProtocol(TradingWebSocketProtocol):
    abort_after_s = 0.2
    alive: ClassVar[set["QuickAbortProtocol"]] = set()

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.alive.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.alive.discard(self)


async def test_a_connection_is_dropped_though_its_client_closes_it_and_does_not_read() -> None:
    echo = EchoApp(outbox_size=10_000)
    async with serving(echo.api_app, ws=QuickAbortProtocol) as address, stuck(address) as stopped:
        await _fill_up(echo, stopped)
        stopped.connection.protocol.send_close(1000)
        stopped.connection.send_data()
        await until(lambda: not QuickAbortProtocol.alive)


async def test_a_server_that_stops_does_not_wait_for_a_client_that_does_not_read() -> None:
    echo = EchoApp(outbox_size=10_000)
    async with AsyncExitStack() as clients, asyncio.timeout(TIMEOUT_S / 2):
        async with serving(echo.api_app, ws=QuickAbortProtocol) as address:
            stopped = await clients.enter_async_context(stuck(address))
            await _fill_up(echo, stopped)
        assert not QuickAbortProtocol.alive


async def _fill_up(echo: EchoApp, client: WsClient) -> None:
    """Until the server has bytes that it cannot get rid of."""
    await client.subscribe("fills", **LONG)
    client.connection.transport.pause_reading()
    for number in range(1500):
        echo.fills.publish(bar(number))
        await asyncio.sleep(0)


async def test_an_outbox_is_bounded_in_bytes_too() -> None:
    echo = EchoApp(outbox_size=100_000)
    async with serving(echo.api_app) as address, stuck(address) as stopped:
        await stopped.subscribe("fills", **LONG)
        stopped.connection.transport.pause_reading()
        frames = BYTES_MAX * 3 // 2 // len(LONG["symbol"])
        for number in range(frames):
            echo.fills.publish(bar(number))
            await asyncio.sleep(0)
        await until(lambda: not echo.ws_app.connections)
        stopped.connection.transport.abort()


async def test_a_slow_client_of_a_conflated_topic_stays_and_receives_the_last_value() -> None:
    echo = EchoApp(outbox_size=64)
    async with serving(echo.api_app) as address, stuck(address) as slow:
        await slow.subscribe("bars", **LONG)
        slow.connection.transport.pause_reading()
        for number in range(2000):
            echo.bars.publish(bar(time=number // 100, close=number))
            await asyncio.sleep(0)
        slow.connection.transport.resume_reading()

        last: dict[int, float] = {}
        while 1999 not in last.values():
            received = (await slow.update())["payload"]["payload"]
            assert received["time"] >= max(last, default=0)
            last[received["time"]] = received["close"]
        assert last == {time: time * 100 + 99 for time in range(20)}, "closed bars are complete"


async def test_a_producer_that_waits_for_delivery_loses_nothing_to_a_slow_client() -> None:
    echo = EchoApp(outbox_size=16)
    async with serving(echo.api_app) as address, stuck(address) as slow:
        await slow.subscribe("bars", **LONG)

        async def produce() -> None:
            for number in range(500):
                echo.bars.publish(bar(time=1, close=number))
                await echo.ws_app.wait_delivered()

        producing = asyncio.create_task(produce())
        received = [(await slow.update())["payload"]["payload"]["close"] for _ in range(500)]
        assert received == list(range(500)), "not one was conflated"
        await producing


async def test_a_producer_waits_only_so_long_for_a_client_that_reads_nothing() -> None:
    echo = EchoApp(outbox_size=16, catch_up_s=0.05)
    async with serving(echo.api_app) as address, stuck(address) as stopped:
        await stopped.subscribe("bars", **LONG)
        stopped.connection.transport.pause_reading()
        async with asyncio.timeout(TIMEOUT_S):
            while echo.ws_app.connections:
                echo.bars.publish(bar(time=1))
                await echo.ws_app.wait_delivered()
                await asyncio.sleep(0)
        stopped.connection.transport.resume_reading()
        assert (await stopped.closed())[0] == 1013


async def test_a_burst_larger_than_every_queue_reaches_a_reader_whole_and_kills_no_producer() -> (
    None
):
    echo = EchoApp(outbox_size=20_000)
    async with serving(echo.api_app) as address, connected(address) as reader:
        await reader.subscribe("fills", **REQUEST)
        for number in range(10_000):
            echo.fills.publish(bar(number))
        received = [(await reader.update())["payload"]["payload"]["time"] for _ in range(10_000)]
        assert received == list(range(10_000))


async def test_updates_of_different_routes_arrive_in_the_order_they_were_made() -> None:
    echo = EchoApp(outbox_size=20_000)
    async with serving(echo.api_app) as address, connected(address) as reader:
        await reader.subscribe("fills", **REQUEST)
        await reader.subscribe("bars", **REQUEST)
        for number in range(3000):
            (echo.fills if number % 3 else echo.bars).publish(bar(number))
        received = [(await reader.update())["payload"]["payload"]["time"] for _ in range(3000)]
        assert received == list(range(3000))


async def test_a_client_that_does_not_read_its_replies_is_not_read_from() -> None:
    echo = EchoApp(outbox_size=64)
    async with serving(echo.api_app) as address, stuck(address) as flood:
        flood.connection.transport.pause_reading()
        sending = asyncio.create_task(_request_forever(flood))
        await until(lambda: len(echo.bars.created) > 50)
        created = -1
        while created != len(echo.bars.created):
            created = len(echo.bars.created)
            await asyncio.sleep(0.2)
        assert len(echo.ws_app.connections) == 1
        sending.cancel()
        flood.connection.transport.abort()


async def _request_forever(client: WsClient) -> None:
    for number in range(10_000):
        await client.send("bars.subscribe", LONG | {"resolution": str(number)})


@asynccontextmanager
async def stuck(address: str) -> AsyncIterator[WsClient]:
    """A client with so small a receive buffer that the server soon feels it not reading."""
    host, port = address.split(":")
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, (host, int(port)))
    async with connected(address, sock=sock, close_timeout=0.1) as client:
        yield client
