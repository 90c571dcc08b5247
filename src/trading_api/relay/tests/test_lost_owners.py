"""A request whose owner is lost, silent or slow is tried again, and a command runs one time."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from tests.kit.faulty_bus import FaultShares, FaultyBus
from tests.kit.relayed_requests import SHARDS, TOTAL_S, TRY_S, Exchange, Relay, relayed
from tests.kit.server import until
from trading_api.domain.shards import shard_of, shard_partition
from trading_api.errors import Unavailable
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.settings import Settings
from trading_api.web.error_responses import send_error

ORDER = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 10.0}
ACCOUNT = {"account_id": "A"}
PARTITION = shard_partition(shard_of("A", SHARDS))


class Gate:
    """An application that passes requests on, holds them, or answers with an error."""

    def __init__(self, exchange: Exchange) -> None:
        self._app = exchange.owner_app()
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.holds_answers = False
        self.error: Unavailable | None = None
        self.requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.requests += 1
        if self.error is not None:
            await send_error(self.error, scope, receive, send)
            return
        if not self.holds_answers:
            await self.is_open.wait()
        await self._app(scope, receive, send)
        await self.is_open.wait()


async def place(client: httpx.AsyncClient, key: str | None = None) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return await client.post("/orders", json=ORDER, params=ACCOUNT, headers=headers)


async def orders(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await client.get("/orders", params=ACCOUNT)
    assert answer.status_code == 200, answer.text
    placed: list[dict[str, Any]] = answer.json()
    return placed


def failed(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_without_an_owner_nothing_is_done() -> None:
    async with relayed() as relay:
        client = await relay.gateway()
        for answer in (await place(client), await client.get("/orders", params=ACCOUNT)):
            assert failed(answer) == (503, "owner_unavailable")
            relay.hub.stop()
        assert failed(await place(client)) == (503, "owner_unavailable")


async def test_a_request_waits_for_the_next_owner() -> None:
    exchange = Exchange(Settings.defaults())
    async with relayed() as relay, exchange.running():
        client = await relay.gateway()
        placing = asyncio.create_task(place(client))
        await asyncio.sleep(0.05)
        await relay.host(exchange.owner_app())
        assert (await placing).status_code == 200
        assert len(await orders(client)) == 1


@pytest.mark.parametrize("key", [None, "mine"])
async def test_a_hanging_owner_leaves_the_outcome_unknown(key: str | None) -> None:
    exchange = Exchange(Settings.defaults())
    async with relayed() as relay, exchange.running():
        gate = Gate(exchange)
        await relay.host(gate)
        client = await relay.gateway()
        gate.is_open.clear()
        started_s = asyncio.get_running_loop().time()
        answer = await place(client, key)
        assert asyncio.get_running_loop().time() - started_s < 2 * TOTAL_S
        assert failed(answer) == (503, "outcome_unknown")
        named = answer.json()["detail"].rpartition(": ")[2]
        assert named == (key or named)
        assert gate.requests == 1
        assert failed(await client.get("/orders", params=ACCOUNT)) == (503, "owner_unavailable")
        gate.is_open.set()
        assert (await place(client, named)).json() == {"orderId": "order-1"}
        assert len(await orders(client)) == 1


async def test_a_later_try_gets_the_answer_of_the_first() -> None:
    exchange = Exchange(Settings.defaults())
    async with relayed() as relay, exchange.running():
        gate = Gate(exchange)
        await relay.host(gate)
        client = await relay.gateway()
        gate.is_open.clear()
        placing = asyncio.create_task(place(client))
        await asyncio.sleep(2 * TRY_S)
        gate.is_open.set()
        assert (await placing).json() == {"orderId": "order-1"}
        assert gate.requests == 1


async def test_the_next_owner_repeats_the_answer_of_a_lost_one() -> None:
    """The first owner commits a command and dies before it answers."""
    settings, journal = Settings.defaults(), MemoryJournal()
    first, second = Exchange(settings, journal), Exchange(settings, journal)
    async with relayed() as relay:
        async with first.running():
            gate = Gate(first)
            host = await relay.host(gate, release_s=0.01)
            client = await relay.gateway()
            gate.holds_answers = True
            gate.is_open.clear()
            placing = asyncio.create_task(place(client))
            await until(lambda: first.broker.snapshot("A").seq > 0)
            for shard in range(SHARDS):
                await host.release(shard_partition(shard))
        async with second.running():
            await relay.host(second.owner_app())
            assert (await placing).json() == {"orderId": "order-1"}
            assert len(await orders(client)) == 1


@pytest.mark.parametrize("code", ["shard_moving", "stopping", "ledger_loading"])
async def test_a_shard_that_moves_is_waited_for(code: str) -> None:
    exchange = Exchange(Settings.defaults())
    async with relayed() as relay, exchange.running():
        gate = Gate(exchange)
        await relay.host(gate)
        client = await relay.gateway()
        gate.error = Unavailable("Nothing was done.", code)
        assert failed(await place(client)) == (503, code)
        placing = asyncio.create_task(place(client))
        await until(lambda: gate.requests > 3)
        gate.error = None
        assert (await placing).status_code == 200
        assert len(await orders(client)) == 1


async def test_an_overloaded_owner_is_not_tried_again() -> None:
    exchange = Exchange(Settings.defaults())
    async with relayed() as relay, exchange.running():
        gate = Gate(exchange)
        await relay.host(gate)
        gate.error = Unavailable("Too many commands are waiting; try again.", "overloaded")
        assert failed(await place(await relay.gateway())) == (503, "overloaded")
        assert gate.requests == 1


async def test_a_refusal_after_an_unknown_outcome_is_not_an_answer() -> None:
    """An owner that answers "nothing was done" knows nothing of what an earlier one did."""
    exchange = Exchange(Settings.defaults())
    async with relayed() as relay, exchange.running():
        gate = Gate(exchange)
        host = await relay.host(gate, release_s=0.01)
        client = await relay.gateway()
        gate.is_open.clear()
        placing = asyncio.create_task(place(client))
        await until(lambda: gate.requests == 1)
        await host.release(PARTITION)
        refusing = Gate(exchange)
        refusing.error = Unavailable("The ledger can't be written; nothing was done.", "failed")
        await relay.host(refusing)
        assert failed(await placing) == (503, "outcome_unknown")
        assert refusing.requests
        gate.is_open.set()


async def test_a_released_partition_is_not_answered() -> None:
    exchange = Exchange(Settings.defaults())
    async with relayed() as relay, exchange.running():
        host = await relay.host(exchange.owner_app())
        client = await relay.gateway()
        await host.release(PARTITION)
        assert failed(await place(client)) == (503, "owner_unavailable")
        await host.claim(PARTITION)
        assert (await place(client)).status_code == 200


async def test_requests_above_the_bounds_are_rejected() -> None:
    exchange = Exchange(Settings.defaults())
    async with relayed() as relay, exchange.running():
        gate = Gate(exchange)
        await relay.host(gate, in_progress_max=2)
        client = await relay.gateway()
        gate.is_open.clear()
        held = [asyncio.create_task(place(client)) for _ in range(2)]
        await until(lambda: gate.requests == 2)
        assert failed(await place(client)) == (503, "overloaded")
        gate.is_open.set()
        await asyncio.gather(*held)


async def faulty_gateway(relay: Relay, seed: int) -> httpx.AsyncClient:
    bus = FaultyBus(await relay.bus(), Random(seed), FaultShares(0.1, 0.2, 0.2, 0.2))
    return await relay.gateway(bus, total_timeout_s=5.0)


@pytest.mark.parametrize("seed", range(3))
async def test_a_faulty_bus_executes_each_command_one_time(seed: int) -> None:
    exchange = Exchange(Settings.defaults())
    async with relayed() as relay, exchange.running():
        await relay.host(exchange.owner_app())
        client = await faulty_gateway(relay, seed)
        answers = await asyncio.gather(*(place(client) for _ in range(40)))
        placed = [answer.json()["orderId"] for answer in answers]
        assert len(set(placed)) == 40
        assert {each["id"] for each in await orders(client)} == set(placed)


async def test_a_rejected_command_stays_rejected_when_its_message_is_repeated() -> None:
    exchange = Exchange(Settings.defaults())
    async with relayed() as relay, exchange.running():
        await relay.host(exchange.owner_app())
        bus = await relay.bus()
        copies: list[bytes] = []
        await bus.serve(f"{PARTITION}.http", _recorder(copies))
        client = await relay.gateway()
        rejected = await client.delete("/positions/AAPL", params=ACCOUNT)
        assert rejected.status_code == 404
        assert (await place(client)).status_code == 200
        # The same message again, while there is a position that it would close.
        answer = await bus.request(f"{PARTITION}.http", copies[0], 1.0)
        assert rejected.content in answer
        positions = await client.get("/positions", params=ACCOUNT)
        assert [each["qty"] for each in positions.json()] == [10.0]


def _recorder(copies: list[bytes]) -> Any:
    async def record(message: bytes) -> bytes:
        copies.append(message)
        await asyncio.Event().wait()
        return b""

    return record
