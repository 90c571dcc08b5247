"""A proxy in front of a PostgreSQL server, which can lose the server's answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

SOCKET = ".s.PGSQL.5432"


class UnixProxy:
    """Passes bytes on in both directions.

    If `answers_left` is a number, it passes on only so many answers of the server. The next one is
    lost, and the connection to the client ends. The server still receives what clients send.

    While `may_end` is not set, clients do not learn that the server has ended a connection. `ended`
    counts those that it has ended, after their last answer was passed on."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self.answers_left: int | None = None
        self.ended = 0
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream_writer = await asyncio.open_unix_connection(self._target / SOCKET)
        try:
            async with asyncio.TaskGroup() as tasks:
                sending = tasks.create_task(self._pass_on(reader, upstream_writer))
                await self._pass_back(upstream_reader, writer)
                self.ended += 1
                await self.may_end.wait()
                writer.close()
                sending.cancel()
        finally:
            upstream_writer.close()
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(2**16):
                writer.write(data)
        writer.close()

    async def _pass_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while (data := await reader.read(2**16)) and self.answers_left != 0:
                if self.answers_left is not None:
                    self.answers_left -= 1
                writer.write(data)


@asynccontextmanager
async def unix_proxy(target: Path, folder: Path) -> AsyncIterator[UnixProxy]:
    """Listen on a socket in `folder` for clients of the server whose socket is in `target`."""
    proxy = UnixProxy(target)
    server = await asyncio.start_unix_server(proxy.handle, folder / SOCKET)
    async with server:
        yield proxy
