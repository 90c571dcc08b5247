"""While it is interrupted, the proxy behaves as a network that loses every packet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.kit.deployment import free_port
from tests.kit.deployment_proxy import TcpProxy

SILENCE_S = 0.2


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        writer.write(line)
    writer.close()


@asynccontextmanager
async def proxied() -> AsyncIterator[TcpProxy]:
    async with await asyncio.start_server(_echo, "127.0.0.1", 0) as server:
        proxy = TcpProxy(free_port(), server.sockets[0].getsockname()[1])
        await proxy.start()
        try:
            yield proxy
        finally:
            await proxy.close()


async def test_bytes_wait_until_the_proxy_is_restored() -> None:
    async with proxied() as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"before\n")
        assert await reader.readline() == b"before\n"
        proxy.interrupt()
        writer.write(b"during\n")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readline(), SILENCE_S)
        proxy.restore()
        assert await reader.readline() == b"during\n"
        writer.close()


async def test_a_connection_during_the_interruption_is_accepted_and_silent() -> None:
    async with proxied() as proxy:
        proxy.interrupt()
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"early\n")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readline(), SILENCE_S)
        proxy.restore()
        assert await reader.readline() == b"early\n"
        writer.close()


async def test_a_connection_ends_when_its_target_does() -> None:
    async with proxied() as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
