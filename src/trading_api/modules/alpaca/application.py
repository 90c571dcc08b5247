"""The application that speaks Alpaca's protocols; the server mounts it at `/api/v1/alpaca`."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from trading_api.modules.alpaca import data
from trading_api.modules.alpaca.authentication import AlpacaAuthenticationMiddleware
from trading_api.modules.alpaca.data.streams.endpoint import DataStreams
from trading_api.modules.alpaca.errors import add_error_handlers
from trading_api.modules.alpaca.services import AlpacaServices
from trading_api.modules.alpaca.trade_updates.endpoint import TradeStreams
from trading_api.modules.alpaca.trading import account_api, order_api
from trading_api.modules.alpaca.trading.service import AlpacaTrading

MSGPACK = "application/msgpack"


def create_application(services: AlpacaServices, trade_streams: TradeStreams) -> FastAPI:
    """Return the application with the trading API, the data API and all streams.

    Every HTTP request is authenticated before it is routed, and every error is Alpaca's."""
    # It has no OpenAPI document: Alpaca's own documentation describes the API.
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.state.alpaca = services
    app.state.settings = services.context.settings
    app.add_middleware(AlpacaAuthenticationMiddleware, authenticator=services.authenticator)
    add_error_handlers(app)
    app.state.trading = AlpacaTrading(services)
    streams = DataStreams(services)
    for router in (order_api.router, account_api.router):
        app.include_router(router)
    app.router.routes += data.routes(streams)

    async def connect(websocket: WebSocket) -> None:
        """Serve the address that clients use for all streams (`url_override` of alpaca-py).

        A data client requests MessagePack, and waits for the server's first message. A trading
        client sends the first message."""
        if websocket.headers.get("content-type") == MSGPACK:
            await streams.serve(websocket)
        else:
            await trade_streams.serve(websocket)

    app.router.routes += [
        WebSocketRoute("/", connect),
        WebSocketRoute("/stream", trade_streams.serve),
        # The address of the older alpaca-trade-api ends with a slash.
        WebSocketRoute("/stream/", trade_streams.serve),
    ]
    return app
