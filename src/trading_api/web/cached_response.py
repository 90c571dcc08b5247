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
        self._kept: _Content | None = None

    async def respond(self, request: Request) -> Response:
        """Return the response in an encoding that the client accepts, or 304 if it has it."""
        if self._kept is None:
            self._kept = await run_in_threadpool(self._render_content)
        kept = self._kept
        if kept.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers={**kept.headers, **_VARY})
        if accepts_gzip(request.headers):
            headers = {**kept.headers, **_VARY, "content-encoding": "gzip"}
            return Response(kept.compressed, headers=headers)
        # CompressionMiddleware adds `Vary` to what it could have compressed.
        return Response(kept.body, headers=kept.headers)

    def _render_content(self) -> _Content:
        rendered = self._render()
        body = bytes(rendered.body)
        etag = f'"{sha256(body).hexdigest()[:32]}"'
        headers = dict(rendered.headers)
        del headers["content-length"]
        # The tag is weak because both encodings have it.
        headers |= {"etag": f"W/{etag}", "cache-control": "no-cache"}
        return _Content(body, compress_once(body), etag, headers)


@dataclass(frozen=True, slots=True)
class _Content:
    body: bytes
    compressed: bytes
    etag: str
    headers: dict[str, str]
