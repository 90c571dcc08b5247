"""The NATS server that `serve --workers` starts."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from trading_api.bus.bus_server import BusServer
from trading_api.bus.nats import NatsBus
from trading_api.errors import ConfigurationError


@pytest.fixture
async def server() -> AsyncIterator[BusServer]:
    server = BusServer()
    await server.start()
    yield server
    await server.stop()


async def test_it_carries_messages_after_start_and_ends_with_stop(server: BusServer) -> None:
    bus = NatsBus(server.url, "test")
    await bus.start()
    await bus.flush()
    await bus.close()
    await server.stop()
    assert await server.wait() in (0, 1)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", server.port))


async def test_without_its_token_nobody_joins(server: BusServer) -> None:
    for url in (f"nats://127.0.0.1:{server.port}", f"nats://other@127.0.0.1:{server.port}"):
        with pytest.raises(ConfigurationError, match="BUS_URL: NATS cannot be reached"):
            await NatsBus(url, "test", start_s=0.3).start()


async def test_the_token_is_in_no_command_line_and_no_readable_file(server: BusServer) -> None:
    token = server.url.removeprefix("nats://").partition("@")[0]
    command = Path(f"/proc/{server.pid}/cmdline").read_bytes().split(b"\0")
    assert token.encode() not in b"".join(command)
    folder = Path(os.fsdecode(command[command.index(b"--config") + 1])).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    await server.stop()
    assert not folder.exists()


async def test_a_killed_server_is_noticed_and_starts_again_on_its_port(server: BusServer) -> None:
    url, killed = server.url, server.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    async with asyncio.timeout(5):
        assert await server.wait() == -signal.SIGKILL
    await server.start()
    assert server.url == url
    assert server.pid != killed


async def test_a_port_that_is_taken_stops_the_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = BusServer(taken.getsockname()[1])
        with pytest.raises(ConfigurationError, match="address already in use"):
            await server.start()
        await server.stop()


async def test_ctrl_c_does_not_reach_it(server: BusServer) -> None:
    assert server.pid is not None
    assert os.getpgid(server.pid) != os.getpgid(0)
