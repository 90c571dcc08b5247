"""Refuse the WebSocket connections of web pages whose origin is not allowed."""

from __future__ import annotations

import re
from collections.abc import Awaitable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from trading_api.auth.origins import is_allowed_origin
from trading_api.errors import Forbidden
from trading_api.web.error_responses import send_error


class WebSocketOriginMiddleware:
    """Answers 403 to the handshake of a page whose origin is not allowed.

    A browser lets any page open a WebSocket, so its origin is the only protection of a server
    without authentication. Requests by HTTP pass: HostOriginMiddleware has checked them."""

    def __init__(self, app: ASGIApp, origins: re.Pattern[str]) -> None:
        self._app = app
        self._origins = origins

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "websocket":
            headers = Headers(scope=scope)
            if not is_allowed_origin(headers.get("origin"), headers.get("host"), self._origins):
                error = Forbidden("This page's origin is not admitted.", "origin_not_allowed")
                return send_error(error, scope, receive, send)
        return self._app(scope, receive, send)
