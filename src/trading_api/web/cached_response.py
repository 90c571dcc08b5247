"""A response that stays the same while the server runs: rendered and compressed once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from trading_api.web.compressed_files import accepts_gzip, compress_once

_VARY = {"vary": "Accept-Encoding"}


class CachedResponse:
    """Renders a response for its first request, outside the event loop, and keeps its body and the
    gzip of it.

    Browsers may keep the response too. They ask by its entity tag whether it is current."""

    def __init__(self, render: Callable[[], Response]) -> None:
        self._render = render
        self._content: _Content | None = None

    async def respond(self, request: Request) -> Response:
        """Return the response in an encoding that the client accepts, or 304 if the client's copy
        is current."""
        if self._content is None:
            self._content = await run_in_threadpool(self._render_content)
        content = self._content
        if content.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers={**content.headers, **_VARY})
        if accepts_gzip(request.headers):
            headers = {**content.headers, **_VARY, "content-encoding": "gzip"}
            return Response(content.compressed, headers=headers)
        # CompressionMiddleware adds `Vary` to what it could have compressed.
        return Response(content.body, headers=content.headers)

    def _render_content(self) -> _Content:
        rendered = self._render()
        body = bytes(rendered.body)
        etag = f'"{sha256(body).hexdigest()[:32]}"'
        headers = dict(rendered.headers)
        del headers["content-length"]
        # A weak tag, because both encodings share it.
        headers |= {"etag": f"W/{etag}", "cache-control": "no-cache"}
        return _Content(body, compress_once(body), etag, headers)


@dataclass(frozen=True, slots=True)
class _Content:
    body: bytes
    compressed: bytes
    etag: str
    headers: dict[str, str]
