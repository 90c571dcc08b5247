"""Middleware that adds security headers to every HTTP response."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Awaitable
from hashlib import sha256

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_COMMON_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_TLS_HEADER = (b"strict-transport-security", b"max-age=31536000")
_NO_STORE = (b"cache-control", b"no-store")
_POLICY_HEADER = b"content-security-policy"
_EMPTY_POLICY_HEADER = (_POLICY_HEADER, b"default-src 'none'; frame-ancestors 'none'")
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


class SecurityHeadersMiddleware:
    """Adds a content security policy and the other headers that protect browsers.

    * A page may load the server's own resources and run its own inline scripts, whose hashes the
      policy lists. A page with a policy of its own keeps that.
    * Any other response may load nothing.
    * JSON must not be stored by caches.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        # Not a coroutine: a WebSocket connection would keep its frame as long as it is open.
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        return self._respond(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None
        page = bytearray()

        async def send_with_headers(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                content_type = _add_headers(message["headers"], scope)
                if not any(name == _POLICY_HEADER for name, _ in message["headers"]):
                    if content_type.startswith(b"text/html"):
                        start = message
                        return
                    message["headers"].append(_EMPTY_POLICY_HEADER)
            elif start is not None:
                page.extend(message.get("body", b""))
                if message.get("more_body"):
                    return
                start["headers"].append((_POLICY_HEADER, _page_policy(page).encode()))
                await send(start)
                message = {"type": "http.response.body", "body": bytes(page)}
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _add_headers(headers: list[tuple[bytes, bytes]], scope: Scope) -> bytes:
    """Add the headers that every response has. Return the response's content type."""
    content_type = next((value for name, value in headers if name == b"content-type"), b"")
    headers += _COMMON_HEADERS
    if content_type == b"application/json" and not any(
        name == b"cache-control" for name, _ in headers
    ):
        headers.append(_NO_STORE)
    if scope["scheme"] == "https":
        headers.append(_TLS_HEADER)
    return content_type


def _page_policy(page: bytes | bytearray) -> str:
    hashes = [b64encode(sha256(text).digest()).decode() for text in _INLINE_SCRIPT.findall(page)]
    scripts = " ".join(["'self'", *(f"'sha256-{each}'" for each in hashes)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'none'"
    )
