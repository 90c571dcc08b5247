"""Server CPU per delivered update of one topic, by the number of subscribers."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from benchmarks import peers
from benchmarks.peers import Peer
from benchmarks.report import Figure, skipped_peers, spread


@dataclass(frozen=True, slots=True)
class Size:
    subscribers: int
    updates: int
    turns: int


SIZES = [Size(1, 1_000, 3), Size(100, 200, 3), Size(500, 100, 5)]
HEAVY_SIZES = [Size(5_000, 20, 5)]
WARM_UP = 5
TOPIC = range(1)


async def measure() -> list[Figure]:
    return await _measure("one_topic", SIZES)


async def measure_heavy() -> list[Figure]:
    return await _measure("one_topic_heavy", HEAVY_SIZES)


async def _measure(scenario: str, sizes: list[Size]) -> list[Figure]:
    figures: list[Figure] = []
    async with AsyncExitStack() as stack:
        wanted = (peers.TradingApi, peers.CFloor, peers.NodeWs, peers.Nats, peers.FastWs)
        running, skipped = await peers.start(stack, *wanted)
        for size in sizes:
            for peer in running:
                for client in await peer.open(size.subscribers - peer.clients.count):
                    await peer.subscribe(client, TOPIC)
                await peer.subscribed()
                await peer.cpu_us(WARM_UP * size.subscribers, TOPIC, WARM_UP)
            figures += await _turns(scenario, running, size)
    return figures + skipped_peers(scenario, skipped)


async def _turns(scenario: str, running: list[Peer], size: Size) -> list[Figure]:
    # The peers take turns, so that a change of the machine's speed affects all of them.
    deliveries = size.updates * size.subscribers
    turns = [
        {peer.name: await peer.cpu_us(deliveries, TOPIC, size.updates) for peer in running}
        for _ in range(size.turns)
    ]
    stats = {peer.name: await peer.clients.stats() for peer in running}
    ours = peers.TradingApi.name
    figures: list[Figure] = []
    for name in stats:
        label = f"{size.subscribers} subscribers, {name}"
        figures += spread(scenario, label, [turn[name] for turn in turns], "us CPU / update")
        if name != ours:
            ratios = [turn[ours] / turn[name] for turn in turns]
            figures += spread(
                scenario, f"{size.subscribers} subscribers, {ours} / {name}", ratios, "x"
            )
    size_bytes = stats[ours].bytes / deliveries
    figures.append(
        Figure(scenario, f"{size.subscribers} subscribers, an update", size_bytes, "bytes")
    )
    return figures
