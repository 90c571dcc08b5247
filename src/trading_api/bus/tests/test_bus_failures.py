"""What is left of the promises while the server is away, stalled, or disconnects a slow client."""

from __future__ import annotations

import asyncio
import sys
import threading
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager

import pytest

from tests.kit.bus_servers import KINDS, BusTestServer, ServerProgram, running
from tests.kit.server import until
from trading_api.bus.outgoing_queue import OUTGOING_BYTES_MAX
from trading_api.bus.port import Bus, BusUnavailable, RequestTimeout

_IS_WRITELINES_UNBOUNDED = (3, 12) <= sys.version_info < (3, 12, 9) or (
    (3, 13) <= sys.version_info < (3, 13, 2)
)
TIMEOUT_S = 5.0
BLOCKED_S_MAX = 60.0
LARGE = 100_000
SMALL = 10_000
"""Valkey does not copy, nor count in a client's buffer, what is longer than 16 KB."""
Connect = Callable[[], Awaitable[Bus]]


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest) -> Iterator[BusTestServer]:
    with running(request.param) as server:
        yield server


@pytest.fixture(scope="module", params=[kind for kind in KINDS if kind != "local"])
def program(request: pytest.FixtureRequest) -> Iterator[ServerProgram]:
    with running(request.param) as server:
        assert isinstance(server, ServerProgram)
        yield server


async def connected(stack: AsyncExitStack, server: BusTestServer) -> Bus:
    bus = server.bus()
    await bus.start()
    stack.push_async_callback(bus.close)
    return bus


@pytest.fixture
async def bus(server: BusTestServer) -> AsyncIterator[Bus]:
    async with AsyncExitStack() as stack:
        yield await connected(stack, server)


