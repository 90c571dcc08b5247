"""A minimal WebSocket client, so that hundreds can run next to a busy server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import orjson

_TEXT, _CLOSE, _PING = 0x81, 0x88, 0x89
_PONG = 0x8A
_MASKED, _NO_MASK = 0x80, bytes(4)  # a client's frames are masked; with zeros that costs nothing
_SIZE_IN_2, _SIZE_IN_8 = 126, 127
_BATCH = 50


class SocketClient(asyncio.Protocol):
    """Passes each text to `on_text`, except the reply to a request. One request at a time."""

    def __init__(self, token: str | None = None) -> None:
        self._token = token
        self.on_text: Callable[[bytes], None] = lambda text: None
        self._rest = b""
        self._upgraded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reply: asyncio.Future[bytes] | None = None

    @classmethod
    async def connect(cls, host: str, port: int, token: str | None = None) -> SocketClient:
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(lambda: cls(token), host, port)
        await client._upgraded
        return client

    async def subscribe(self, route: str, **payload: Any) -> None:
        """Subscribe and wait for the reply. Raises RuntimeError where it is not `ok`."""
        await self.request(f"{route}.subscribe", payload)

    async def request(self, type: str, payload: dict[str, Any]) -> None:
        """Send a request and wait for the reply. Raises RuntimeError where it is not `ok`."""
        self._reply = asyncio.get_running_loop().create_future()
        self._send(_TEXT, orjson.dumps({"type": type, "payload": payload}))
        reply = await self._reply
        self._reply = None
        if orjson.loads(reply)["payload"]["status"] != "ok":
            raise RuntimeError(reply.decode())

    def close(self) -> None:
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclasses of it
        authorization = f"Authorization: Bearer {self._token}\r\n" if self._token else ""
        self._transport.write(
            b"GET /api/v1/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            b"Sec-WebSocket-Version: 13\r\n" + authorization.encode() + b"\r\n"
        )

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        if not self._upgraded.done():
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            self._on_handshake(head)
        self._rest = data[self._read_frames(data) :]

    def connection_lost(self, error: Exception | None) -> None:
        for waiting in (self._upgraded, self._reply):
            if waiting is not None and not waiting.done():
                waiting.set_exception(ConnectionResetError("closed by the server"))

    def _on_handshake(self, head: bytes) -> None:
        if head.startswith(b"HTTP/1.1 101"):
            self._upgraded.set_result(None)
        else:
            self._upgraded.set_exception(RuntimeError(head.decode()))

    def _read_frames(self, data: bytes) -> int:
        """Handle all complete frames, and return their size in bytes."""
        start, end = 0, len(data)
        while end - start >= 2:
            size, body = data[start + 1], start + 2
            if size >= _SIZE_IN_2:
                body += 2 if size == _SIZE_IN_2 else 8
                size = int.from_bytes(data[start + 2 : body], "big")
            if end < body + size:
                break
            self._on_frame(data[start], data[body : body + size])
            start = body + size
        return start

    def _on_frame(self, kind: int, body: bytes) -> None:
        if kind == _TEXT:
            if self._reply is not None and b'.response"' in body[:64]:
                self._reply.set_result(body)
            else:
                self.on_text(body)
        elif kind == _PING:
            self._send(_PONG, body)
        elif kind == _CLOSE:
            raise RuntimeError(f"closed by the server: {body[2:].decode()}")

    def _send(self, kind: int, body: bytes) -> None:
        assert len(body) < 1 << 16
        short = len(body) < _SIZE_IN_2
        size = bytes([_MASKED | len(body)]) if short else b"\xfe" + len(body).to_bytes(2, "big")
        self._transport.write(bytes([kind]) + size + _NO_MASK + body)


async def connect_many(host: str, port: int, count: int) -> list[SocketClient]:
    """Connect clients in batches, so that none waits in the server's backlog for long."""
    clients: list[SocketClient] = []
    while left := count - len(clients):
        batch = range(min(left, _BATCH))
        clients += await asyncio.gather(*(SocketClient.connect(host, port) for _ in batch))
    return clients
