"""An HTTP/1.1 client for thousands of requests, which sends targets and headers as they are."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx

from tests.kit.server import TIMEOUT_S

Headers = list[tuple[bytes, bytes]]


class RawHttpClient:
    """Sends one request at a time over one connection, and connects again if the server has closed
    it.

    httpx takes three times as long for a request."""

    def __init__(self, address: str) -> None:
        self._host, self._port = address.split(":")
        self._streams: tuple[StreamReader, StreamWriter] | None = None

    async def send(
        self, method: str, target: str, headers: Mapping[str, str], content: bytes | None
    ) -> httpx.Response:
        """Return the answer to a request with these headers, its host and its length."""
        fields = {"Host": f"{self._host}:{self._port}", **headers}
        if content is not None:
            fields["Content-Length"] = str(len(content))
        lines = [f"{method} {target} HTTP/1.1", *(f"{key}: {fields[key]}" for key in fields)]
        async with asyncio.timeout(TIMEOUT_S):
            reader, writer = await self._connected()
            writer.write("\r\n".join([*lines, "", ""]).encode() + (content or b""))
            response = await _read(reader)
        if response.headers.get("connection") == "close":
            await self.close()
        return response

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self._streams is not None:
            _, writer = self._streams
            writer.close()
            await writer.wait_closed()
            self._streams = None

    async def _connected(self) -> tuple[StreamReader, StreamWriter]:
        if self._streams is not None and self._streams[0].at_eof():
            await self.close()
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, int(self._port))
        return self._streams


@asynccontextmanager
async def raw_http(address: str) -> AsyncIterator[RawHttpClient]:
    """Yield a client of the server at `host:port`, and close it afterwards."""
    client = RawHttpClient(address)
    try:
        yield client
    finally:
        await client.close()


async def _read(reader: StreamReader) -> httpx.Response:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head[:-4].split(b"\r\n")
    headers: Headers = []
    for line in lines:
        name, _, value = line.partition(b":")
        headers.append((name.lower(), value.strip()))
    fields = dict(headers)
    if fields.get(b"transfer-encoding") == b"chunked":
        content = await _read_chunks(reader)
    else:
        content = await reader.readexactly(int(fields.get(b"content-length", b"0")))
    kept = [each for each in headers if each[0] not in (b"transfer-encoding", b"content-length")]
    return httpx.Response(int(first.split()[1]), headers=kept, content=content)


async def _read_chunks(reader: StreamReader) -> bytes:
    chunks = []
    while size := int(await reader.readline(), 16):
        chunks.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(chunks)
