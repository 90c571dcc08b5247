"""What browsers are told about every answer."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_NOTHING = "default-src 'none'; frame-ancestors 'none'"
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


class SecurityHeaders:
    """Pages may load what this server has and run the scripts they came with; all else may do
    nothing at all. Answers in JSON are nobody's to keep."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        start: Message | None = None
        page = bytearray()

        async def send_with_headers(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                _describe(headers, scope)
                if headers.get("content-type", "").startswith("text/html"):
                    start = message
                    return
            elif start is not None:
                page.extend(message.get("body", b""))
                if message.get("more_body"):
                    return
                MutableHeaders(raw=start["headers"])["Content-Security-Policy"] = _policy(page)
                await send(start)
                message = {"type": "http.response.body", "body": bytes(page)}
            await send(message)

        return await self._app(scope, receive, send_with_headers)


def _describe(headers: MutableHeaders, scope: Scope) -> None:
    headers.update(_ALWAYS)
    headers["Content-Security-Policy"] = _NOTHING
    if headers.get("content-type") == "application/json":
        headers.setdefault("Cache-Control", "no-store")
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"


def _policy(page: bytes | bytearray) -> str:
    hashes = [b64encode(sha256(text).digest()).decode() for text in _INLINE_SCRIPT.findall(page)]
    scripts = " ".join(["'self'", *(f"'sha256-{each}'" for each in hashes)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'none'"
    )
