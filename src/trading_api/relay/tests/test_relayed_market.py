"""The market's topics, which all gateways receive in one stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import dropwhile, takewhile
from random import Random
from typing import Any

import pytest

from tests.kit.faulty_bus import FaultShares, FaultyBus
from tests.kit.relayed_checks import to_wire
from tests.kit.relayed_topics import (
    HEARTBEAT_S,
    LEASE_S,
    NOW_MS,
    Client,
    Gateway,
    partition_of,
)
from tests.kit.server import until
from trading_api.bus.local import LocalBus, LocalHub
from trading_api.domain.trade_tape import TradeTape
from trading_api.modules.datafeed.mapping import to_bar, to_trade
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.modules.datafeed.simulator.price_tree import TICK_MS
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.modules.datafeed.ws import DatafeedWsRouters
from trading_api.relay.partitions import MARKET
from trading_api.relay.topic_host import TopicHost
from trading_api.streaming.subscriptions import Subscriptions

NOON_MS = 1_795_262_400_000
TOPICS: dict[str, dict[str, Any]] = {
    "bars": {"symbol": "AAPL", "resolution": "1S"},
    "trades": {"symbol": "AAPL"},
    "quotes": {"symbols": [], "fast_symbols": ["AAPL", "MSFT"]},
    "orderbook": {"symbol": "AAPL", "depth": 3},
}


class MarketOwner:
    """The simulator, moved by the test, as the owner of the market."""

    def __init__(self, bus: FaultyBus, now_ms: int, kept_frames_max: int) -> None:
        self.simulator = Simulator(seed=7, clock=lambda: now_ms)
        self.feed = MarketFeed(self.simulator, stale_after_ms=5_000)
        subscriptions = Subscriptions()
        self.service = DatafeedService(self.simulator, self.feed, subscriptions)
        self.host = TopicHost(
            bus,
            "market-owner",
            DatafeedWsRouters(self.service),
            subscriptions,
            lambda: NOW_MS,
            partition_of,
            heartbeat_s=HEARTBEAT_S,
            lease_s=LEASE_S,
            kept_frames_max=kept_frames_max,
        )

    async def run_ticks(self, count: int) -> None:
        for _ in range(count):
            self.simulator.move_to(self.simulator.now_ms + TICK_MS, self.feed)
            await asyncio.sleep(0)


class Market:
    """Two gateways, and the owner of the market, which can be replaced."""

    def __init__(self, shares: FaultShares, kept_frames_max: int) -> None:
        self.hub = LocalHub()
        self.buses: list[FaultyBus] = []
        self.gateways: list[Gateway] = []
        self.tasks: dict[Any, asyncio.Task[None]] = {}
        self.epoch = 0
        self.now_ms = NOON_MS
        self._shares = shares
        self._kept_frames_max = kept_frames_max

    async def bus(self) -> FaultyBus:
        bus = FaultyBus(LocalBus(self.hub), Random(len(self.buses)), self._shares)
        self.buses.append(bus)
        await bus.start()
        return bus

    async def add_gateway(self) -> Gateway:
        gateway = Gateway(await self.bus(), f"gateway{len(self.gateways)}")
        gateway.add_routers(DatafeedWsRouters(gateway.topics.service))
        await gateway.topics.start()
        self.tasks[gateway] = asyncio.create_task(gateway.run())
        self.gateways.append(gateway)
        return gateway

    async def add_owner(self) -> MarketOwner:
        self.epoch += 1
        owner = MarketOwner(await self.bus(), self.now_ms, self._kept_frames_max)
        await owner.host.claim(MARKET, self.epoch)
        self.tasks[owner] = asyncio.create_task(owner.host.run())
        return owner

    async def replace(self, owner: MarketOwner, pause_ms: int) -> MarketOwner:
        """End an owner as a killed process ends, and start another one after a pause."""
        self.now_ms = owner.simulator.now_ms + pause_ms
        owner.host.release(MARKET)
        self.tasks[owner].cancel()
        return await self.add_owner()

    def end_faults(self) -> None:
        for bus in self.buses:
            bus.shares = FaultShares(0, 0, 0, 0)


@asynccontextmanager
async def market(share: float = 0.0, kept_frames_max: int = 1) -> AsyncIterator[Market]:
    running = Market(FaultShares(share, share, share, share), kept_frames_max)
    try:
        yield running
    finally:
        for task in running.tasks.values():
            task.cancel()
        await asyncio.wait(running.tasks.values())


async def follow_all(client: Client) -> dict[str, str]:
    return {route: await client.follow(route, **request) for route, request in TOPICS.items()}


def data(client: Client, topic: str) -> list[dict[str, Any]]:
    return [each["payload"] for each in client.updates(topic)]


def trades_after(simulator: Simulator, time_ms: int) -> list[dict[str, Any]]:
    quotes = list(takewhile(lambda q: q.time_ms > time_ms, simulator.quote_history("AAPL")))
    tape = TradeTape(dropwhile(lambda q: q.time_ms > time_ms, simulator.quote_history("AAPL")))
    trades = [tape.read(quote) for quote in reversed(quotes)]
    return [to_wire(to_trade(trade)) for trade in trades if trade]


def bars_from(simulator: Simulator, time_ms: int) -> dict[int, dict[str, Any]]:
    (instrument,) = (each for each in simulator.instruments() if each.symbol == "AAPL")
    bars = simulator.bars("AAPL", "1S", time_ms, simulator.now_ms + 1)
    return {bar.time_ms: to_wire(to_bar(bar, instrument)) for bar in bars}


async def check(client: Client, owner: MarketOwner, topics: dict[str, str]) -> None:
    """Assert that the client has every trade one time, every bar, and the last of the others."""
    simulator, service = owner.simulator, owner.service
    trades = trades_after(simulator, data(client, topics["trades"])[0]["time"])
    await until(lambda: data(client, topics["trades"])[1:] == trades)
    expected = bars_from(simulator, data(client, topics["bars"])[0]["time"])

    def last_bars() -> dict[int, dict[str, Any]]:
        return {each["time"]: each for each in data(client, topics["bars"])}

    await until(lambda: last_bars() == expected)
    times = [each["time"] for each in data(client, topics["bars"])]
    assert times == sorted(times), "an older bar would be a time violation"
    for route in ("quotes", "orderbook"):
        for value in map(to_wire, service.topic_state(topics[route])):
            name = value.get("n")
            await until(
                lambda: [
                    each
                    for each in data(client, topics[route])  # noqa: B023
                    if each.get("n") == name  # noqa: B023
                ][-1]
                == value  # noqa: B023
            )
    assert simulator.now_ms > NOON_MS


@pytest.mark.parametrize(("share", "kept_frames_max"), [(0.0, 1), (0.02, 1), (0.1, 50)])
async def test_clients_of_two_gateways_have_the_same_market(
    share: float, kept_frames_max: int
) -> None:
    async with market(share, kept_frames_max) as running:
        owner = await running.add_owner()
        gateways = [await running.add_gateway(), await running.add_gateway()]
        joined: list[tuple[Client, dict[str, str]]] = []
        for number in range(6):
            client = gateways[number % 2].client()
            joining = asyncio.create_task(follow_all(client))
            while not joining.done():
                await owner.run_ticks(1)
                await asyncio.sleep(0.002)
            joined.append((client, joining.result()))
            await owner.run_ticks(10)
        running.end_faults()
        await owner.run_ticks(1)
        for client, topics in joined:
            await check(client, owner, topics)


@pytest.mark.parametrize("share", [0.0, 0.05])
async def test_another_owner_continues_the_market(share: float) -> None:
    async with market(share) as running:
        owner = await running.add_owner()
        gateways = [await running.add_gateway(), await running.add_gateway()]
        clients = [(each, await follow_all(each)) for each in (g.client() for g in gateways)]
        await owner.run_ticks(10)
        owner = await running.replace(owner, 20_000)
        await owner.run_ticks(20)
        running.end_faults()
        await owner.run_ticks(1)
        for client, topics in clients:
            await check(client, owner, topics)


async def test_after_a_pause_that_is_too_long_clients_are_disconnected() -> None:
    async with market() as running:
        owner = await running.add_owner()
        gateway = await running.add_gateway()
        client = gateway.client()
        topics = await follow_all(client)
        await running.replace(owner, 3_600_000)
        await until(lambda: client.is_disconnected)
        assert set(gateway.closed_topics) <= {topics["bars"], topics["trades"]}


async def test_a_gateway_receives_the_frames_of_topics_that_others_follow() -> None:
    async with market() as running:
        owner = await running.add_owner()
        first, second = await running.add_gateway(), await running.add_gateway()
        await follow_all(first.client())
        await owner.run_ticks(20)
        client = second.client()
        topics = await follow_all(client)
        await owner.run_ticks(20)
        await check(client, owner, topics)
        assert (first.topics.breaks, second.topics.breaks) == (0, 0)
        assert json.loads(topics["bars"].partition(":")[2]) == TOPICS["bars"]
