"""Who calls, asked before anything of what they sent is looked at."""

from __future__ import annotations

import re
from collections.abc import Awaitable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from trading_api.auth.tokens import Tokens, bearer_token
from trading_api.errors import ApiError
from trading_api.web.error_responses import refuse


class Admission:
    """Puts the caller into `scope["state"]["principal"]`, or answers 401; all but `open_paths` is
    for callers that are known. What they may do is asked where it is done (caller.py)."""

    def __init__(self, app: ASGIApp, tokens: Tokens, open_paths: re.Pattern[str]) -> None:
        self._app = app
        self._tokens = tokens
        self._open_paths = open_paths

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        # A call, so that a WebSocket's connection keeps no frame of it.
        if scope["type"] == "lifespan" or self._open_paths.fullmatch(scope["path"]):
            return self._app(scope, receive, send)
        return self._admit(scope, receive, send)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            principal = await self._tokens.principal(bearer_token(Headers(scope=scope)))
        except ApiError as error:
            return await refuse(error, scope, receive, send)
        scope.setdefault("state", {})["principal"] = principal
        return await self._app(scope, receive, send)
