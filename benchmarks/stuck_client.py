"""The latency of other clients, with and without one client that does not read."""

from __future__ import annotations

import json

from benchmarks import peers, updates
from benchmarks.peers import Peer
from benchmarks.report import Figure, spread

CLIENTS = 500
ROUNDS = 80
PAUSE_S = 0.01
TURNS = 9
SHARED, PRIVATE = range(1), range(1, 2)
FILL_ROUNDS = 40_000
"""Rounds of updates for the stuck client alone: more than the kernel's buffers hold."""


async def measure() -> list[Figure]:
    async with peers.TradingApi.serving() as normal, peers.TradingApi.serving() as stuck:
        for peer in (normal, stuck):
            for client in await peer.open(CLIENTS):
                await _subscribe_quotes(peer, client, *SHARED)
            await peer.subscribed()
        (reader,) = await stuck.open(1)
        await _subscribe_quotes(stuck, reader, *SHARED, *PRIVATE)
        await stuck.subscribed()
        await stuck.clients.stall(reader)
        before = stuck.process.resident_bytes()
        await stuck.publish(PRIVATE, FILL_ROUNDS, kind="quotes")
        grown_mb = (stuck.process.resident_bytes() - before) / 2**20
        turns = [(await _p99_us(normal), await _p99_us(stuck)) for _ in range(TURNS)]
    scenario = "stuck_client"
    return [
        *spread(scenario, "others' p99 without it", [turn[0] for turn in turns], "us"),
        *spread(scenario, "others' p99 with it", [turn[1] for turn in turns], "us"),
        *spread(scenario, "with / without", [turn[1] / turn[0] for turn in turns], "x"),
        Figure(scenario, "server's memory grew", grown_mb, "MB"),
    ]


async def _subscribe_quotes(peer: Peer, client: int, *numbers: int) -> None:
    names = [updates.symbol(number) for number in numbers]
    payload = {"symbols": [], "fast_symbols": names}
    await peer.send(client, json.dumps({"type": "quotes.subscribe", "payload": payload}))


async def _p99_us(peer: Peer) -> float:
    await peer.clients.reset()
    await peer.publish(SHARED, ROUNDS, PAUSE_S, kind="quotes")
    await peer.clients.wait_for_updates(ROUNDS * CLIENTS)
    return (await peer.clients.stats()).p99_us
