"""The latency of `/health/live` while sockets without a token send floods of tiny frames."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from benchmarks.http_client import HttpClient
from benchmarks.report import Figure
from benchmarks.server_process import HOST, ServerProcess

SOCKETS = 5
FLOOD_BYTES = 4_000_000
MEASURED_S = 3.0
SETTINGS = {
    "auth_mode": "secret",
    "auth_secret": "a secret of more than thirty-two bytes",
    "ws_messages_per_s": 200,
}
_NO_MASK = bytes(4)
_FRAGMENT = b"\x00\x80" + _NO_MASK
FLOODS = {
    "pongs": b"\x8a\x80" + _NO_MASK,
    "pings": b"\x89\x80" + _NO_MASK,
    "texts of one byte": b"\x81\x81" + _NO_MASK + b"1",
    "empty fragments": _FRAGMENT,
}
_FIRST = {"empty fragments": b"\x01\x80" + _NO_MASK}
_HEAD = (
    b"GET /api/v1/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


async def measure() -> list[Figure]:
    """Report the longest response without a flood and with each kind of flood."""
    figures = []
    async with ServerProcess("trading_api", SETTINGS) as server:
        for name in (None, *FLOODS):
            worst_ms = await _worst_ms(server.port, name)
            label = f"with {name} from {SOCKETS} sockets" if name else "without a flood"
            figures.append(Figure("frame_flood", f"worst /health/live {label}", worst_ms, "ms"))
    return figures


async def _worst_ms(port: int, flood: str | None) -> float:
    """Return the longest response of those in MEASURED_S. Each socket sends its flood, and connects
    again when the server has closed it."""
    floods = [asyncio.create_task(_flood(port, flood)) for _ in range(SOCKETS) if flood]
    longest_s = 0.0
    async with HttpClient(HOST, port) as http:
        end_s = time.monotonic() + MEASURED_S
        while (start_s := time.monotonic()) < end_s:
            await http.get("/health/live")
            longest_s = max(longest_s, time.monotonic() - start_s)
            await asyncio.sleep(0.005)
    for task in floods:
        task.cancel()
    await asyncio.gather(*floods, return_exceptions=True)
    return longest_s * 1000


async def _flood(port: int, name: str) -> None:
    frame = FLOODS[name]
    data = _FIRST.get(name, b"") + frame * (FLOOD_BYTES // len(frame))
    while True:
        with suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(_HEAD)
                await reader.readuntil(b"\r\n\r\n")
                writer.write(data)
                await writer.drain()
                await reader.read()
            finally:
                writer.transport.abort()
