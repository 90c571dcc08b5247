"""Middleware that authenticates each request before its path, headers or body are used."""

from __future__ import annotations

import re
from collections.abc import Awaitable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from trading_api.auth.tokens import TokenVerifier, bearer_token
from trading_api.errors import ApiError
from trading_api.web.error_responses import send_error
from trading_api.web.paths import route_path


class AuthenticationMiddleware:
    """Stores the caller in `scope["state"]["principal"]`, or answers 401.

    `open_paths` need no token; a module may authenticate its own clients there. Authorization is
    separate: each endpoint requires its own scope (`web/security.py`).
    """

    def __init__(self, app: ASGIApp, tokens: TokenVerifier, open_paths: re.Pattern[str]) -> None:
        self._app = app
        self._tokens = tokens
        self._open_paths = open_paths

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        # Not a coroutine: a WebSocket connection would keep its frame as long as it is open.
        if scope["type"] == "lifespan" or self._open_paths.fullmatch(route_path(scope)):
            return self._app(scope, receive, send)
        return self._authenticate(scope, receive, send)

    async def _authenticate(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            principal = await self._tokens.authenticate(bearer_token(Headers(scope=scope)))
        except ApiError as error:
            return await send_error(error, scope, receive, send)
        scope.setdefault("state", {})["principal"] = principal
        return await self._app(scope, receive, send)
