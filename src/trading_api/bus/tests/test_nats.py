"""NATS servers that refuse, or that end a connection for good."""

from __future__ import annotations

import asyncio
import json
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator

import pytest

from tests.kit.server import until
from trading_api.bus import nats
from trading_api.bus.nats import NatsBus
from trading_api.errors import ConfigurationError


class RudeServer:
    """Speaks as much of NATS as a client needs to connect and to subscribe."""

    def __init__(self) -> None:
        self.max_payload = 1 << 20
        self.port = 0
        self.subscriptions: list[list[bytes]] = []
        self._writers: list[StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()

    def send_error(self, error: str) -> None:
        self._writers[-1].write(f"-ERR '{error}'\r\n".encode())

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._writers.append(writer)
        self.subscriptions.append([])
        here = self.subscriptions[-1]
        info = {"headers": True, "max_payload": self.max_payload}
        writer.write(f"INFO {json.dumps(info)}\r\n".encode())
        while line := await reader.readline():
            if line == b"PING\r\n":
                writer.write(b"PONG\r\n")
            elif line.startswith(b"SUB "):
                here.append(line.split()[1])


@pytest.fixture
async def server() -> AsyncIterator[RudeServer]:
    server = RudeServer()
    await server.start()
    yield server
    await server.close()


async def test_a_client_that_gave_up_after_an_error_is_replaced_with_its_subscriptions(
    server: RudeServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(nats, "WATCH_S", 0.02)
    bus = NatsBus(f"nats://127.0.0.1:{server.port}", "test")
    reconnects: list[int] = []
    bus.on_reconnect(lambda: reconnects.append(1))
    await bus.start()
    await bus.subscribe("updates", lambda message: None)
    await bus.flush()
    server.send_error("User Authentication Expired")
    await until(lambda: reconnects == [1])
    assert bus.is_connected
    await bus.flush()
    assert server.subscriptions == [[b"test.updates"]] * 2
    await bus.close()
    assert "bus_disconnected" in caplog.messages


async def test_a_server_with_too_short_messages_is_refused(server: RudeServer) -> None:
    server.max_payload = 1_000
    with pytest.raises(ConfigurationError, match="max_payload of the NATS server is 1000"):
        await NatsBus(f"nats://127.0.0.1:{server.port}", "test").start()


async def test_without_a_server_the_start_fails() -> None:
    with pytest.raises(ConfigurationError, match=r"BUS_URL: NATS cannot be .*Connect call failed"):
        await NatsBus("nats://127.0.0.1:1", "test", start_s=0.1).start()
