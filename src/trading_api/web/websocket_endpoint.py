"""The one WebSocket endpoint."""

from contextlib import asynccontextmanager

from fastapi import FastAPI, WebSocket
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from trading_api.web.error_responses import build_error_response


def add_websocket(app: FastAPI, path: str) -> None:
    """Add the endpoint to the application's own router. A plain GET of it is answered with 426.

    A router of its own would cost each connection one more KB.
    """
    app.router.routes.append(WebSocketRoute(path, _Endpoint(), name="connect"))
    app.add_route(path, _refuse_plain_request, include_in_schema=False)


async def _refuse_plain_request(_: Request) -> JSONResponse:
    return build_error_response(
        426,
        "This is a WebSocket; connect to it with a WebSocket client.",
        "upgrade_required",
        {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"},
    )


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
