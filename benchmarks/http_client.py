"""HTTP over one kept connection, and little else."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from types import TracebackType


class HttpClient:
    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port

    async def __aenter__(self) -> HttpClient:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._writer.close()

    async def get(
        self, path: str, statuses: Collection[int] = (200,), token: str | None = None
    ) -> bytes:
        return await self._request("GET", path, b"", statuses, token)

    async def post(
        self, path: str, body: bytes = b"", token: str | None = None, key: str | None = None
    ) -> bytes:
        return await self._request("POST", path, body, (200,), token, key)

    async def _request(
        self,
        method: str,
        path: str,
        body: bytes,
        statuses: Collection[int],
        token: str | None,
        key: str | None = None,
    ) -> bytes:
        optional = f"Authorization: Bearer {token}\r\n" if token else ""
        optional += f"Idempotency-Key: {key}\r\n" if key else ""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n{optional}\r\n"
        )
        self._writer.write(head.encode() + body)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        size = answer.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
        content = await (self._reader.readexactly(int(size)) if size else self._chunks())
        if int(answer.split(maxsplit=2)[1]) not in statuses:
            raise RuntimeError(f"{method} {path}: {content.decode()[:200]}")
        return content

    async def _chunks(self) -> bytes:
        content = b""
        while size := int(await self._reader.readline(), 16):
            content += (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readline()
        return content
