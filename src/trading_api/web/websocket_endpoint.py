"""The one WebSocket endpoint."""

from contextlib import asynccontextmanager

from fastapi import FastAPI, WebSocket
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send


def add_websocket(app: FastAPI, path: str) -> None:
    """Add the endpoint to the application's own router.

    A router of its own would cost each connection one more KB.
    """
    app.router.routes.append(WebSocketRoute(path, _Endpoint(), name="connect"))


class _Endpoint:
    """Serves each WebSocket connection as a plain ASGI application.

    FastAPI keeps 5 KB of request state for each connection of an endpoint function. None of it is
    used here, and thousands of connections stay open.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        ws_app = websocket.app.state.ws_app
        async with asynccontextmanager(ws_app.manage)(websocket) as client:
            await ws_app.serve(client)
