"""One client of the trading stream: it authenticates, listens, and receives trade updates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.websockets import WebSocket

from trading_api.auth.principal import Scope
from trading_api.errors import ApiError
from trading_api.limits.connection_limiter import ConnectionLimiter, Lease
from trading_api.modules.alpaca.authentication import AlpacaAuthenticator
from trading_api.modules.alpaca.stream_session import FAILED, StreamRefusal, StreamSession
from trading_api.modules.alpaca.trade_updates.messages import (
    TRADE_UPDATES,
    authorization,
    decode,
    frame,
    is_msgpack,
)
from trading_api.modules.alpaca.trade_updates.publisher import TradeUpdatePublisher
from trading_api.settings import Settings
from trading_api.streaming.transports import Connection

_REASONS = {
    StreamRefusal.TOO_MANY_CONNECTIONS: "connection limit exceeded",
    StreamRefusal.AUTH_TIMEOUT: "auth timeout",
    StreamRefusal.UNAVAILABLE: "internal error",
    StreamRefusal.FAILED: "internal error",
}


class TradeSession(StreamSession):
    """A client's messages: `authenticate` (or `auth`) and `listen`."""

    scope = Scope.ACCOUNT_READ

    def __init__(
        self,
        websocket: WebSocket,
        connection: Connection,
        settings: Settings,
        authenticator: AlpacaAuthenticator,
        publisher: TradeUpdatePublisher,
        subjects: ConnectionLimiter,
        lease: Lease,
    ) -> None:
        super().__init__(websocket, connection, settings, authenticator, subjects, lease)
        self.packed = is_msgpack(websocket.headers)
        self._publisher = publisher
        self._account_id: str | None = None

    async def begin(self) -> None:
        """Send nothing: the client begins."""

    async def handle(self, event: Mapping[str, Any]) -> None:
        """Answer one message. A message that cannot be read is answered with an error."""
        try:
            message = decode(event, self._settings.json_depth_max, packed=self.packed)
        except ValueError:
            message = {}
        data = message.get("data")
        fields: dict[str, Any] = data if isinstance(data, dict) else {}
        match message.get("action"):
            case "authenticate":
                await self._authenticate(fields.get("key_id"), fields.get("secret_key"))
            case "auth":
                await self._authenticate(message.get("key"), message.get("secret"))
            case "listen":
                await self._listen(fields.get("streams"))
            case _:
                self._send("error", {"code": 400, "error": "invalid syntax"})

    def refusal_frame(self, refusal: StreamRefusal) -> bytes:
        data = authorization("unauthorized")
        if refusal in _REASONS:
            data["message"] = _REASONS[refusal]
        return frame("authorization", data, packed=self.packed)

    def overflow_frame(self) -> None:
        return None

    def end(self) -> None:
        if self._account_id is not None:
            self._publisher.remove(self._account_id, self)

    async def _authenticate(self, key_id: Any, secret: Any) -> None:
        texts = (each if isinstance(each, str) else None for each in (key_id, secret))
        refusal = await self.authenticate(*texts) if self.principal is None else None
        if refusal is not None:
            self.refuse(refusal)
        else:
            self._send("authorization", authorization("authorized"))

    async def _listen(self, streams: Any) -> None:
        """Begin to send trade updates, or stop if the list does not name them."""
        if self.principal is None:
            self._send("authorization", authorization("unauthorized", "listen"))
            return
        if not isinstance(streams, list) or TRADE_UPDATES not in streams:
            self.end()
            self._send("listening", {"streams": []})
            return
        account_id = self.principal.account(None)
        try:
            await self._publisher.add(account_id, self)
        except ApiError:
            self.refuse(StreamRefusal.UNAVAILABLE, FAILED)
            return
        self._account_id = account_id
        self._send("listening", {"streams": [TRADE_UPDATES]})

    def _send(self, stream: str, data: Mapping[str, Any]) -> None:
        self.send(frame(stream, data, packed=self.packed))
