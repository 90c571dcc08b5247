"""`serve --workers 2`: one core process, two gateways, one port; any of them may be killed."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.kit.server import WsClient, connected, until

READY_S = 180
"""The longest wait for a start, which takes 8 CPU seconds of a machine that may do other work."""
CONNECTED = 1


class Deployment:
    """The processes of one `serve --workers 2`, known by what their supervisor logs."""

    def __init__(self, port: int) -> None:
        self.address = f"127.0.0.1:{port}"
        self.pids: dict[str, int] = {}
        self.lines: list[str] = []

    async def read(self, stderr: asyncio.StreamReader) -> None:
        while line := (await stderr.readline()).decode():
            self.lines.append(line)
            if '"process_started"' in line:
                started = json.loads(line)
                self.pids[started["child"]] = started["pid"]

    async def ready(self, http: httpx.AsyncClient) -> None:
        answer = "nothing"
        try:
            async with asyncio.timeout(READY_S):
                while True:
                    try:
                        response = await http.get("/health/ready")
                        if response.status_code == 200:
                            return
                        answer = response.text
                    except httpx.TransportError as error:
                        answer = repr(error)
                    await asyncio.sleep(0.05)
        except TimeoutError:
            pytest.fail(f"{answer}\n{''.join(self.lines)}")

    async def kill(self, child: str) -> None:
        """Kill a process, and wait until another one takes its place."""
        pid = self.pids[child]
        os.kill(pid, signal.SIGKILL)
        await until(lambda: self.pids[child] != pid)


async def next_status(client: WsClient) -> Any:
    return (await client.update("broker-connection"))["payload"]["payload"]["status"]


@asynccontextmanager
async def workers(tmp_path: Path, **environment: str) -> AsyncIterator[Deployment]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "trading_api", "serve", "--workers", "2"),
        env=os.environ
        | {"PORT": str(port), "DATABASE_URL": f"sqlite:///{tmp_path}/trading.db"}
        | environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    deployment = Deployment(port)
    reading = asyncio.create_task(deployment.read(process.stderr))
    try:
        async with httpx.AsyncClient(base_url=f"http://{deployment.address}") as http:
            await deployment.ready(http)
        yield deployment
    finally:
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0, "".join(deployment.lines)
        await reading


async def place(http: httpx.AsyncClient, key: str) -> Any:
    order = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 1}
    async with asyncio.timeout(READY_S):
        while True:
            try:
                response = await http.post(
                    "/api/v1/broker/orders?account_id=A",
                    json=order,
                    headers={"Idempotency-Key": key},
                )
            except httpx.TransportError:
                continue
            if response.status_code == 200:
                return response.json()["orderId"]
            assert response.status_code == 503, response.text
            await asyncio.sleep(0.05)


async def next_order(client: WsClient) -> Any:
    return (await client.update("orders"))["payload"]


async def test_any_process_may_be_killed_and_nothing_is_missing(tmp_path: Path) -> None:
    async with workers(tmp_path) as deployment:
        pids = list(deployment.pids.values())
        assert len(pids) == 3
        async with (
            httpx.AsyncClient(base_url=f"http://{deployment.address}", timeout=10) as http,
            connected(deployment.address) as client,
            connected(deployment.address) as watcher,
        ):
            assert (await http.get("/")).status_code == 200
            await client.subscribe("orders", accountId="A")
            await watcher.subscribe("broker-connection", accountId="A")
            first = await place(http, "first")
            update = await next_order(client)
            assert update["payload"]["id"] == first
            await deployment.kill("core")
            second = await place(http, "second")
            assert await place(http, "first") == first
            missed = await next_order(client)
            assert (missed["payload"]["id"], missed["prev"]) == (second, update["seq"])
            states = [await next_status(watcher), await next_status(watcher)]
            while states[-1] != CONNECTED:
                states.append(await next_status(watcher))
        for gateway in ("gateway-1", "gateway-2"):
            await deployment.kill(gateway)
        async with httpx.AsyncClient(base_url=f"http://{deployment.address}", timeout=10) as http:
            assert await place(http, "second") == second
            listed = (await http.get("/api/v1/broker/orders?account_id=A")).json()
            assert [order["id"] for order in listed] == [first, second]
        pids += deployment.pids.values()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


async def test_settings_that_are_not_valid_stop_the_start(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "trading_api", "serve", "--workers", "2"),
        env=os.environ | {"PORT": "0", "DATAFEED_CLOCK": "step", "DATABASE_URL": "memory:"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, error = await process.communicate()
    assert process.returncode == 2
    assert re.search(rb"DATAFEED_CLOCK=step .* cannot be used with several", error), error
