"""A WebSocket client that sends bytes of the test's own choice."""

from __future__ import annotations

import asyncio
import re
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

CONTINUATION, TEXT, CLOSE, PING, PONG = 0x0, 0x1, 0x8, 0x9, 0xA
_FINAL, _MASKED, _NO_MASK = 0x80, 0x80, bytes(4)
_HEAD = (
    b"GET /api/v1/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)


def frame(opcode: int, payload: bytes = b"", final: bool = True) -> bytes:
    """Return a client's frame of less than 126 bytes, masked with zeros."""
    assert len(payload) < 126
    return bytes([opcode | (_FINAL if final else 0), _MASKED | len(payload)]) + _NO_MASK + payload


@asynccontextmanager
async def upgraded(
    address: str, extensions: str = "", subprotocol: str = ""
) -> AsyncIterator[tuple[StreamReader, StreamWriter]]:
    """Yield the streams of a connection after the handshake, in which the server accepted the
    extensions."""
    async with _upgraded(address, extensions, subprotocol) as (agreed, reader, writer):
        assert bool(agreed) == bool(extensions), agreed
        yield reader, writer


async def agreed_extensions(address: str, offer: str) -> str | None:
    """Return what the server answers to an offer of extensions."""
    async with _upgraded(address, offer) as (agreed, _, _):
        return agreed


@asynccontextmanager
async def _upgraded(
    address: str, extensions: str, subprotocol: str = ""
) -> AsyncIterator[tuple[str | None, StreamReader, StreamWriter]]:
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        offer = f"Sec-WebSocket-Extensions: {extensions}\r\n" if extensions else ""
        offer += f"Sec-WebSocket-Protocol: {subprotocol}\r\n" if subprotocol else ""
        writer.write(_HEAD + offer.encode() + b"\r\n")
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert head.startswith("HTTP/1.1 101 "), head
        found = re.search(r"(?im)^sec-websocket-extensions: (.*)\r$", head)
        yield found and found[1], reader, writer
    finally:
        writer.transport.abort()


async def close_frame(reader: StreamReader) -> tuple[int, str]:
    """Read short frames up to a close frame, and return its code and reason. A close frame without
    a code has the code 1005."""
    while True:
        opcode, size = await reader.readexactly(2)
        if size == 126:
            size = int.from_bytes(await reader.readexactly(2))
        payload = await reader.readexactly(size)
        if opcode & 0xF == CLOSE:
            return int.from_bytes(payload[:2]) if payload else 1005, payload[2:].decode()


async def send(writer: StreamWriter, data: bytes) -> None:
    """Send all of it, or as much as the server accepts before it closes."""
    with suppress(ConnectionError):
        writer.write(data)
        await writer.drain()
