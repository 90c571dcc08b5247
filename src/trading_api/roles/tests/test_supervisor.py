"""The bus of a supervisor, which is started again whenever it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator

import pytest

from tests.kit.server import until
from trading_api.bus.bus_server import HOST, BusServer
from trading_api.bus.nats import NatsBus
from trading_api.roles.supervisor import keep_running


@pytest.fixture
async def server() -> AsyncIterator[BusServer]:
    server = BusServer()
    await server.start()
    yield server
    await server.stop()


async def test_a_bus_whose_port_is_taken_when_it_starts_again_is_started_once_it_is_free(
    server: BusServer, caplog: pytest.LogCaptureFixture
) -> None:
    keeping = asyncio.create_task(keep_running(server))
    await asyncio.sleep(0)
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    await server.wait()
    with socket.create_server((HOST, server.port)):
        await until(lambda: "bus_not_started" in caplog.messages)
        assert not keeping.done()
    bus = NatsBus(server.url, "test")
    await bus.start()
    await bus.close()
    keeping.cancel()
