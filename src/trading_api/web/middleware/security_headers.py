"""What browsers are told about every answer."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Awaitable
from hashlib import sha256

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_OVER_TLS = (b"strict-transport-security", b"max-age=31536000")
_NOT_KEPT = (b"cache-control", b"no-store")
_POLICY = b"content-security-policy"
_NOTHING = (_POLICY, b"default-src 'none'; frame-ancestors 'none'")
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


class SecurityHeaders:
    """Pages may load what this server has and run the scripts they came with, unless they come
    with a policy of their own; all else may do nothing at all. Answers in JSON are nobody's to
    keep."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        # A call, so that a WebSocket's connection keeps no frame of it.
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        return self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None
        page = bytearray()

        async def send_with_headers(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                kind = _describe(message["headers"], scope)
                if not any(name == _POLICY for name, _ in message["headers"]):
                    if kind.startswith(b"text/html"):
                        start = message
                        return
                    message["headers"].append(_NOTHING)
            elif start is not None:
                page.extend(message.get("body", b""))
                if message.get("more_body"):
                    return
                start["headers"].append((_POLICY, _policy(page).encode()))
                await send(start)
                message = {"type": "http.response.body", "body": bytes(page)}
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _describe(headers: list[tuple[bytes, bytes]], scope: Scope) -> bytes:
    """The content's type."""
    kind = next((value for name, value in headers if name == b"content-type"), b"")
    headers += _ALWAYS
    if kind == b"application/json" and not any(name == b"cache-control" for name, _ in headers):
        headers.append(_NOT_KEPT)
    if scope["scheme"] == "https":
        headers.append(_OVER_TLS)
    return kind


def _policy(page: bytes | bytearray) -> str:
    hashes = [b64encode(sha256(text).digest()).decode() for text in _INLINE_SCRIPT.findall(page)]
    scripts = " ".join(["'self'", *(f"'sha256-{each}'" for each in hashes)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'none'"
    )
