"""The promises of the port, kept by every bus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress

import pytest

from tests.kit.bus_servers import KINDS, BusTestServer, running
from tests.kit.server import until
from trading_api.bus.port import (
    MESSAGE_BYTES_MAX,
    Bus,
    BusUnavailable,
    NoResponder,
    RequestTimeout,
)

TIMEOUT_S = 5.0
Connect = Callable[..., Awaitable[Bus]]


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest) -> Iterator[BusTestServer]:
    with running(request.param) as server:
        yield server


@pytest.fixture
async def connect(server: BusTestServer) -> AsyncIterator[Connect]:
    """Return a started bus for each call, of the prefix given. It is closed after the test."""
    async with AsyncExitStack() as stack:

        async def connected(prefix: str = "test") -> Bus:
            bus = server.bus(prefix)
            await bus.start()
            stack.push_async_callback(bus.close)
            return bus

        yield connected


async def echo(message: bytes) -> bytes:
    return b"echo " + message


async def test_a_message_reaches_every_subscriber_of_its_subject(connect: Connect) -> None:
    first, second = await connect(), await connect()
    received: list[tuple[str, bytes]] = []
    await first.subscribe("market.updates", lambda m: received.append(("first", m)))
    await second.subscribe("market.updates", lambda m: received.append(("second", m)))
    await second.subscribe("gateways", lambda m: received.append(("other subject", m)))
    await first.flush()
    await second.flush()
    first.publish("market.updates", b"\x00one")
    await until(lambda: len(received) == 2)
    assert sorted(received) == [("first", b"\x00one"), ("second", b"\x00one")]


async def test_every_handler_of_one_bus_receives_the_message(connect: Connect) -> None:
    bus = await connect()
    received: list[str] = []
    await bus.subscribe("heartbeats", lambda m: received.append("one"))
    await bus.subscribe("heartbeats", lambda m: received.append("two"))
    await bus.flush()
    bus.publish("heartbeats", b"")
    await until(lambda: len(received) == 2)
    assert sorted(received) == ["one", "two"]


async def test_what_is_published_after_flush_is_received(connect: Connect) -> None:
    publisher, subscriber = await connect(), await connect()
    for number in range(20):
        received: list[bytes] = []
        await subscriber.subscribe(f"gateway.{number}.updates", received.append)
        await subscriber.flush()
        publisher.publish(f"gateway.{number}.updates", b"%d" % number)
        await until(lambda received=received: received != [])  # type: ignore[misc]
        assert received == [b"%d" % number]


async def test_flushes_and_requests_that_are_cancelled_disturb_nothing(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    bus = await connect()
    received: list[bytes] = []
    await bus.subscribe("updates", received.append)
    await bus.serve("shard-0.http", echo)
    await bus.flush()
    for turns in range(5):
        for _ in range(10):
            flush = asyncio.create_task(bus.flush())
            request = asyncio.create_task(bus.request("shard-0.http", b"", TIMEOUT_S))
            for _ in range(turns):
                await asyncio.sleep(0)
            flush.cancel()
            request.cancel()
            await asyncio.gather(flush, request, return_exceptions=True)
    async with asyncio.timeout(1):
        await bus.flush()
        bus.publish("updates", b"1")
        assert await bus.request("shard-0.http", b"2", TIMEOUT_S) == b"echo 2"
        await until(lambda: received == [b"1"])
    assert caplog.messages == []


async def test_messages_of_many_loop_turns_arrive_on_an_undisturbed_bus(connect: Connect) -> None:
    publisher, subscriber = await connect(), await connect()
    received: list[bytes] = []
    await subscriber.subscribe("updates", received.append)
    await subscriber.flush()
    sent = [b"%d" % number for number in range(1_000)]
    for message in sent:
        publisher.publish("updates", message)
        if message.endswith(b"0"):
            await asyncio.sleep(0)
    await publisher.flush()
    await until(lambda: len(received) == len(sent))
    assert received == sent


async def test_nothing_arrives_after_unsubscribe(connect: Connect) -> None:
    bus = await connect()
    received: list[bytes] = []
    kept: list[bytes] = []
    unsubscribe = await bus.subscribe("updates", received.append)
    await bus.subscribe("updates", kept.append)
    await bus.flush()
    bus.publish("updates", b"1")
    await until(lambda: len(received) == 1)
    unsubscribe()
    unsubscribe()
    bus.publish("updates", b"2")
    await until(lambda: len(kept) == 2)
    assert received == [b"1"]


async def test_subscribing_again_after_unsubscribe_receives_again(connect: Connect) -> None:
    bus = await connect()
    received: list[bytes] = []
    for number in range(5):
        unsubscribe = await bus.subscribe("updates", received.append)
        await bus.flush()
        bus.publish("updates", b"%d" % number)
        await until(lambda number=number: len(received) == number + 1)  # type: ignore[misc]
        unsubscribe()
    assert received == [b"0", b"1", b"2", b"3", b"4"]


async def test_a_handler_that_raises_is_logged_and_called_again(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    bus = await connect()
    received: list[bytes] = []

    def failing(message: bytes) -> None:
        received.append(message)
        raise RuntimeError("in the handler")

    await bus.subscribe("updates", failing)
    await bus.flush()
    bus.publish("updates", b"1")
    bus.publish("updates", b"2")
    await until(lambda: len(received) == 2)
    assert [r.getMessage() for r in caplog.records] == ["bus_handler_failed"] * 2


async def test_prefixes_keep_deployments_on_one_server_apart(connect: Connect) -> None:
    ours, theirs = await connect("ours"), await connect("theirs")
    received: list[bytes] = []
    await ours.subscribe("updates", received.append)
    await ours.serve("core.http", echo)
    await ours.flush()
    theirs.publish("updates", b"theirs")
    await theirs.flush()
    with pytest.raises(NoResponder):
        await theirs.request("core.http", b"", TIMEOUT_S)
    ours.publish("updates", b"ours")
    await until(lambda: received != [])
    assert received == [b"ours"]


async def test_a_request_is_answered(connect: Connect) -> None:
    owner, gateway = await connect(), await connect()
    await owner.serve("shard-0.http", echo)
    await owner.flush()
    assert await gateway.request("shard-0.http", b"\x00\xff", TIMEOUT_S) == b"echo \x00\xff"
    assert await owner.request("shard-0.http", b"", TIMEOUT_S) == b"echo "


async def test_requests_are_handled_at_the_same_time(connect: Connect) -> None:
    owner, gateway = await connect(), await connect()
    waiting = 0
    everyone = asyncio.Event()

    async def answer_when_all_wait(message: bytes) -> bytes:
        nonlocal waiting
        waiting += 1
        if waiting == 50:
            everyone.set()
        await everyone.wait()
        return message

    await owner.serve("shard-0.http", answer_when_all_wait)
    await owner.flush()
    sent = [b"%d" % number for number in range(50)]
    requests = [gateway.request("shard-0.http", each, TIMEOUT_S) for each in sent]
    assert await asyncio.gather(*requests) == sent


async def test_a_request_without_a_responder_fails_immediately(connect: Connect) -> None:
    owner, gateway = await connect(), await connect()
    with pytest.raises(NoResponder):
        await gateway.request("shard-0.http", b"", TIMEOUT_S)
    await owner.subscribe("shard-0.http", lambda message: None)
    stop_serving = await owner.serve("shard-0.http", echo)
    await owner.flush()
    assert await gateway.request("shard-0.http", b"", TIMEOUT_S) == b"echo "
    stop_serving()
    await owner.flush()
    with pytest.raises(NoResponder):
        await gateway.request("shard-0.http", b"", TIMEOUT_S)


async def test_requests_during_the_end_of_the_serving_are_answered_or_refused(
    connect: Connect,
) -> None:
    owner, gateway = await connect(), await connect()
    answers: list[bytes] = []

    async def ask(number: int) -> None:
        with suppress(NoResponder):
            answers.append(await gateway.request("shard-0.http", b"%d" % number, TIMEOUT_S))

    for _ in range(10):
        stop_serving = await owner.serve("shard-0.http", echo)
        await owner.flush()
        asking = []
        for number in range(100):
            asking.append(asyncio.create_task(ask(number)))
            if number % 10 == 9:
                await asyncio.sleep(0)
            if number == 50:
                stop_serving()
        await asyncio.gather(*asking)
    assert answers != []


async def test_requests_on_their_way_are_received_before_a_flush_returns(connect: Connect) -> None:
    owner, gateway = await connect(), await connect()
    received: list[bytes] = []

    async def note(message: bytes) -> bytes:
        received.append(message)
        return message

    stop_serving = await owner.serve("shard-0.http", note)
    await owner.flush()
    requests = [
        asyncio.create_task(gateway.request("shard-0.http", b"%d" % number, TIMEOUT_S))
        for number in range(20)
    ]
    await asyncio.sleep(0)
    await gateway.flush()
    stop_serving()
    await owner.flush()
    answered = [await each for each in requests]
    assert sorted(received) == sorted(answered)


async def test_a_request_without_an_answer_times_out(connect: Connect) -> None:
    owner, gateway = await connect(), await connect()
    is_received = asyncio.Event()

    async def never(message: bytes) -> bytes:
        is_received.set()
        await asyncio.Event().wait()
        return b""

    await owner.serve("shard-0.http", never)
    await owner.flush()
    with pytest.raises(RequestTimeout):
        await gateway.request("shard-0.http", b"", 0.05)
    assert is_received.is_set()


async def test_a_request_whose_handler_raises_is_not_answered(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    bus = await connect()

    async def failing(message: bytes) -> bytes:
        raise RuntimeError("in the handler")

    await bus.serve("shard-0.http", failing)
    await bus.flush()
    with pytest.raises(RequestTimeout):
        await bus.request("shard-0.http", b"", 0.05)
    assert "bus_request_failed" in caplog.messages


async def test_the_first_answer_of_several_responders_counts(connect: Connect) -> None:
    fenced, owner, gateway = await connect(), await connect(), await connect()
    received: list[bytes] = []

    async def never(message: bytes) -> bytes:
        received.append(message)
        await asyncio.Event().wait()
        return b""

    await fenced.serve("shard-0.http", never)
    await owner.serve("shard-0.http", echo)
    await fenced.flush()
    await owner.flush()
    assert await gateway.request("shard-0.http", b"1", TIMEOUT_S) == b"echo 1"
    await until(lambda: received == [b"1"])


async def test_the_longest_message_is_carried(connect: Connect) -> None:
    owner, gateway = await connect(), await connect()
    longest = bytes(range(256)) * (MESSAGE_BYTES_MAX // 256)
    longest += bytes(MESSAGE_BYTES_MAX - len(longest))
    received: list[bytes] = []

    async def same(message: bytes) -> bytes:
        return message

    await gateway.subscribe("market.updates", received.append)
    await owner.serve("shard-0.http", same)
    await gateway.flush()
    await owner.flush()
    owner.publish("market.updates", longest)
    assert await gateway.request("shard-0.http", longest, TIMEOUT_S) == longest
    await until(lambda: received == [longest])


async def test_a_message_that_is_too_long_is_not_sent(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    bus = await connect()
    received: list[bytes] = []
    too_long = bytes(MESSAGE_BYTES_MAX + 1)

    async def answer_too_much(message: bytes) -> bytes:
        return too_long

    await bus.subscribe("updates", received.append)
    await bus.serve("shard-0.http", answer_too_much)
    await bus.flush()
    bus.publish("updates", too_long)
    bus.publish("updates", b"1")
    await until(lambda: received == [b"1"])
    assert caplog.messages == ["bus_message_too_long"]
    with pytest.raises(ValueError, match="at most 1000000 bytes"):
        await bus.request("shard-0.http", too_long, TIMEOUT_S)
    with pytest.raises(RequestTimeout):
        await bus.request("shard-0.http", b"", 0.05)
    assert caplog.messages == ["bus_message_too_long"] * 2


async def test_a_closed_bus_publishes_nothing_and_refuses_the_rest(connect: Connect) -> None:
    closed, other = await connect(), await connect()
    received: list[bytes] = []
    cancelled = asyncio.Event()

    async def never(message: bytes) -> bytes:
        received.append(message)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return b""

    await closed.subscribe("updates", received.append)
    await closed.serve("shard-0.http", never)
    await closed.flush()
    assert [closed.is_connected, other.is_connected] == [True, True]
    request = asyncio.create_task(other.request("shard-0.http", b"1", 0.3))
    await until(lambda: received == [b"1"])
    await closed.close()
    await closed.close()
    assert cancelled.is_set()
    assert [closed.is_connected, other.is_connected] == [False, True]
    other.publish("updates", b"2")
    closed.publish("updates", b"3")
    for refused in (
        closed.subscribe("updates", received.append),
        closed.serve("shard-0.http", echo),
        closed.request("shard-0.http", b"", TIMEOUT_S),
        closed.flush(),
    ):
        with pytest.raises(BusUnavailable):
            await refused
    with pytest.raises(RequestTimeout):
        await request
    assert received == [b"1"]
