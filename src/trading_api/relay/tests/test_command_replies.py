"""A forwarded command runs one time, however often its message arrives and is sent again."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from tests.kit.forwarded_requests import (
    ALL_SHARDS,
    SHARDS,
    BrokerRoutes,
    Owners,
    create_admission,
    gateway_app,
    owners,
    rest_of,
)
from tests.kit.paper_exchange import PaperExchange, running
from tests.kit.server import until
from trading_api.auth.principal import Principal
from trading_api.bus.local import LocalBus
from trading_api.clock import running_clock
from trading_api.domain.shards import shard_of, shard_partition
from trading_api.errors import Unavailable
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.observability.metrics import Metrics
from trading_api.observability.readiness import Readiness
from trading_api.relay.command_replies import CommandReplies
from trading_api.relay.http_message import ForwardedRequest, ForwardedResponse
from trading_api.relay.owner_requests import OwnerRequests
from trading_api.relay.request_host import RequestHost, requests_subject
from trading_api.server.application import create_owner_app
from trading_api.settings import Settings

BROKER = "/api/v1/broker"
ORDER = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 10.0}
ACCOUNT = {"account_id": "A"}
PARTITION = shard_partition(shard_of("A", SHARDS))
TRY_S = 0.1


class Gate:
    """The application of an owner. It holds each request, or only the answer, until it opens."""

    def __init__(self, exchange: PaperExchange, *, holds_answers: bool = False) -> None:
        routes = BrokerRoutes(exchange.service)
        settings = Settings.defaults()
        admission = create_admission(settings)
        self._app = create_owner_app(settings, [routes], Metrics(), Readiness(), admission)
        self._holds_answers = holds_answers
        self.is_open = asyncio.Event()
        self.requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.requests += 1
        if not self._holds_answers:
            await self.is_open.wait()
        await self._app(scope, receive, send)
        await self.is_open.wait()


async def host_of(owning: Owners, gate: Gate, **options: Any) -> RequestHost:
    host = RequestHost(await owning.bus(LocalBus), gate, **options)
    for shard in ALL_SHARDS:
        await host.claim(shard_partition(shard), 1)
    return host


async def client_of(owning: Owners, **options: Any) -> httpx.AsyncClient:
    bus = await owning.bus(LocalBus)
    defaults = {"try_timeout_s": TRY_S, "total_timeout_s": 5.0}
    return rest_of(gateway_app(Settings.defaults(), bus, **defaults | options))


async def place(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post(f"{BROKER}/orders", json=ORDER, params=ACCOUNT)


async def order_ids(exchange: PaperExchange) -> list[str]:
    return [each.id for each in await exchange.queries.orders("A")]


def failure(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_a_later_try_gets_the_answer_of_the_first() -> None:
    async with owners() as owning, running() as exchange, await client_of(owning) as client:
        exchange.market.move("AAPL", "99", "100")
        gate = Gate(exchange)
        await host_of(owning, gate)
        placing = asyncio.create_task(place(client))
        await asyncio.sleep(3 * TRY_S)
        gate.is_open.set()
        assert (await placing).json() == {"orderId": "order-1", "seq": 4}
        assert gate.requests == 1


async def test_the_next_owner_repeats_the_answer_of_a_lost_one() -> None:
    """The first owner commits a command, and is lost before it answers."""
    journal = MemoryJournal()
    async with owners() as owning, await client_of(owning) as client:
        async with running(journal) as first:
            first.market.move("AAPL", "99", "100")
            host = await host_of(owning, Gate(first, holds_answers=True), release_s=0.01)
            placing = asyncio.create_task(place(client))
            await until(lambda: first.broker.snapshot("A").seq > 1)
            for shard in ALL_SHARDS:
                await host.release(shard_partition(shard))
        async with running(journal) as second:
            gate = Gate(second)
            gate.is_open.set()
            await host_of(owning, gate)
            assert (await placing).json() == {"orderId": "order-1", "seq": 4}
            assert await order_ids(second) == ["order-1"]


async def test_a_rejected_command_stays_rejected_when_its_message_is_repeated() -> None:
    async with owners() as owning, await client_of(owning) as client:
        owner = await owning.start()
        bus = await owning.bus(LocalBus)
        copies: list[bytes] = []

        async def record(message: bytes) -> bytes:
            copies.append(message)
            await asyncio.Event().wait()
            return b""

        await bus.serve(requests_subject(PARTITION), record)
        rejected = await client.delete(f"{BROKER}/positions/AAPL", params=ACCOUNT)
        assert rejected.status_code == 404
        assert (await place(client)).status_code == 200
        # The same message again, while there is a position that it would close.
        answer = await bus.request(requests_subject(PARTITION), copies[0], 1.0)
        assert rejected.content in answer
        await owner.exchange.client.flush()
        assert [each.qty for each in owner.exchange.queries.positions("A")] == [10.0]


async def test_a_command_that_hangs_does_not_hold_up_the_release_of_its_shard() -> None:
    short = {"total_timeout_s": 0.3}
    async with (
        owners() as owning,
        running() as exchange,
        await client_of(owning, **short) as client,
    ):
        gate = Gate(exchange)
        host = await host_of(owning, gate, release_s=0.02)
        placing = asyncio.create_task(place(client))
        await until(lambda: gate.requests == 1)
        async with asyncio.timeout(1):
            await host.release(PARTITION)
        assert failure(await placing) == (503, "outcome_unknown")
        gate.is_open.set()


async def test_requests_above_the_bound_of_an_owner_are_rejected() -> None:
    async with owners() as owning, running() as exchange, await client_of(owning) as client:
        gate = Gate(exchange)
        await host_of(owning, gate, in_progress_max=2)
        held = [asyncio.create_task(place(client)) for _ in range(2)]
        await until(lambda: gate.requests == 2)
        assert failure(await place(client)) == (503, "overloaded")
        gate.is_open.set()
        await asyncio.gather(*held)


async def test_a_gateway_sends_a_bounded_number_of_requests() -> None:
    """The others wait for their turn; those of another partition do not."""
    other = next(f"B{n}" for n in range(99) if shard_of(f"B{n}", SHARDS) != shard_of("A", SHARDS))
    few = {"in_progress_max": 2, "try_timeout_s": 5.0}
    async with owners() as owning, running() as exchange, await client_of(owning, **few) as client:
        exchange.market.move("AAPL", "99", "100")
        gate = Gate(exchange)
        await host_of(owning, gate)
        placing = [asyncio.create_task(place(client)) for _ in range(4)]
        await until(lambda: gate.requests == 2)
        asking = asyncio.create_task(client.get(f"{BROKER}/orders", params={"account_id": other}))
        await until(lambda: gate.requests == 3)
        await asyncio.sleep(0.05)
        assert gate.requests == 3
        gate.is_open.set()
        answers = await asyncio.gather(asking, *placing)
        assert {each.status_code for each in answers} == {200}


async def test_a_request_that_waits_too_long_for_its_turn_is_rejected() -> None:
    async with owners() as owning:
        bus = await owning.bus(LocalBus)
        await bus.serve(requests_subject(PARTITION), lambda message: asyncio.Future())
        requests = OwnerRequests(bus, 5.0, 5.0, in_progress_max=1)
        held = asyncio.create_task(requests.send(PARTITION, forwarded(1, 1), requests.deadline_s()))
        await asyncio.sleep(0)
        with pytest.raises(Unavailable) as rejected:
            await requests.send(PARTITION, forwarded(2, 1), running_clock().now_s() + 0.05)
        assert rejected.value.code == "overloaded"
        held.cancel()
        await asyncio.wait([held])


def forwarded(command: int, attempt: int) -> ForwardedRequest:
    return ForwardedRequest(
        method="POST",
        scheme="http",
        path="/",
        root_path="",
        query="",
        headers=[],
        principal=Principal.anonymous("A"),
        request_id="",
        client_request_id="",
        command=command,
        attempt=attempt,
    )


async def test_a_later_try_runs_again_after_an_answer_that_nothing_was_done() -> None:
    statuses = iter([503, 429, 200, 404])
    replies = CommandReplies()

    async def handle(request: ForwardedRequest) -> ForwardedResponse:
        return ForwardedResponse(status=next(statuses))

    async def status(attempt: int) -> int:
        return (await replies.run(forwarded(7, attempt), handle)).status

    assert [await status(attempt) for attempt in (1, 1, 2, 1, 3, 4, 1)] == [
        503,
        503,
        429,
        429,
        200,
        200,
        200,
    ]


async def test_the_oldest_responses_are_dropped() -> None:
    ran: list[int] = []
    replies = CommandReplies(responses_max=3, bytes_max=25)

    async def handle(request: ForwardedRequest) -> ForwardedResponse:
        ran.append(request.command)
        return ForwardedResponse(status=200, body=b"x" * 10)

    for command in (1, 2, 1, 2, 3, 3, 2, 1):
        await replies.run(forwarded(command, 1), handle)
    assert ran == [1, 2, 3, 1]
