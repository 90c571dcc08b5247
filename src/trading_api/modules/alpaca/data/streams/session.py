"""One client of a data stream: it authenticates, subscribes, and receives until it leaves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from starlette.websockets import WebSocket
from websockets.frames import CloseCode

from trading_api.auth.principal import Principal, Scope
from trading_api.clock import RunningTimer, running_clock
from trading_api.errors import ApiError
from trading_api.limits.connection_limiter import ConnectionLimiter, Lease, frames_per_s
from trading_api.limits.token_bucket import TokenBucket
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
from trading_api.modules.alpaca.errors import AlpacaError
from trading_api.settings import Settings
from trading_api.streaming.outbox import Outbox, send_to_all
from trading_api.streaming.session import CLIENT_LEFT, SHUTDOWN, SLOW_CONSUMER, SessionClose
from trading_api.streaming.transports import Connection

log = logging.getLogger(__name__)

AUTH_TIMEOUT_S = 10.0
KEY_CHECK_S = 30.0
"""How long a stream goes on at most after its key was revoked."""
_REFUSED = SessionClose(CloseCode.POLICY_VIOLATION, "The client was refused")


class DataSession:
    """A client's messages, its subscriptions, and its bounded outbox.

    Every error is answered with one of Alpaca's error messages. Those of authentication, of a slow
    client and of too many messages end the session. `subjects` counts the connections of a key."""

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
        self.encoding = encoding_of(websocket.headers)
        self._websocket = websocket
        self._connection = connection
        self._settings = settings
        self._authenticator = authenticator
        self._subjects = subjects
        self._lease = lease
        self._loop = asyncio.get_running_loop()
        self._clock = running_clock()
        self._close: asyncio.Future[SessionClose] = self._loop.create_future()
        self._credentials: tuple[str | None, str | None] = (None, None)
        self._principal: Principal | None = None
        self._frames = TokenBucket(frames_per_s(settings.ws_messages_per_s))
        self._active_s = self._clock.now_s()
        # Full: the client is told, and disconnected with 1013.
        self.outbox = Outbox(settings.ws_outbox_size, connection.write, [], self._on_overflow)
        self._subscriptions = ClientSubscriptions(
            publisher, self, symbols, settings.ws_subscriptions_max
        )
        self._timers: dict[str, RunningTimer] = {}
        connection.attach(self)

    async def serve(self) -> None:
        """Serve the client until it leaves or the session ends, and release what it held."""
        self._send(CONNECTED)
        self._set_timer("authentication", AUTH_TIMEOUT_S, self._on_auth_timeout)
        self._set_timer("heartbeat", self._settings.ws_heartbeat_s, self._check_heartbeat)
        tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._check_key())]
        try:
            close = await self._close
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            self._subscriptions.close()
            for timer in self._timers.values():
                timer.cancel()
        try:
            if close.code:
                self.outbox.close(send_rest=True)
                await self._connection.close(close.code, close.reason)
        finally:
            self.outbox.close(send_rest=False)
            self._connection.detach()

    # Messages

    async def _read(self) -> None:
        try:
            await self._handle_messages()
        except Exception:
            log.exception("alpaca_stream_failed")
            self._fail(INTERNAL_ERROR, SessionClose(CloseCode.INTERNAL_ERROR, "Internal error"))
        else:
            self.request_close(*CLIENT_LEFT)

    async def _handle_messages(self) -> None:
        messages = TokenBucket(self._settings.ws_messages_per_s)
        headers = self._websocket.headers
        if "apca-api-key-id" in headers:
            await self._authenticate(headers["apca-api-key-id"], headers.get("apca-api-secret-key"))
        while (event := await self._websocket.receive())["type"] != "websocket.disconnect":
            self._active_s = self._clock.now_s()
            if messages.consume():
                self.request_close(CloseCode.POLICY_VIOLATION, "Too many messages")
                return
            try:
                request = decode_request(event, self._settings.json_depth_max)
            except ValueError:
                self._send(error_message(INVALID_SYNTAX))
            else:
                await self._handle(request)
            # Other clients' messages come between, and one that does not read is not read from.
            await asyncio.sleep(0)
            await self.outbox.wait_below_high_water()

    async def _handle(self, request: StreamRequest) -> None:
        if request.action == "auth":
            await self._authenticate(request.key, request.secret)
        elif self._principal is None:
            self._send(error_message(NOT_AUTHENTICATED))
        elif request.action == "subscribe":
            self._send(*self._subscriptions.subscribe(request))
            await self._subscriptions.apply()
        elif request.action == "unsubscribe":
            self._send(*self._subscriptions.unsubscribe(request))
            await self._subscriptions.apply()
        else:
            self._send(error_message(INVALID_SYNTAX))

    def _send(self, *messages: StreamMessage) -> None:
        """Send each message in a frame of its own, as Alpaca does with all but data."""
        for message in messages:
            send_to_all(self.encoding.frame([message]), None, (self.outbox,))

    # Authentication

    async def _authenticate(self, key_id: str | None, secret: str | None) -> None:
        if self._principal is not None:
            self._send(error_message(ALREADY_AUTHENTICATED))
        elif code := await self._refusal(key_id, secret):
            self._fail(code)
        else:
            self._timers.pop("authentication").cancel()
            self._send(AUTHENTICATED)

    async def _refusal(self, key_id: str | None, secret: str | None) -> int | None:
        """Accept a key, or return the code of the error for which it is refused."""
        try:
            principal = await self._authenticator.authenticate(key_id, secret)
        except AlpacaError:
            return AUTH_FAILED
        except ApiError:
            return INTERNAL_ERROR
        if Scope.MARKET_READ not in principal.scopes:
            return INSUFFICIENT_SUBSCRIPTION
        if self._settings.auth_mode != "off":
            try:
                self._lease.acquire(self._subjects, principal.subject)
            except ApiError:
                return TOO_MANY_CONNECTIONS
        self._principal, self._credentials = principal, (key_id, secret)
        return None

    async def _check_key(self) -> None:
        """End the session once its key is revoked or has expired."""
        while True:
            await asyncio.sleep(KEY_CHECK_S)
            if self._principal is None:
                continue
            try:
                await self._authenticator.authenticate(*self._credentials)
            except AlpacaError:
                self._fail(AUTH_FAILED)
            except ApiError:
                log.info("alpaca_key_not_checked")

    def _on_auth_timeout(self) -> None:
        self._fail(AUTH_TIMEOUT)

    # The end

    def request_close(self, code: int, reason: str) -> None:
        """End the session with this code and reason, unless its end was requested before."""
        if not self._close.done():
            self._close.set_result(SessionClose(code, reason))

    def _fail(self, code: int, close: SessionClose = _REFUSED) -> None:
        """Send an error, and end the session."""
        self._send(error_message(code))
        self.request_close(*close)

    def _on_overflow(self) -> None:
        """Disconnect a client that is too slow. What waited is discarded, so that the error comes
        next."""
        self._connection.write(self.encoding.frame([error_message(SLOW_CLIENT)]))
        self.request_close(*SLOW_CONSUMER)

    def _check_heartbeat(self) -> None:
        heartbeat_s = self._settings.ws_heartbeat_s
        silent_s = self._clock.now_s() - self._active_s
        if silent_s >= heartbeat_s:
            self.request_close(CloseCode.UNSUPPORTED_DATA, "Connection timed out")
        else:
            self._set_timer("heartbeat", heartbeat_s - silent_s, self._check_heartbeat)

    def _set_timer(self, name: str, delay_s: float, call: Callable[[], None]) -> None:
        self._timers[name] = self._clock.call_later(delay_s, call)

    # What the connection reports

    def on_frames(self, count: int) -> bool:
        self._active_s = self._clock.now_s()
        if not self._frames.consume(count):
            return True
        self.request_close(CloseCode.POLICY_VIOLATION, "Too many frames")
        return False

    def pause_writing(self) -> None:
        self.outbox.pause()

    def resume_writing(self) -> None:
        self.outbox.resume()

    def connection_lost(self) -> None:
        self.outbox.close(send_rest=False)

    @property
    def on_shutdown(self) -> Callable[[], None]:
        return self._on_shutdown

    def _on_shutdown(self) -> None:
        self.request_close(*SHUTDOWN)
