"""The WebSocket endpoint of the trading stream."""

from __future__ import annotations

from starlette.websockets import WebSocket
from websockets.frames import CloseCode

from trading_api.errors import TooManyRequests
from trading_api.limits.connection_limiter import ConnectionLimiter, Lease
from trading_api.modules.alpaca.services import AlpacaServices
from trading_api.modules.alpaca.trade_updates.publisher import TradeUpdatePublisher
from trading_api.modules.alpaca.trade_updates.session import TradeSession
from trading_api.modules.alpaca.trading.order_documents import OrderPresenter
from trading_api.streaming.transports import offered_connection


class TradeStreams:
    """The trading streams of one application."""

    def __init__(self, services: AlpacaServices) -> None:
        settings = services.context.settings
        self._settings = settings
        self._authenticator = services.authenticator
        self.publisher = TradeUpdatePublisher(
            services.context.broker, OrderPresenter(services.assets)
        )
        self._addresses = ConnectionLimiter(settings.ws_connections_per_address, "address")
        self._subjects = ConnectionLimiter(settings.ws_connections_per_principal, "subject")
        self._sessions = 0
        services.context.metrics.add_gauge(
            "alpaca_trade_streams", "Open trading streams of Alpaca's clients", self.count
        )

    def count(self) -> int:
        return self._sessions

    async def serve(self, websocket: WebSocket) -> None:
        """Serve a client, whose connection is not accepted yet."""
        await websocket.accept()
        with Lease() as lease:
            try:
                lease.acquire(self._addresses, websocket.client.host if websocket.client else "")
            except TooManyRequests as error:
                return await websocket.close(CloseCode.POLICY_VIOLATION, error.detail[:120])
            session = TradeSession(
                websocket,
                offered_connection(websocket),
                self._settings,
                self._authenticator,
                self.publisher,
                self._subjects,
                lease,
            )
            self._sessions += 1
            try:
                await session.serve()
            finally:
                self._sessions -= 1
