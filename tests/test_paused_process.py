"""A server process that is stopped for longer than its deadlines, and then continues."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.kit.echo_route import EchoApp
from tests.kit.raw_websocket import close_frame, upgraded
from tests.kit.server import TIMEOUT_S, WsClient, connected, serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings

HEARTBEAT_S = 1.0
STOPPED_S = 2.0
SUBSCRIPTION = {"symbol": "AAPL", "resolution": "1"}


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Process, str]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "trading_api", "serve"),
        env=os.environ
        | {"PORT": "0", "DATABASE_URL": "memory:", "WS_HEARTBEAT_S": str(HEARTBEAT_S)},
        stderr=PIPE,
    )
    assert process.stderr is not None
    try:
        while line := await process.stderr.readline():
            if found := re.search(rb"running on http://(127\.0\.0\.1:\d+)", line):
                yield process, found[1].decode()
                break
    finally:
        process.kill()
        await process.communicate()


async def test_a_pause_of_the_process_disconnects_only_a_client_that_is_silent() -> None:
    async with (
        served() as (process, address),
        connected(address) as reading,
        connected(address) as sending,
        upgraded(address) as (silent, _),
        asyncio.timeout(TIMEOUT_S),
    ):
        await reading.subscribe("bars", **SUBSCRIPTION)
        messages = asyncio.create_task(_keep_sending(sending))
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(STOPPED_S)
        process.send_signal(signal.SIGCONT)
        assert (await close_frame(silent))[0] == 1003
        await reading.subscribe("bars", symbol="MSFT", resolution="1")
        messages.cancel()
        await sending.subscribe("bars", symbol="MSFT", resolution="1")


async def _keep_sending(client: WsClient) -> None:
    while True:
        await client.send("bars.subscribe", SUBSCRIPTION)
        await asyncio.sleep(HEARTBEAT_S / 5)


LIMIT_S = 0.4
BODY = b'{"symbol":"AAPL","type":2,"side":1,"qty":1}'
REQUEST = (
    b"POST /api/v1/broker/orders/preview HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
) + BODY
CUTS = {"head": 20, "body": len(REQUEST) - 5, "next request": len(REQUEST)}


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
async def test_a_pause_does_not_end_a_request_in_progress_or_an_idle_connection(cut: int) -> None:
    settings = Settings.defaults().model_copy(
        update={"request_timeout_s": LIMIT_S, "database_url": "memory:"}
    )
    app, _ = create_app(settings)
    async with serving(app, settings) as address, asyncio.timeout(TIMEOUT_S):
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(REQUEST[:cut])
        if cut == len(REQUEST):
            await _read_response(reader)
        await asyncio.sleep(LIMIT_S / 4)
        time.sleep(2 * LIMIT_S)  # noqa: ASYNC251, it blocks the server, as a pause does
        await asyncio.sleep(0.01)
        writer.write(REQUEST[cut:] or REQUEST)
        assert (await _read_response(reader)).startswith(b"HTTP/1.1 200 ")
        writer.close()


async def _read_response(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    size = re.search(rb"content-length: (\d+)", head)
    assert size is not None, head
    await reader.readexactly(int(size[1]))
    return head


async def test_a_pause_does_not_end_the_time_in_which_a_client_answers_a_close_frame() -> None:
    echo = EchoApp(lifespan_s=0.3)
    async with serving(echo.api_app) as address, connected(address) as client:
        time.sleep(1.0)  # noqa: ASYNC251
        await client.connection.ping()
        assert (await client.closed())[0] == 1003
