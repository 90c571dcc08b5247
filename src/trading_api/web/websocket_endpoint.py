"""The one WebSocket endpoint."""

from contextlib import asynccontextmanager

from fastapi import FastAPI, WebSocket
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send


def add_websocket(app: FastAPI, path: str) -> None:
    """Not by way of a router of its own, which would cost each connection another KB."""
    app.router.routes.append(WebSocketRoute(path, _Endpoint(), name="connect"))


class _Endpoint:
    """An ASGI application, because thousands of connections live in here: a function would be
    wrapped into what FastAPI keeps for each request, 5 KB a connection, none of it used."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        ws_app = websocket.app.state.ws_app
        async with asynccontextmanager(ws_app.manage)(websocket) as client:
            await ws_app.serve(client)
