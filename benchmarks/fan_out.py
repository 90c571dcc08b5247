"""Server CPU for each delivered update of one topic: ours beside FastWS's own broadcast."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median

from benchmarks.http_client import HttpClient
from benchmarks.one_route import REQUEST, ROUTE
from benchmarks.report import Figure
from benchmarks.server_process import HOST, ServerProcess
from benchmarks.socket_client import connect_many

SUBSCRIBERS = 500
WARM_UP_UPDATES = 20
UPDATES = 200
PAIRS = 5


async def measure() -> list[Figure]:
    async with _Peer.serving("one_route") as ours, _Peer.serving("fastws_peer") as fastws:
        for peer in (ours, fastws):
            await peer.cpu_us_per_update(WARM_UP_UPDATES)
        # Turn by turn, so that a machine that gets slower does so for both.
        pairs = [
            (await ours.cpu_us_per_update(UPDATES), await fastws.cpu_us_per_update(UPDATES))
            for _ in range(PAIRS)
        ]
        assert ours.text_bytes == fastws.text_bytes, "not the same work"
    return [
        *_spread("trading_api", [pair[0] for pair in pairs], "us CPU / update"),
        *_spread("FastWS", [pair[1] for pair in pairs], "us CPU / update"),
        *_spread("FastWS / trading_api", [pair[1] / pair[0] for pair in pairs], "x"),
        Figure("fan_out", "load client", ours.client_us, "us CPU / update"),
        Figure("fan_out", "size of an update", ours.text_bytes, "bytes"),
    ]


class _Peer:
    """A server with its subscribers, who count what they hear."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self._missing = 0
        self._all_heard = asyncio.Event()
        self.text_bytes = 0
        self.client_us = 0.0

    @classmethod
    @asynccontextmanager
    async def serving(cls, app: str) -> AsyncIterator[_Peer]:
        async with ServerProcess(app) as server:
            peer = cls(server)
            clients = await connect_many(HOST, server.port, SUBSCRIBERS)
            for client in clients:
                await client.subscribe(ROUTE, **REQUEST)
                client.on_text = peer._heard
            yield peer
            for client in clients:
                client.close()

    async def cpu_us_per_update(self, updates: int) -> float:
        """Microseconds of the server, once every subscriber heard every update."""
        deliveries = self._missing = updates * SUBSCRIBERS
        self._all_heard.clear()
        async with HttpClient(HOST, self._server.port) as http:
            server_s, client_s = self._server.cpu_s(), time.process_time()
            await http.post(f"/tell?count={updates}")
            await self._all_heard.wait()
        self.client_us = (time.process_time() - client_s) / deliveries * 1e6
        return (self._server.cpu_s() - server_s) / deliveries * 1e6

    def _heard(self, text: bytes) -> None:
        self.text_bytes = len(text)
        self._missing -= 1
        if not self._missing:
            self._all_heard.set()


def _spread(name: str, values: list[float], unit: str) -> list[Figure]:
    parts = {"min": min(values), "median": median(values), "max": max(values)}
    return [Figure("fan_out", f"{name}, {part}", value, unit) for part, value in parts.items()]
