"""The WebSocket endpoints of the data streams."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from websockets.frames import CloseCode

from trading_api.errors import TooManyRequests
from trading_api.limits.connection_limiter import ConnectionLimiter, Lease
from trading_api.modules.alpaca.assets import CRYPTO, US_EQUITY
from trading_api.modules.alpaca.data.streams.messages import (
    TOO_MANY_CONNECTIONS,
    encoding_of,
    error_message,
)
from trading_api.modules.alpaca.data.streams.publisher import MarketPublisher
from trading_api.modules.alpaca.data.streams.session import DataSession
from trading_api.modules.alpaca.data.symbols import AssetClassSymbols
from trading_api.modules.alpaca.services import AlpacaServices
from trading_api.streaming.frames import TEXT, messages
from trading_api.streaming.transports import offered_connection

STOCK_PATHS = ("/v2/iex", "/v2/sip", "/v2/delayed_sip")
"""The feeds of stocks, all of which show the one market."""
CRYPTO_PATHS = ("/v1beta3/crypto/us", "/v1beta2/crypto")
"""The second one is that of the older alpaca-trade-api."""


class DataStreams:
    """The data streams of one application: one publisher for the clients of all endpoints."""

    def __init__(self, services: AlpacaServices) -> None:
        context = services.context
        self._settings = settings = context.settings
        self._market = context.market
        self._authenticator = services.authenticator
        self._publisher = MarketPublisher(context.market, context.history)
        self._addresses = ConnectionLimiter(settings.ws_connections_per_address, "address")
        self._subjects = ConnectionLimiter(settings.ws_connections_per_principal, "subject")
        self._sessions = 0
        context.metrics.add_gauge(
            "alpaca_streams", "Open data streams of Alpaca's clients", lambda: self._sessions
        )

    def routes(self) -> Sequence[BaseRoute]:
        """Return the endpoints at Alpaca's own paths."""
        stocks, crypto = _Endpoint(self, US_EQUITY), _Endpoint(self, CRYPTO)
        return [
            *(WebSocketRoute(path, stocks) for path in STOCK_PATHS),
            *(WebSocketRoute(path, crypto) for path in CRYPTO_PATHS),
        ]

    async def serve(self, websocket: WebSocket) -> None:
        """Serve a client at the bare address, which may subscribe to every class of assets. The
        connection is not accepted yet."""
        await self.serve_classes(websocket, (US_EQUITY, CRYPTO))

    async def serve_classes(self, websocket: WebSocket, classes: Sequence[str]) -> None:
        """Serve a client, which may subscribe to these classes of assets."""
        await websocket.accept()
        with Lease() as lease:
            try:
                lease.acquire(self._addresses, websocket.client.host if websocket.client else "")
            except TooManyRequests:
                return await _refuse(websocket)
            session = DataSession(
                websocket,
                offered_connection(websocket),
                self._settings,
                self._authenticator,
                self._publisher,
                AssetClassSymbols(self._market, classes),
                self._subjects,
                lease,
            )
            self._sessions += 1
            try:
                await session.serve()
            finally:
                self._sessions -= 1


class _Endpoint:
    """A plain ASGI application: FastAPI would keep a request's state for each connection."""

    def __init__(self, streams: DataStreams, asset_class: str) -> None:
        self._streams = streams
        self._asset_class = asset_class

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._streams.serve_classes(WebSocket(scope, receive, send), (self._asset_class,))


async def _refuse(websocket: WebSocket) -> None:
    frame = encoding_of(websocket.headers).frame([error_message(TOO_MANY_CONNECTIONS)])
    for kind, content in messages(frame):
        if kind == TEXT:
            await websocket.send_text(content.decode())
        else:
            await websocket.send_bytes(content)
    await websocket.close(CloseCode.POLICY_VIOLATION)