@contextmanager
def memory_growth_below(bytes_max: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        yield
        assert tracemalloc.get_traced_memory()[0] - before < bytes_max
    finally:
        tracemalloc.stop()


async def echo(message: bytes) -> bytes:
    return b"echo " + message


async def publish_until(bus: Bus, condition: Callable[[], bool]) -> None:
    """Publish `ready` on `updates` again and again, since each may be lost."""

    def is_reached() -> bool:
        bus.publish("updates", b"ready")
        return condition()

    await until(is_reached)


async def test_subscriptions_continue_after_the_server_was_killed_and_started_again(
    bus: Bus, server: BusTestServer
) -> None:
    received: list[bytes] = []
    reconnects: list[int] = []
    bus.on_reconnect(lambda: reconnects.append(1))
    await bus.subscribe("updates", received.append)
    await bus.serve("shard-0.http", echo)
    await bus.flush()
    server.kill()
    await until(lambda: not bus.is_connected)
    bus.publish("updates", b"lost")
    for refused in (
        bus.subscribe("updates", received.append),
        bus.serve("shard-0.http", echo),
        bus.request("shard-0.http", b"", TIMEOUT_S),
        bus.flush(),
    ):
        with pytest.raises(BusUnavailable):
            await refused
    assert reconnects == []
    server.start()
    await until(lambda: reconnects == [1])
    assert bus.is_connected
    await bus.flush()
    bus.publish("updates", b"1")
    assert await bus.request("shard-0.http", b"2", TIMEOUT_S) == b"echo 2"
    await until(lambda: received == [b"1"])


async def test_what_ends_while_the_server_is_away_does_not_return(
    bus: Bus, server: BusTestServer
) -> None:
    received: list[bytes] = []
    kept: list[bytes] = []
    unsubscribe = await bus.subscribe("updates", received.append)
    await bus.subscribe("updates", kept.append)
    await bus.flush()
    server.kill()
    await until(lambda: not bus.is_connected)
    unsubscribe()
    server.start()
    await publish_until(bus, lambda: kept != [])
    assert received == []


async def test_a_request_that_the_server_took_with_it_times_out(
    bus: Bus, server: BusTestServer
) -> None:
    is_handling = asyncio.Event()

    async def never(message: bytes) -> bytes:
        is_handling.set()
        await asyncio.Event().wait()
        return b""

    await bus.serve("shard-0.http", never)
    await bus.flush()
    request = asyncio.create_task(bus.request("shard-0.http", b"", 0.3))
    await is_handling.wait()
    server.kill()
    with pytest.raises(RequestTimeout):
        await request
    server.start()


async def test_publishing_without_a_server_neither_raises_nor_grows(
    bus: Bus, server: BusTestServer
) -> None:
    server.kill()
    with memory_growth_below(OUTGOING_BYTES_MAX // 2):
        await until(lambda: not bus.is_connected)
        for _ in range(50):
            for _ in range(20):
                bus.publish("updates", bytes(LARGE))
            await asyncio.sleep(0)
    server.start()
    await until(lambda: bus.is_connected)


async def test_closing_without_a_server_does_not_raise(server: BusTestServer) -> None:
    async with AsyncExitStack() as stack:
        bus = await connected(stack, server)
        server.kill()
        await bus.close()
    server.start()


async def test_publishing_to_a_stalled_server_is_bounded_and_goes_on_later(
    program: ServerProgram,
) -> None:
    if program.kind == "nats" and _IS_WRITELINES_UNBOUNDED:
        pytest.skip("this Python buffers without a bound what nats-py writes (CVE-2024-12254)")
    async with AsyncExitStack() as stack:
        publisher, subscriber = await connected(stack, program), await connected(stack, program)
        received: list[int] = []
        await subscriber.subscribe("updates", lambda message: received.append(len(message)))
        await subscriber.flush()
        program.pause()
        try:
            with memory_growth_below(2 * OUTGOING_BYTES_MAX):
                for _ in range(100):
                    for _ in range(10):
                        publisher.publish("updates", bytes(LARGE))
                    await asyncio.sleep(0)
        finally:
            program.resume()
        await publish_until(publisher, lambda: len(b"ready") in received)
        assert received.count(LARGE) < 1_000


class Subscriber(threading.Thread):
    """A process's subscription, on a loop of its own that the test can block."""

    def __init__(self, server: ServerProgram) -> None:
        super().__init__()
        self._server = server
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_over: asyncio.Event | None = None
        self.is_ready = threading.Event()
        self.go_on = threading.Event()
        self.received: list[bytes] = []
        self.reconnects = 0

    def run(self) -> None:
        asyncio.run(self._subscribe())

    def stop(self) -> None:
        self.go_on.set()
        if self._loop is not None and self._is_over is not None:
            self._loop.call_soon_threadsafe(self._is_over.set)
        self.join()

    async def _subscribe(self) -> None:
        self._loop, self._is_over = asyncio.get_running_loop(), asyncio.Event()
        async with AsyncExitStack() as stack:
            bus = await connected(stack, self._server)
            bus.on_reconnect(self._count_reconnect)
            await bus.subscribe("updates", self._receive)
            await bus.flush()
            self.is_ready.set()
            await self._is_over.wait()

    def _receive(self, message: bytes) -> None:
        self.go_on.wait(BLOCKED_S_MAX)
        self.received.append(message[:5])

    def _count_reconnect(self) -> None:
        self.reconnects += 1


async def test_a_subscriber_that_does_not_read_is_disconnected_and_recovers(
    program: ServerProgram,
) -> None:
    length = SMALL if program.kind == "valkey" else LARGE
    subscriber = Subscriber(program)
    subscriber.start()
    try:
        await until(subscriber.is_ready.is_set)
        async with AsyncExitStack() as stack:
            publisher = await connected(stack, program)
            with memory_growth_below(2 * OUTGOING_BYTES_MAX):
                for _ in range(60):  # more than the sockets and the server keep together
                    for _ in range(1_000_000 // length):
                        publisher.publish("updates", bytes(length))
                    await publisher.flush()
            subscriber.go_on.set()
            await until(lambda: subscriber.reconnects > 0)
            await publish_until(publisher, lambda: b"ready" in subscriber.received)
            assert len(subscriber.received) < 60_000_000 // length
    finally:
        subscriber.stop()
