"""A client that follows much and reads nothing."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.chaos.recording import UnreadClose
from tests.chaos.trader import SYMBOLS

RECEIVE_BUFFER_BYTES = 65_536
DEPTHS = 50
ACCOUNT_ROUTES = ("orders", "positions", "executions")
"""Their updates are never dropped for newer ones."""
REPLY_S_MAX = 10.0
UNREAD_S_MAX = 25.0
LOOK_S = 0.25


async def unread_close(
    base_url: str, account_ids: Sequence[str], has_closed: Callable[[], bool]
) -> UnreadClose:
    """Return how the server closed the connection of a client that followed the market and the
    accounts, and read nothing until the server `has_closed` a session, or for UNREAD_S_MAX."""
    url = urlsplit(base_url)
    connection = socket.create_connection((url.hostname, url.port))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    address = base_url.replace("http", "ws", 1) + "/api/v1/ws"
    code: int | None = None
    reason: str | None = "the client could not connect"
    try:
        async with connect(
            address, sock=connection, close_timeout=1, ping_interval=None, max_queue=1
        ) as client:
            await _follow(client, account_ids)
            client.transport.pause_reading()
            end_s = time.monotonic() + UNREAD_S_MAX
            while not has_closed() and time.monotonic() < end_s:  # noqa: ASYNC110, from a log
                await asyncio.sleep(LOOK_S)
            client.transport.resume_reading()
            async for _ in client:
                pass
            code, reason = client.close_code, client.close_reason
    except ConnectionClosed:
        code, reason = client.close_code, client.close_reason
    except (OSError, TimeoutError, InvalidHandshake) as error:
        reason = repr(error)
    return UnreadClose(time.monotonic(), code, reason or "")


async def _follow(client: ClientConnection, account_ids: Sequence[str]) -> None:
    requests: list[tuple[str, dict[str, object]]] = [
        (route, {"accountId": account_id}) for route in ACCOUNT_ROUTES for account_id in account_ids
    ]
    requests += [("trades", {"symbol": symbol}) for symbol in SYMBOLS]
    requests += [
        ("orderbook", {"symbol": symbol, "depth": depth})
        for depth in range(1, DEPTHS + 1)
        for symbol in SYMBOLS
    ]
    for route, payload in requests:
        await _subscribe(client, route, payload)


async def _subscribe(client: ClientConnection, route: str, payload: object) -> None:
    await client.send(orjson.dumps({"type": f"{route}.subscribe", "payload": payload}).decode())
    async with asyncio.timeout(REPLY_S_MAX):
        while orjson.loads(await client.recv())["type"] != f"{route}.subscribe.response":
            pass
