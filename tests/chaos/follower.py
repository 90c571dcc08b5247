"""A client of the WebSocket that follows an account, and comes back whenever it is disconnected."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from typing import Any

import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from tests.chaos.recording import SEQUENCED_ROUTES, ClientState, Received, Recording, Stream
from tests.chaos.trader import SYMBOLS

ROUTES = (*SEQUENCED_ROUTES, "equity", "position-pl")
REPLY_S_MAX = 8.0
RETRY_S = (0.1, 0.5)
PING_S = 2.0
LOST = (OSError, ConnectionClosed, InvalidHandshake, InvalidMessage, TimeoutError, httpx.HTTPError)
"""What ends a session. The next one begins at the next gateway."""


class Follower:
    """Follows orders, positions, executions, equity, profits and quotes of one account.

    It does what docs/protocol.md asks of a client: it resumes after a reconnect, and subscribes
    again if that is refused; then it also reads the lists over REST."""

    def __init__(
        self,
        name: str,
        account_id: str,
        base_urls: Sequence[str],
        first_url: int,
        recording: Recording,
    ) -> None:
        self._name = name
        self._account = {"accountId": account_id}
        self._base_urls = base_urls
        self._url_index = first_url % len(base_urls)
        self._recording = recording
        self._choice = random.Random(name)
        self._streams: dict[str, Stream] = {}
        self._replies: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self.state = recording.clients[name] = ClientState(account_id)

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            base_url = self._base_urls[self._url_index]
            try:
                await self._follow(base_url)
            except* LOST as error:
                self._record_close(error.exceptions[0])
            self._url_index = (self._url_index + 1) % len(self._base_urls)
            await asyncio.sleep(self._choice.uniform(*RETRY_S))

    def _record_close(self, error: BaseException) -> None:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        reason = type(error).__name__
        if isinstance(error, ConnectionClosed) and error.rcvd is not None:
            reason = f"{error.rcvd.code} {error.rcvd.reason}"
        self._recording.closes.append((time.monotonic(), self._name, reason))

    async def _follow(self, base_url: str) -> None:
        """Run one session. Raises one of LOST when it ends, in a group."""
        address = base_url.replace("http", "ws", 1) + "/api/v1/ws"
        options: dict[str, Any] = {"open_timeout": REPLY_S_MAX, "close_timeout": 1}
        async with (
            connect(
                address, ping_interval=PING_S, ping_timeout=2 * PING_S, **options
            ) as connection,
            httpx.AsyncClient(base_url=f"{base_url}/api/v1", timeout=REPLY_S_MAX) as rest,
            asyncio.TaskGroup() as tasks,
        ):
            self._replies.clear()
            tasks.create_task(self._read(connection))
            tasks.create_task(self._open_topics(connection, rest))

    async def _read(self, connection: ClientConnection) -> None:
        while True:
            message = orjson.loads(await connection.recv())
            route, _, kind = message["type"].partition(".")
            if kind == "update":
                self._on_update(route, message["payload"])
            else:
                self._on_reply(route, kind, message["payload"])

    async def _open_topics(self, connection: ClientConnection, rest: httpx.AsyncClient) -> None:
        quotes = {"symbols": [], "fast_symbols": list(SYMBOLS)}
        await self._subscribe(connection, "quotes", quotes)
        for route in ROUTES:
            stream = self._streams.get(route)
            if stream is not None and stream.last_seq is not None:
                topic = f'{route}:{{"accountId":"{self.state.account_id}"}}'
                resume = {"topic": topic, "seq": stream.last_seq}
                if (await self._request(connection, f"{route}.resume", resume))["status"] == "ok":
                    continue
            await self._subscribe(connection, route, self._account)
            await self._read_list(rest, route)

    async def _subscribe(
        self, connection: ClientConnection, route: str, payload: dict[str, Any]
    ) -> None:
        """Subscribe, again and again while the server answers that the owner is not available."""
        while True:
            reply = await self._request(connection, f"{route}.subscribe", payload)
            if reply["status"] == "ok":
                return
            await asyncio.sleep(self._choice.uniform(*RETRY_S))

    async def _request(
        self, connection: ClientConnection, type: str, payload: dict[str, Any]
    ) -> dict[str, Any]:
        reply: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._replies[type] = reply
        await connection.send(orjson.dumps({"type": type, "payload": payload}).decode())
        async with asyncio.timeout(REPLY_S_MAX):
            return await reply

    async def _read_list(self, rest: httpx.AsyncClient, route: str) -> None:
        """Read what a new subscription does not show: orders that ended, and executions."""
        if route not in ("orders", "executions"):
            return
        parameters: dict[str, Any] = {"account_id": self.state.account_id}
        if route == "executions":
            parameters["limit"] = 1_000
        while True:
            response = await rest.get(f"/broker/{route}", params=parameters)
            if response.status_code == 200:
                break
            await asyncio.sleep(self._choice.uniform(*RETRY_S))
        for each in response.json():
            self._keep(route, each)

    def _on_reply(self, route: str, kind: str, payload: dict[str, Any]) -> None:
        """Begin or continue a stream before the updates that follow the reply are read."""
        request = f"{route}.{kind.removesuffix('.response')}"
        if payload["status"] == "ok" and request.endswith(".subscribe"):
            self._begin_stream(route)
        elif request.endswith(".resume") and payload["status"] == "ok":
            self._streams[route].sessions += 1
        elif request.endswith(".resume"):
            self._recording.refused_resumes.append((time.monotonic(), payload["message"]))
        if reply := self._replies.pop(request, None):
            reply.set_result(payload)

    def _begin_stream(self, route: str) -> None:
        if route == "positions":
            self.state.positions.clear()
        elif route == "position-pl":
            self.state.profits.clear()
        if route not in SEQUENCED_ROUTES:
            return
        if route in self._streams:
            self._streams[route].is_over = True
        stream = Stream(self._name, self.state.account_id, route, time.monotonic())
        self._streams[route] = stream
        self._recording.streams.append(stream)

    def _on_update(self, route: str, message: dict[str, Any]) -> None:
        data, now_s = message["payload"], time.monotonic()
        if route == "quotes":
            self.state.note_quote(now_s)
        elif route == "equity":
            self.state.equity = data
            self.state.equity_seq = message["as_of_seq"]
        elif route == "position-pl":
            self.state.profits[data["symbol"]] = data
        else:
            self._keep(route, data)
            version = data.get("version", 0)
            name = data.get("id", "")
            received = Received(now_s, message["seq"], message.get("prev"), name, version)
            self._streams[route].updates.append(received)

    def _keep(self, route: str, data: dict[str, Any]) -> None:
        state, name = self.state, data["id"]
        if route == "orders":
            known = state.orders.get(name)
            if known is None or known["version"] <= data["version"]:
                state.orders[name] = data
        elif route == "executions":
            state.executions[name] = data
        elif data["qty"]:
            state.positions[name] = data
        else:
            state.positions.pop(name, None)
            state.profits.pop(name, None)
