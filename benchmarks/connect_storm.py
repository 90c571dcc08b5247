"""Thousands of clients that connect simultaneously, each with ten subscriptions."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack

from benchmarks import peers
from benchmarks.peers import Peer
from benchmarks.report import Figure, Skipped, skipped_peers
from trading_api.server.process_limits import raise_open_files_limit

CLIENTS = 5_000
TOPICS_EACH = 10
FILES_BESIDE = 100


async def measure() -> list[Figure]:
    if raise_open_files_limit() < CLIENTS + FILES_BESIDE:
        raise Skipped(f"the limit of open files (ulimit -Hn) is too low for {CLIENTS} sockets")
    figures: list[Figure] = []
    async with AsyncExitStack() as stack:
        wanted = (peers.TradingApi, peers.Nats, peers.NodeWs)
        running, skipped = await peers.start(stack, *wanted)
        for peer in running:
            figures += await _storm(peer)
    return figures + skipped_peers("connect_storm", skipped)


async def _storm(peer: Peer) -> list[Figure]:
    started_s, cpu_s = time.perf_counter(), peer.process.cpu_s()
    clients = await peer.open(CLIENTS, at_once=CLIENTS)
    opened_s = time.perf_counter() - started_s
    for client in clients:
        first = client * TOPICS_EACH % peers.TOPICS
        await peer.subscribe(client, range(first, first + TOPICS_EACH))
    await peer.subscribed()
    took_s = time.perf_counter() - started_s
    cpu_ms = (peer.process.cpu_s() - cpu_s) / CLIENTS * 1e3
    return [
        Figure("connect_storm", f"{peer.name}, all connected", opened_s, "s"),
        Figure("connect_storm", f"{peer.name}, all subscribed", took_s, "s"),
        Figure("connect_storm", f"{peer.name}, a client", cpu_ms, "ms CPU"),
    ]
