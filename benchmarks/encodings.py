"""Bytes, CPU and memory of each encoding, with and without compression.

The servers take turns, so that a change of the machine's speed affects all of them. The clients do
not inflate: what that costs is not the server's."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import get_args

import msgspec

from benchmarks import updates
from benchmarks.load_client import LoadClient
from benchmarks.peers import TOPICS, Peer
from benchmarks.report import Figure, spread
from benchmarks.server_process import ServerProcess
from trading_api.auth.tokens import SUBPROTOCOL
from trading_api.settings import WsCompression
from trading_api.streaming.subprotocols import MSGPACK_SUBPROTOCOL

SCENARIO = "encodings"
CLIENTS = 500
SYMBOLS_EACH = 20
TURNS = 5
OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"


@dataclass(frozen=True, slots=True)
class Load:
    """What is published in a turn: `rounds` updates of each topic."""

    name: str
    route: str
    topics: range
    topics_each: int
    rounds: int

    @property
    def deliveries(self) -> int:
        return CLIENTS * self.topics_each * self.rounds


LOADS = (
    Load("one_topic, bars", "bars", range(1), 1, 50),
    Load("watchlist, bars", "bars", range(1, TOPICS + 1), SYMBOLS_EACH, 5),
    Load("watchlist, quotes", "quotes", range(1, TOPICS + 1), SYMBOLS_EACH, 5),
)


class Way(Peer):
    """A server whose clients all have one encoding, compressed in one way or not at all."""

    def __init__(
        self, server: ServerProcess, clients: LoadClient, encoding: str, compression: str
    ) -> None:
        super().__init__(server, server.port, clients)
        self.name = encoding if compression == "off" else f"{encoding}, {compression}"
        self.encoding = encoding

    @classmethod
    @asynccontextmanager
    async def running(cls, encoding: str, compression: WsCompression) -> AsyncIterator[Way]:
        subprotocol = MSGPACK_SUBPROTOCOL if encoding == "MessagePack" else SUBPROTOCOL
        head = f"Sec-WebSocket-Protocol: {subprotocol}\r\n{OFFER}"
        # A reply and an update are one frame each, which cannot be searched where it is compressed.
        async with (
            ServerProcess("streaming", {"ws_compression": compression}) as server,
            LoadClient.running("", "", head) as clients,
        ):
            yield cls(server, clients, encoding, compression)

    async def subscribe_to(self, route: str, client: int, topics: Sequence[int]) -> None:
        for topic in topics:
            names = [updates.symbol(topic)]
            payload = {
                "bars": updates.request(topic).model_dump(),
                "quotes": {"symbols": [], "fast_symbols": names},
            }[route]
            message = {"type": f"{route}.subscribe", "payload": payload}
            self._replies += 1
            if self.encoding == "MessagePack":
                await self.clients.send_binary(client, msgspec.msgpack.encode(message))
            else:
                await self.clients.send(client, json.dumps(message))

    async def turn(self, load: Load) -> float:
        """Return the CPU microseconds of a delivered update."""
        kind = f"moving_{load.route}"
        return await self.cpu_us(load.deliveries, load.topics, load.rounds, kind=kind)


async def measure() -> list[Figure]:
    figures: list[Figure] = []
    async with AsyncExitStack() as stack:
        ways = [
            await stack.enter_async_context(Way.running(encoding, compression))
            for encoding in ("JSON", "MessagePack")
            for compression in get_args(WsCompression)
        ]
        memory = {way.name: await _subscribed(way) for way in ways}
        for load in LOADS:
            figures += await _measured(ways, load)
        for way in ways:
            grown = way.process.resident_bytes() - memory[way.name]
            figures.append(Figure(SCENARIO, f"memory, {way.name}", grown / CLIENTS / 1024, "KB"))
    return figures


async def _subscribed(way: Way) -> int:
    """Connect clients, and return the server's resident memory before that."""
    before = way.process.resident_bytes()
    choice = random.Random(7)
    for client in await way.open(CLIENTS):
        for load in LOADS:
            await way.subscribe_to(load.route, client, choice.sample(load.topics, load.topics_each))
    await way.subscribed()
    return before


async def _measured(ways: Sequence[Way], load: Load) -> list[Figure]:
    for way in ways:
        await way.turn(load)
    turns: list[dict[str, float]] = []
    sizes: dict[str, float] = {}
    for _ in range(TURNS):
        turns.append({})
        for way in ways:
            turns[-1][way.name] = await way.turn(load)
            sizes[way.name] = (await way.clients.stats()).bytes / load.deliveries
    figures: list[Figure] = []
    for name, size in sizes.items():
        figures.append(Figure(SCENARIO, f"{load.name}, {name}", size, "bytes / update"))
        costs = [turn[name] for turn in turns]
        figures += spread(SCENARIO, f"{load.name}, {name}", costs, "us CPU / update")
        ratios = [turn[name] / turn["JSON"] for turn in turns]
        figures += spread(SCENARIO, f"{load.name}, {name} / JSON", ratios, "x")
    return figures
