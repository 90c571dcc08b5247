"""Clients miss nothing and receive nothing twice, whatever a bus does to the messages."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.kit.faulty_bus import FaultShares, FaultyBus
from tests.kit.paper_exchange import A, B
from tests.kit.relayed_checks import FAR, assert_unbroken, count, published_since, state_of
from tests.kit.relayed_topics import (
    HEARTBEAT_S,
    NUMBERED_ROUTES,
    Client,
    Deployment,
    Gateway,
    deployed,
)
from tests.kit.scale import scaled
from tests.kit.server import until
from trading_api.bus.port import Bus

WHOLE_ROUTES = ("equity", "account", "position-pl", "broker-connection")
PRICES = [("99", "100"), ("100", "101"), ("98", "99")]


def steps() -> st.SearchStrategy[list[Any]]:
    account, gateway = st.sampled_from([A, B]), st.integers(0, 1)
    return st.lists(
        st.one_of(
            st.tuples(st.just("buy"), account, st.integers(1, 4)),
            st.tuples(st.just("buy"), account, st.integers(1, 4)),
            st.tuples(st.just("rest"), account, st.integers(1, 6)),
            st.tuples(st.just("cancel"), account),
            st.tuples(st.just("move"), st.integers(0, 2)),
            st.tuples(st.just("join"), gateway, account),
            st.tuples(st.just("leave"), st.integers(0, 5)),
            st.tuples(st.just("wait"), st.integers(1, 40)),
            st.tuples(st.just("beat"), st.integers(1, 3)),
            st.tuples(st.just("cut"), gateway, st.integers(1, 4)),
            st.tuples(st.just("restart")),
        ),
        min_size=5,
        max_size=30,
    )


@given(steps(), st.integers(0, 2**32), st.sampled_from([0.01, 0.03, 0.1]), st.sampled_from([1, 50]))
@settings(
    max_examples=scaled(25),
    deadline=None,
    phases=set(Phase) - {Phase.explain},
    suppress_health_check=[HealthCheck.too_slow],
)
def test_every_chain_is_unbroken_and_every_value_is_the_last(
    stream: list[Any], seed: int, share: float, kept_frames_max: int
) -> None:
    asyncio.run(_run(stream, seed, share, kept_frames_max))


@pytest.mark.parametrize("kept_frames_max", [1, 50])
@pytest.mark.parametrize("seed", range(scaled(2)))
def test_a_long_stream_with_many_faults(seed: int, kept_frames_max: int) -> None:
    random = Random(seed)
    stream: list[Any] = [("join", 0, A), ("join", 1, A), ("join", 1, B)]
    for _ in range(30):
        stream += [
            ("buy", random.choice([A, B]), random.randint(1, 6)),
            ("rest", random.choice([A, B]), random.randint(1, 6)),
            ("move", random.randrange(3)),
            ("wait", random.randint(1, 60)),
        ]
        if not random.randrange(4):
            stream += [("join", random.randrange(2), random.choice([A, B])), ("leave", 0)]
        if not random.randrange(10):
            stream += [("cut", random.randrange(2), 4)]
        if not random.randrange(20):
            stream += [("restart",)]
    asyncio.run(_run(stream, seed, 0.1, kept_frames_max))


class _Run:
    """One run of a stream of steps. Orders are placed in the background, so that updates flow
    during all that happens. The owner drops a gateway that is cut off for more than two beats."""

    def __init__(self, deployment: Deployment, kept_frames_max: int) -> None:
        self.deployment = deployment
        self.options = {"kept_frames_max": kept_frames_max, "lease_s": 2 * HEARTBEAT_S}
        self.gateways: list[Gateway] = []
        self.topics: dict[Client, list[str]] = {}
        self.joining: set[asyncio.Task[None]] = set()
        self.placing: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        self.owner = await self.deployment.owner(**self.options)
        self.owner.exchange.market.move("AAPL", *PRICES[0])
        self.gateways = [await self.deployment.gateway(), await self.deployment.gateway()]

    async def step(self, step: Any) -> None:
        exchange = self.owner.exchange
        match step:
            case ("buy", account, count):
                self._background(self.placing, self._place(account, count, {"qty": 1.0}))
            case ("rest", account, count):
                self._background(self.placing, self._place(account, count, FAR))
            case ("cancel", account):
                self._background(self.placing, exchange.client.cancel_orders(account, None))
            case ("move", price):
                exchange.market.move("AAPL", *PRICES[price])
            case ("join", gateway, account):
                client = self.gateways[gateway].client()
                self.topics[client] = []
                self._background(self.joining, self._join(client, account))
            case ("leave", index) if index < len(self.topics):
                client = list(self.topics)[index]
                del self.topics[client]
                client.disconnect()
            case ("wait", turns):
                for _ in range(turns):
                    await asyncio.sleep(0)
            case ("beat", count):
                await asyncio.sleep(HEARTBEAT_S * count)
            case ("cut", gateway, beats):
                bus = self.deployment.bus_of(self.gateways[gateway])
                assert isinstance(bus, FaultyBus)
                bus.partition()
                await asyncio.sleep(HEARTBEAT_S * beats)
                bus.heal()
            case ("restart",):
                await asyncio.gather(*self.placing)
                await self.deployment.stop(self.owner)
                self.owner = await self.deployment.owner(**self.options)
                self.owner.exchange.market.move("AAPL", *PRICES[0])

    async def _place(self, account: str, count: int, order: dict[str, Any]) -> None:
        for _ in range(count):
            await self.owner.exchange.place(account, **order)

    def _background(self, tasks: set[asyncio.Task[Any]], job: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(job)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def _join(self, client: Client, account: str) -> None:
        for route in (*NUMBERED_ROUTES, *WHOLE_ROUTES):
            while (reply := await client.subscribe(route, accountId=account)).status != "ok":
                # The owner was restarted. A client tries again too.
                assert "owner" in reply.message, reply
                await asyncio.sleep(0.01)
            if client.is_disconnected:
                return
            if client in self.topics:
                self.topics[client].append(reply.topic)

    async def check(self) -> None:
        exchange = self.owner.exchange
        await asyncio.gather(*self.joining, *self.placing)
        await exchange.client.flush()
        for client, topics in self.topics.items():
            assert not client.is_disconnected
            for topic in topics:
                if topic.partition(":")[0] in NUMBERED_ROUTES:
                    expected = await published_since(exchange, topic, client.first_seq[topic])
                    await until(lambda: count(client, topic) >= len(expected))  # noqa: B023
                    await assert_unbroken(client, exchange, topic)
                else:
                    await self._check_last(client, topic)

    async def _check_last(self, client: Client, topic: str) -> None:
        """Assert that the last value of each key is that of the owner."""
        for value in await state_of(self.owner.exchange, topic):
            if topic.startswith("broker-connection:"):
                value.pop("timestamp")
            await until(lambda: _has_last(client, topic, value))  # noqa: B023


def _has_last(client: Client, topic: str, value: dict[str, Any]) -> bool:
    symbol = value.get("symbol")
    values = [each["payload"] for each in client.updates(topic)]
    last: dict[str, Any] = next(
        (each for each in reversed(values) if each.get("symbol") == symbol), {}
    )
    return all(last.get(key) == each for key, each in value.items())


async def _run(stream: list[Any], seed: int, share: float, kept_frames_max: int) -> None:
    shares = FaultShares(share, share, share, share)
    buses: list[FaultyBus] = []

    def wrap(bus: Bus) -> Bus:
        buses.append(FaultyBus(bus, Random(f"{seed} {len(buses)}"), shares))
        return buses[-1]

    async with deployed(wrap) as deployment:
        run = _Run(deployment, kept_frames_max)
        await run.start()
        for step in stream:
            await run.step(step)
        for bus in buses:
            bus.shares = FaultShares(0, 0, 0, 0)
        await run.check()
