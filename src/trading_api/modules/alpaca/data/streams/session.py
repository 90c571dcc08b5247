"""One client of a data stream: it authenticates, subscribes, and receives until it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.websockets import WebSocket

from trading_api.auth.principal import Scope
from trading_api.limits.connection_limiter import ConnectionLimiter, Lease
from trading_api.models.alpaca.market_data import StreamRequest
from trading_api.modules.alpaca.authentication import AlpacaAuthenticator
from trading_api.modules.alpaca.data.streams.client_subscriptions import ClientSubscriptions
from trading_api.modules.alpaca.data.streams.messages import (
    ALREADY_AUTHENTICATED,
    AUTH_FAILED,
    AUTH_TIMEOUT,
    AUTHENTICATED,
    CONNECTED,
    INSUFFICIENT_SUBSCRIPTION,
    INTERNAL_ERROR,
    INVALID_SYNTAX,
    NOT_AUTHENTICATED,
    SLOW_CLIENT,
    TOO_MANY_CONNECTIONS,
    StreamMessage,
    decode_request,
    encoding_of,
    error_message,
)
from trading_api.modules.alpaca.data.streams.publisher import MarketPublisher
from trading_api.modules.alpaca.data.symbols import AssetClassSymbols
from trading_api.modules.alpaca.stream_session import StreamRefusal, StreamSession
from trading_api.settings import Settings
from trading_api.streaming.transports import Connection

_CODES = {
    StreamRefusal.KEY_INVALID: AUTH_FAILED,
    StreamRefusal.SCOPE_MISSING: INSUFFICIENT_SUBSCRIPTION,
    StreamRefusal.TOO_MANY_CONNECTIONS: TOO_MANY_CONNECTIONS,
    StreamRefusal.AUTH_TIMEOUT: AUTH_TIMEOUT,
    StreamRefusal.UNAVAILABLE: INTERNAL_ERROR,
    StreamRefusal.FAILED: INTERNAL_ERROR,
}


class DataSession(StreamSession):
    """A client's messages and its subscriptions.

    Every error is answered with one of Alpaca's error messages. Those of authentication, of a slow
    client and of too many messages end the session."""

    scope = Scope.MARKET_READ

    def __init__(
        self,
        websocket: WebSocket,
        connection: Connection,
        settings: Settings,
        authenticator: AlpacaAuthenticator,
        publisher: MarketPublisher,
        symbols: AssetClassSymbols,
        subjects: ConnectionLimiter,
        lease: Lease,
    ) -> None:
        super().__init__(websocket, connection, settings, authenticator, subjects, lease)
        self.encoding = encoding_of(websocket.headers)
        self._subscriptions = ClientSubscriptions(
            publisher, self, symbols, settings.ws_subscriptions_max
        )

    async def begin(self) -> None:
        """Greet the client, and authenticate it by its headers where it sent a key there."""
        self._send(CONNECTED)
        headers = self._websocket.headers
        if "apca-api-key-id" in headers:
            await self._authenticate(headers["apca-api-key-id"], headers.get("apca-api-secret-key"))

    async def handle(self, event: Mapping[str, Any]) -> None:
        """Answer one message."""
        try:
            request = decode_request(event, self._settings.json_depth_max)
        except ValueError:
            self._send(error_message(INVALID_SYNTAX))
        else:
            await self._handle_request(request)

    def refusal_frame(self, refusal: StreamRefusal) -> bytes:
        return self.encoding.frame([error_message(_CODES[refusal])])

    def overflow_frame(self) -> bytes:
        return self.encoding.frame([error_message(SLOW_CLIENT)])

    def end(self) -> None:
        self._subscriptions.close()

    async def _handle_request(self, request: StreamRequest) -> None:
        if request.action == "auth":
            await self._authenticate(request.key, request.secret)
        elif self.principal is None:
            self._send(error_message(NOT_AUTHENTICATED))
        elif request.action == "subscribe":
            self._send(*self._subscriptions.subscribe(request))
            await self._subscriptions.apply()
        elif request.action == "unsubscribe":
            self._send(*self._subscriptions.unsubscribe(request))
            await self._subscriptions.apply()
        else:
            self._send(error_message(INVALID_SYNTAX))

    async def _authenticate(self, key_id: str | None, secret: str | None) -> None:
        if self.principal is not None:
            self._send(error_message(ALREADY_AUTHENTICATED))
        elif refusal := await self.authenticate(key_id, secret):
            self.refuse(refusal)
        else:
            self._send(AUTHENTICATED)

    def _send(self, *messages: StreamMessage) -> None:
        """Send each message in a frame of its own, as Alpaca does with all but data."""
        for message in messages:
            self.send(self.encoding.frame([message]))
