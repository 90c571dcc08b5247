"""One client of a stream: its connection, its key, its bounded outbox, and its end."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Any, ClassVar

from starlette.websockets import WebSocket
from websockets.frames import CloseCode

from trading_api.auth.principal import Principal, Scope
from trading_api.clock import RunningTimer, running_clock
from trading_api.errors import ApiError
from trading_api.limits.connection_limiter import ConnectionLimiter, Lease, frames_per_s
from trading_api.limits.token_bucket import TokenBucket
from trading_api.modules.alpaca.authentication import AlpacaAuthenticator
from trading_api.modules.alpaca.errors import AlpacaError
from trading_api.settings import Settings
from trading_api.streaming.outbox import Outbox, send_to_all
from trading_api.streaming.session import CLIENT_LEFT, SHUTDOWN, SLOW_CONSUMER, SessionClose
from trading_api.streaming.transports import Connection

log = logging.getLogger(__name__)

AUTH_TIMEOUT_S = 10.0
KEY_CHECK_S = 30.0
"""How often the key of a stream is checked: the longest time that a revoked one stays connected."""
REFUSED = SessionClose(CloseCode.POLICY_VIOLATION, "The client was refused")
FAILED = SessionClose(CloseCode.INTERNAL_ERROR, "Internal error")


class StreamRefusal(Enum):
    """Why a client is refused."""

    KEY_INVALID = auto()
    SCOPE_MISSING = auto()
    TOO_MANY_CONNECTIONS = auto()
    AUTH_TIMEOUT = auto()
    UNAVAILABLE = auto()
    FAILED = auto()


class StreamSession(ABC):
    """Reads a client's messages until it leaves or the session ends.

    A subclass decodes and answers the messages. `subjects` counts the connections of a key."""

    scope: ClassVar[Scope]
    """The scope that the client's key needs."""

    def __init__(
        self,
        websocket: WebSocket,
        connection: Connection,
        settings: Settings,
        authenticator: AlpacaAuthenticator,
        subjects: ConnectionLimiter,
        lease: Lease,
    ) -> None:
        self.principal: Principal | None = None
        self._websocket = websocket
        self._connection = connection
        self._settings = settings
        self._authenticator = authenticator
        self._subjects = subjects
        self._lease = lease
        self._clock = running_clock()
        self._close: asyncio.Future[SessionClose] = asyncio.get_running_loop().create_future()
        self._credentials: tuple[str | None, str | None] = (None, None)
        self._frames = TokenBucket(frames_per_s(settings.ws_messages_per_s))
        self._active_s = self._clock.now_s()
        # When it is full, the client receives an error and is disconnected with 1013.
        self.outbox = Outbox(settings.ws_outbox_size, connection.write, [], self._on_overflow)
        self._timers: dict[str, RunningTimer] = {}
        connection.attach(self)

    # Implemented by subclasses

    @abstractmethod
    async def begin(self) -> None:
        """Send what the client expects before its own first message."""
        ...

    @abstractmethod
    async def handle(self, event: Mapping[str, Any]) -> None:
        """Answer an ASGI event `websocket.receive`."""
        ...

    @abstractmethod
    def refusal_frame(self, refusal: StreamRefusal) -> bytes:
        """Return the frame with the reason of the refusal."""
        ...

    @abstractmethod
    def overflow_frame(self) -> bytes | None:
        """Return the frame with the error of a client that is too slow, or None for no frame."""
        ...

    @abstractmethod
    def end(self) -> None:
        """End the client's subscriptions."""
        ...

    # The session

    async def serve(self) -> None:
        """Serve the client until it leaves or the session ends, then end its subscriptions."""
        client = self._websocket.client
        log.info("client_connected", extra={"address": client.host if client else ""})
        self._set_timer("authentication", AUTH_TIMEOUT_S, self._on_auth_timeout)
        self._set_timer("heartbeat", self._settings.ws_heartbeat_s, self._check_heartbeat)
        tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._check_key())]
        try:
            close = await self._close
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            self.end()
            for timer in self._timers.values():
                timer.cancel()
        self._log_end(close)
        try:
            if close.code:
                self.outbox.close(send_rest=True)
                await self._connection.close(close.code, close.reason)
        finally:
            self.outbox.close(send_rest=False)
            self._connection.detach()

    async def authenticate(self, key_id: str | None, secret: str | None) -> StreamRefusal | None:
        """Authenticate the client by a key. Return the refusal, or None if the key is accepted."""
        try:
            principal = await self._authenticator.authenticate(key_id, secret)
            principal.account(None)
        except AlpacaError:
            return StreamRefusal.KEY_INVALID
        except ApiError as error:
            return StreamRefusal.UNAVAILABLE if error.status == 503 else StreamRefusal.SCOPE_MISSING
        if self.scope not in principal.scopes:
            return StreamRefusal.SCOPE_MISSING
        if self._settings.auth_mode != "off":
            try:
                self._lease.acquire(self._subjects, principal.subject)
            except ApiError:
                return StreamRefusal.TOO_MANY_CONNECTIONS
        self.principal, self._credentials = principal, (key_id, secret)
        self._timers.pop("authentication").cancel()
        return None

    def refuse(self, refusal: StreamRefusal, close: SessionClose = REFUSED) -> None:
        """Send the client the reason of a refusal, and end the session."""
        self.send(self.refusal_frame(refusal))
        self.request_close(*close)

    def request_close(self, code: int, reason: str) -> None:
        """End the session with this code and reason, unless its end was requested before."""
        if not self._close.done():
            self._close.set_result(SessionClose(code, reason))

    def send(self, frame: bytes) -> None:
        """Send a frame to this client."""
        send_to_all(frame, None, (self.outbox,))

    async def _read(self) -> None:
        try:
            await self._handle_messages()
        except Exception:
            log.exception("alpaca_stream_failed")
            self.refuse(StreamRefusal.FAILED, FAILED)
        else:
            self.request_close(*CLIENT_LEFT)

    async def _handle_messages(self) -> None:
        messages = TokenBucket(self._settings.ws_messages_per_s)
        await self.begin()
        while (event := await self._websocket.receive())["type"] != "websocket.disconnect":
            self._active_s = self._clock.now_s()
            if messages.consume():
                self.request_close(CloseCode.POLICY_VIOLATION, "Too many messages")
                return
            await self.handle(event)
            # So that a fast sender does not delay other clients, and one that does not read its
            # messages cannot send more.
            await asyncio.sleep(0)
            await self.outbox.wait_below_high_water()

    def _log_end(self, close: SessionClose) -> None:
        fields = {
            "subject": self.principal.subject if self.principal else "",
            "ended": f"{close.code} {close.reason}" if close.code else close.reason,
        }
        log.info("client_disconnected", extra=fields)

    async def _check_key(self) -> None:
        """End the session once its key is revoked or has expired."""
        while True:
            await asyncio.sleep(KEY_CHECK_S)
            if self.principal is None:
                continue
            try:
                await self._authenticator.authenticate(*self._credentials)
            except AlpacaError:
                self.refuse(StreamRefusal.KEY_INVALID)
            except ApiError as error:
                log.info("alpaca_key_check_failed", extra={"reason": error.code})

    def _on_auth_timeout(self) -> None:
        self.refuse(StreamRefusal.AUTH_TIMEOUT)

    def _on_overflow(self) -> None:
        """Disconnect a client that is too slow. Its unsent frames are discarded, and the error is
        written instead."""
        if (frame := self.overflow_frame()) is not None:
            self._connection.write(frame)
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

    # Called by the connection

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
