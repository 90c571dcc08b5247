"""The simulator's WebSocket: authentication, `listen`, and the stream `trade_updates`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import WSMsgType, web


class AlpacaStream:
    """Sends trade updates to the clients that listen to them. A test makes the faults.

    Alpaca sends JSON in binary frames, and MessagePack to a client that asks for it by the header
    `Content-Type: application/msgpack`."""

    def __init__(self, is_authentic: Callable[[str, str], bool]) -> None:
        self._is_authentic = is_authentic
        self._listening: dict[web.WebSocketResponse, web.Request] = {}
        self._open: dict[web.WebSocketResponse, web.Request] = {}
        self._held: list[dict[str, Any]] | None = None
        self.refused_with = 0
        """The HTTP status with which handshakes are refused, or 0."""
        self.confirms_listening = True
        self.copies = 1
        """How many times each update is sent."""
        self.connections = 0
        """How many clients have listened so far."""

    @property
    def listeners(self) -> int:
        return len(self._listening)

    @property
    def is_held(self) -> bool:
        return self._held is not None

    def hold(self) -> None:
        """Keep the updates from now on."""
        self._held = []

    async def release(self, *, is_reversed: bool = False) -> None:
        """Send what was kept, and go on."""
        held, self._held = self._held or [], None
        for update in reversed(held) if is_reversed else held:
            await self.send(update)

    def lose(self) -> None:
        """Forget what was kept, and go on."""
        self._held = None

    def drop(self) -> None:
        """Break every connection, with no close frame."""
        for request in self._open.values():
            if request.transport is not None:
                request.transport.abort()
        self._listening.clear()

    async def send(self, update: dict[str, Any]) -> None:
        """Send one update to every client that listens."""
        if self._held is not None:
            self._held.append(update)
            return
        for _ in range(self.copies):
            for socket, request in list(self._listening.items()):
                await _send(socket, request, "trade_updates", update)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one client until it goes."""
        if self.refused_with:
            return web.Response(status=self.refused_with)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._open[socket] = request
        is_authorized = False
        try:
            async for message in socket:
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    continue
                command = _decode(message.data, request)
                data = command.get("data", {})
                if command.get("action") == "authenticate":
                    is_authorized = self._is_authentic(
                        data.get("key_id", ""), data.get("secret_key", "")
                    )
                    status = "authorized" if is_authorized else "unauthorized"
                    answer = {"status": status, "action": "authenticate"}
                    await _send(socket, request, "authorization", answer)
                elif command.get("action") == "listen" and is_authorized:
                    await self._listen(socket, request, data.get("streams", []))
        finally:
            del self._open[socket]
            self._listening.pop(socket, None)
        return socket

    async def _listen(
        self, socket: web.WebSocketResponse, request: web.Request, streams: list[str]
    ) -> None:
        known = [name for name in streams if name == "trade_updates"]
        if known:
            self.connections += 1
            self._listening[socket] = request
        else:
            self._listening.pop(socket, None)
        if self.confirms_listening:
            await _send(socket, request, "listening", {"streams": known})


async def _send(
    socket: web.WebSocketResponse, request: web.Request, stream: str, data: dict[str, Any]
) -> None:
    message = {"stream": stream, "data": data}
    is_packed = request.content_type == "application/msgpack"
    frame = msgspec.msgpack.encode(message) if is_packed else json.dumps(message).encode()
    if not socket.closed:
        await socket.send_bytes(frame)


def _decode(frame: str | bytes, request: web.Request) -> dict[str, Any]:
    if isinstance(frame, bytes) and request.content_type == "application/msgpack":
        message: dict[str, Any] = msgspec.msgpack.decode(frame)
    else:
        message = json.loads(frame)
    return message
