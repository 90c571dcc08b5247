"""A proxy that loses answers, or connections, when a test wants it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

CHUNK = 64 * 1024
BUFFER_BYTES = 4_096


class LossyProxy:
    """Forwards connections to `target`, such as `127.0.0.1:8000`."""

    def __init__(self, target: str) -> None:
        host, _, port = target.partition(":")
        self._target = host, int(port)
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._answers_to_lose = 0
        self._is_open = True
        self._flows = asyncio.Event()
        self._flows.set()
        self.lost_answers = 0
        self.connections = 0

    def lose_answers(self, count: int) -> None:
        """End the connection in place of each of the next answers, which the server has given."""
        self._answers_to_lose = count

    def cut(self) -> None:
        """End all connections, and each new one, until `restore`."""
        self._is_open = False
        for writer in self._writers:
            writer.transport.abort()

    def stall(self) -> None:
        """Deliver nothing that the server sends, until `restore`."""
        self._flows.clear()

    def restore(self) -> None:
        """Forward again, beginning with what waited."""
        self._is_open = True
        self._flows.set()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection until either side ends it."""
        self.connections += 1
        if not self._is_open:
            writer.transport.abort()
            return
        with suppress(OSError):
            target_reader, target_writer = await asyncio.open_connection(
                sock=self._connect(), limit=BUFFER_BYTES
            )
            self._writers |= {writer, target_writer}
            directions = [
                asyncio.create_task(self._forward(reader, target_writer)),
                asyncio.create_task(self._forward(target_reader, writer, is_answer=True)),
            ]
            self._tasks.update(directions)
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            self._writers -= {writer, target_writer}
            target_writer.transport.abort()
            self._tasks.difference_update(directions)
            for direction in directions:
                direction.cancel()
        writer.transport.abort()

    def _connect(self) -> socket.socket:
        """Return a connection to the server, whose kernel keeps little of what is not read."""
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        try:
            connection.connect(self._target)
        except OSError:
            connection.close()
            raise
        connection.setblocking(False)
        return connection

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_answer: bool = False
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                if is_answer:
                    await self._flows.wait()
                if is_answer and self._answers_to_lose:
                    self._answers_to_lose -= 1
                    self.lost_answers += 1
                    return
                writer.write(data)
                await writer.drain()


@asynccontextmanager
async def lossy_proxy(target: str) -> AsyncIterator[tuple[LossyProxy, str]]:
    """Yield a proxy and its address."""
    proxy = LossyProxy(target)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield proxy, f"127.0.0.1:{port}"
    finally:
        proxy.cut()
        server.close()
        await server.wait_closed()
