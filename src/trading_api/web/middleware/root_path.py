"""Middleware for an application that a proxy serves at a sub-path."""

from __future__ import annotations

from collections.abc import Awaitable

from starlette.types import ASGIApp, Receive, Scope, Send

from trading_api.web.paths import absolute_path


class RootPathMiddleware:
    """Sets `root_path` and `path` of the scope as ASGI defines them.

    The proxy may leave the sub-path in the requests or remove it, and requests that do not come by
    the proxy, of probes for instance, have none.
    """

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self._app = app
        self._root_path = root_path

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        # Not a coroutine: a WebSocket connection would keep its frame as long as it is open.
        if scope["type"] != "lifespan":
            scope["root_path"] = self._root_path
            scope["path"] = absolute_path(scope["path"], self._root_path)
        return self._app(scope, receive, send)
