"""Server CPU for each delivered update of watchlists: 500 clients, each on 20 of 200 symbols."""

from __future__ import annotations

import json
import random
from contextlib import AsyncExitStack
from dataclasses import dataclass

from benchmarks import peers, updates
from benchmarks.peers import TOPICS, Peer
from benchmarks.report import Figure, skipped_peers, spread

CLIENTS = 500
SYMBOLS_EACH = 20
DELIVERIES = CLIENTS * SYMBOLS_EACH
"""Delivered updates per round."""
TURNS = 3
PACE_S = 0.2
PACED_ROUNDS = 10
ROUNDS = {"trading_api": 50, "NATS": 40, "Node ws": 10, "FastWS": 5}
"""Rounds per turn, which take about a third of a second."""


@dataclass(frozen=True, slots=True)
class Pace:
    name: str
    pause_s: float


async def measure() -> list[Figure]:
    figures: list[Figure] = []
    async with AsyncExitStack() as stack:
        wanted = (peers.TradingApi, peers.Nats, peers.NodeWs, peers.FastWs)
        running, skipped = await peers.start(stack, *wanted)
        for peer in running:
            choice = random.Random(7)
            for client in await peer.open(CLIENTS):
                await peer.subscribe(client, choice.sample(range(TOPICS), SYMBOLS_EACH))
            await peer.subscribed()
            await _cpu_us(peer, 1)
        figures += await _turns("watchlist", "saturated", running, 0)
        paced = [peer for peer in running if peer.name != "FastWS"]
        figures += await _turns("watchlist", "5 rounds a second", paced, PACE_S)
    return figures + skipped_peers("watchlist", skipped)


async def measure_private() -> list[Figure]:
    """Measure one `quotes` topic per client, each with its own symbols."""
    async with peers.TradingApi.serving() as peer:
        choice = random.Random(7)
        for client in await peer.open(CLIENTS):
            names = [
                updates.symbol(number) for number in choice.sample(range(TOPICS), SYMBOLS_EACH)
            ]
            # Each client has its own order of symbols, so that no two share a topic.
            payload = {"symbols": [], "fast_symbols": names}
            await peer.send(client, json.dumps({"type": "quotes.subscribe", "payload": payload}))
        await peer.subscribed()
        await _cpu_us(peer, 1, kind="quotes")
        saturated = [await _cpu_us(peer, 30, kind="quotes") for _ in range(TURNS)]
        size = (await peer.clients.stats()).bytes / DELIVERIES / 30
        paced = [await _cpu_us(peer, PACED_ROUNDS, PACE_S, kind="quotes") for _ in range(TURNS)]
    scenario = "private_watchlist"
    return [
        *spread(scenario, "trading_api, saturated", saturated, "us CPU / update"),
        *spread(scenario, "trading_api, 5 rounds a second", paced, "us CPU / update"),
        Figure(scenario, "an update", size, "bytes"),
    ]


async def _turns(scenario: str, pace: str, running: list[Peer], pause_s: float) -> list[Figure]:
    turns = [
        {
            peer.name: await _cpu_us(peer, PACED_ROUNDS if pause_s else ROUNDS[peer.name], pause_s)
            for peer in running
        }
        for _ in range(TURNS)
    ]
    ours = peers.TradingApi.name
    figures: list[Figure] = []
    for name in (peer.name for peer in running):
        values = [turn[name] for turn in turns]
        figures += spread(scenario, f"{pace}, {name}", values, "us CPU / update")
        if name != ours:
            ratios = [turn[name] / turn[ours] for turn in turns]
            figures += spread(scenario, f"{pace}, {name} / {ours}", ratios, "x")
    return figures


async def _cpu_us(peer: Peer, rounds: int, pause_s: float = 0, kind: str = "bars") -> float:
    return await peer.cpu_us(rounds * DELIVERIES, range(TOPICS), rounds, pause_s, kind)
