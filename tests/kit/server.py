"""A real server in the event loop of the test, and a client of its WebSocket."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from trading_api.server.uvicorn_options import server_options
from trading_api.settings import Settings

TIMEOUT_S = 10.0
"""The longest wait; only a test that fails waits this long."""


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while not condition():  # noqa: ASYNC110, a condition of any kind
            await asyncio.sleep(0.005)


@asynccontextmanager
async def serving(
    app: FastAPI,
    settings: Settings | None = None,
    on_server: Callable[[uvicorn.Server], object] = lambda server: None,
    **changed: Any,
) -> AsyncIterator[str]:
    """Serve the application and yield `127.0.0.1:port`. `changed` are options of uvicorn."""
    options = server_options(settings or Settings.defaults()) | {"log_config": None} | changed
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # asyncio sets it itself only on sockets that name their protocol.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = uvicorn.Server(uvicorn.Config(app, **options))
        on_server(server)
        task = asyncio.create_task(server.serve([listening]))
        while not server.started and not task.done():  # noqa: ASYNC110, uvicorn has no event
            await asyncio.sleep(0.005)
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


class WsClient:
    """A WebSocket client that separates the replies to requests from the updates."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.updates: list[dict[str, Any]] = []

    async def send(self, type: str, payload: Any) -> None:
        await self.connection.send(json.dumps({"type": type, "payload": payload}))

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(TIMEOUT_S):
            message: dict[str, Any] = json.loads(await self.connection.recv())
        return message

    async def request(self, type: str, payload: Any) -> dict[str, Any]:
        """Return the payload of the reply. Updates that arrive before it are kept for `update`."""
        await self.send(type, payload)
        while (message := await self.receive())["type"] != f"{type}.response":
            self.updates.append(message)
        reply: dict[str, Any] = message["payload"]
        return reply

    async def subscribe(self, route: str, **payload: Any) -> str:
        """Subscribe, check that the reply is ok, and return the topic."""
        reply = await self.request(f"{route}.subscribe", payload)
        assert reply["status"] == "ok", reply
        topic: str = reply["topic"]
        return topic

    async def update(self, route: str | None = None) -> dict[str, Any]:
        """Return the next update, or the next of a route. Updates before it are dropped."""
        while True:
            message = self.updates.pop(0) if self.updates else await self.receive()
            if route is None or message["type"] == f"{route}.update":
                return message

    async def closed(self) -> tuple[int, str]:
        """Return the close code and reason of the server."""
        with suppress(ConnectionClosed):
            while True:
                await self.receive()
        close = self.connection.protocol.close_rcvd
        assert close is not None, "closed without a close frame"
        return close.code, close.reason


@asynccontextmanager
async def connected(address: str, **options: Any) -> AsyncIterator[WsClient]:
    """Yield a client that reads ahead without bound, so that unread updates block nothing."""
    options = {"max_queue": None} | options
    async with connect(f"ws://{address}/api/v1/ws", **options) as connection:
        yield WsClient(connection)
