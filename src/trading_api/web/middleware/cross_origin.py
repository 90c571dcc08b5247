"""Middleware that lets pages of allowed origins read the responses (CORS)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_VARY = b"vary"


class CrossOriginMiddleware(CORSMiddleware):
    """Starlette's middleware, without its work for requests that no page sends.

    A response to a request without an origin differs only by `Vary: Origin`."""

    def __init__(
        self, app: ASGIApp, origins: re.Pattern[str], exposed_headers: Sequence[str]
    ) -> None:
        super().__init__(
            app,
            allow_origin_regex=origins.pattern,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=exposed_headers,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or any(name == b"origin" for name, _ in scope["headers"]):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, partial(_send_varying, send))


async def _send_varying(send: Send, message: Message) -> None:
    if message["type"] == "http.response.start":
        headers = message["headers"]
        others = [value for name, value in headers if name == _VARY]
        if others:
            headers[:] = [header for header in headers if header[0] != _VARY]
        headers.append((_VARY, b", ".join([*others, b"Origin"])))
    await send(message)
