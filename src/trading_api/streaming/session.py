"""One connected client: it reads messages until one future determines how the session ends."""

from __future__ import annotations

import asyncio
import logging
import math
import re
import time
from asyncio import TimerHandle
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from fastws import Client, Message
from fastws.routing import NoMatchingOperation
from pydantic import BaseModel, ValidationError
from starlette.websockets import WebSocket
from websockets.frames import CloseCode

from trading_api.auth.principal import Principal
from trading_api.clock import running_clock
from trading_api.limits.connection_limiter import ConnectionLimits, Lease
from trading_api.limits.token_bucket import TokenBucket
from trading_api.settings import Settings
from trading_api.streaming.message_format import MessageFormat
from trading_api.streaming.outbox import Outbox
from trading_api.streaming.transports import INVALID_TEXT, Connection

log = logging.getLogger(__name__)

AUTH = "auth"
"""The type of the one message that a client may send before it is authenticated."""
AUTH_TIMEOUT_S = 5.0

MessageHandler: TypeAlias = Callable[[Message[str, Any], "Session"], Awaitable[None]]
"""Handles one message and sends the reply, if there is one. Raises SessionClosed, ValidationError
and NoMatchingOperation."""


class SessionClose(NamedTuple):
    """How a session ends: the code and the reason of the close frame. With code 0 no frame is sent,
    because the client has left."""

    code: int
    reason: str


_POLICY = CloseCode.POLICY_VIOLATION
CLIENT_LEFT = SessionClose(0, "the client left")
SHUTDOWN = SessionClose(CloseCode.SERVICE_RESTART, "The server stops; connect again")
SLOW_CONSUMER = SessionClose(
    CloseCode.TRY_AGAIN_LATER, "Too slow for its updates; connect and subscribe again"
)
INTERNAL_ERROR = SessionClose(CloseCode.INTERNAL_ERROR, "Internal error")


class SessionClosed(Exception):
    """Raised by a message's handler to close the session that sent the message."""

    def __init__(self, reason: str, code: int = _POLICY) -> None:
        super().__init__(reason)
        self.close = SessionClose(code, reason)


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What every session of an application has in common. Times are in seconds; None: no limit.

    A session without any frame for `heartbeat_s` is closed. A producer that waits for delivery
    waits at most `catch_up_s` for one client. A shutdown takes about `shutdown_s`, of which
    `shutdown_spread_s` spread the ends of the sessions, so that clients do not all
    return at the same time.
    """

    origins: re.Pattern[str]
    outbox_size: int
    heartbeat_s: float | None = None
    lifespan_s: float | None = None
    catch_up_s: float = 5.0
    shutdown_s: float = 10.0
    shutdown_spread_s: float = 0.0
    limits: ConnectionLimits = field(default_factory=ConnectionLimits)

    @classmethod
    def from_settings(cls, settings: Settings) -> SessionOptions:
        limits = ConnectionLimits(
            connections_per_address=settings.ws_connections_per_address,
            connections_per_principal=settings.ws_connections_per_principal,
            subscriptions=settings.ws_subscriptions_max,
            messages_per_s=settings.ws_messages_per_s,
            commands_in_flight=settings.ws_commands_in_flight_max,
            json_depth=settings.json_depth_max,
        )
        return cls(
            origins=settings.cors_origin_regex,
            outbox_size=settings.ws_outbox_size,
            heartbeat_s=settings.ws_heartbeat_s,
            lifespan_s=settings.ws_lifespan_s,
            shutdown_s=settings.shutdown_grace_s,
            limits=limits,
        )

    @property
    def timed_out(self) -> SessionClose:
        """The end of a session that was silent too long, or too old."""
        reason = (
            "Connection timed out. "
            f"Heartbeat interval {self.heartbeat_s or 'unset'}. "
            f"Max connection lifespan {self.lifespan_s or 'unset'}"
        )
        return SessionClose(CloseCode.UNSUPPORTED_DATA, reason)


class Session(Client):
    """A client's messages, its outbox, and the one way in which both end.

    `request_close` ends it, from inside and from outside; the first request wins. `serve` reads
    messages until then, and closes the connection.

    `format` reads and writes its messages. Frames in the outbox leave by `connection`, so that one
    slow client delays no other. They leave when the loop's tick ends if `schedule_flush` is called.
    `deliver` puts what is published into the outboxes. `on_shutdown` is called when the server
    stops."""

    def __init__(
        self,
        ws: WebSocket,
        connection: Connection,
        options: SessionOptions,
        format: MessageFormat,
        lease: Lease,
        principal: Principal | None,
        dirty: list[Outbox],
        schedule_flush: Callable[[], None],
        deliver: Callable[[], None],
        on_shutdown: Callable[[], None],
    ) -> None:
        super().__init__(ws)
        self.principal = principal
        self.format = format
        self.subscribed_symbols = 0
        self.commands_in_flight = 0
        self.limits = options.limits
        self.lease = lease
        self.connected_ms = time.time_ns() // 1_000_000
        self.address = ws.client.host if ws.client else ""
        self.on_shutdown = on_shutdown
        self._options = options
        self._loop = asyncio.get_running_loop()
        self._close: asyncio.Future[SessionClose] = self._loop.create_future()
        self._schedule_flush = schedule_flush
        self._deliver = deliver
        self._connection = connection
        self.outbox = Outbox(
            options.outbox_size, connection.write, dirty, self.disconnect_slow_consumer
        )
        self._frames = self._frame_bucket()
        self._clock = running_clock()
        self._active_s = self._clock.now_s()
        self._end_s = self._active_s + (options.lifespan_s or math.inf)
        self._auth_end_s = self._active_s + AUTH_TIMEOUT_S
        self._timer: TimerHandle | None = None
        self._watch_deadlines()
        self._clock.listen_to_wall_clock(self._watch_deadlines)
        connection.attach(self)

    # The life of a session

    async def serve(self, handle: MessageHandler) -> None:
        """Read and handle messages until a close is requested or the client leaves, then close the
        connection. What waits in the outbox is sent first, unless the client is too slow for it."""
        reader = asyncio.create_task(self._read(handle))
        try:
            close = await self._close
        finally:
            reader.cancel()
            await asyncio.wait([reader])
        if close.code:
            self.outbox.close(send_rest=True)
            await self._connection.close(close.code, close.reason)

    def request_close(self, code: int, reason: str) -> None:
        """End the session with this code and reason, unless its end was requested before."""
        if not self._close.done():
            self._close.set_result(SessionClose(code, reason))

    def release(self) -> SessionClose:
        """Free what the session holds once it has ended, and return how it ended."""
        self.outbox.close(send_rest=False)
        self._connection.detach()
        self._clock.stop_listening(self._watch_deadlines)
        if self._timer is not None:
            self._timer.cancel()
        self.request_close(*CLIENT_LEFT)
        return CLIENT_LEFT if self._close.cancelled() else self._close.result()

    @property
    def closed(self) -> bool:
        return self.outbox.is_closed

    # Messages

    async def _read(self, handle: MessageHandler) -> None:
        try:
            await self._handle_messages(handle)
        except SessionClosed as closed:
            self.request_close(*closed.close)
        except ValidationError:
            self.request_close(*_protocol_error("Could not validate payload"))
        except NoMatchingOperation:
            self.request_close(*_protocol_error("No matching type"))
        except ValueError:
            self.request_close(*_protocol_error("Could not decode message"))
        except Exception:
            log.exception("session_failed", extra={"client": self.uid})
            self.request_close(*INTERNAL_ERROR)
        else:
            self.request_close(*CLIENT_LEFT)

    async def _handle_messages(self, handle: MessageHandler) -> None:
        messages = TokenBucket(self.limits.messages_per_s)
        while (message := await self._next_message()) is not None:
            if messages.consume():
                most = self.limits.messages_per_s
                raise SessionClosed(f"Too many messages; at most {most} a second")
            if self.principal is None and message.type != AUTH:
                raise SessionClosed("Say who you are first, by a message of type auth")
            await handle(message, self)
            # An idle session holds no message.
            del message
            # Other clients' messages are handled between those of this one. A client that does not
            # read its replies is not read from.
            await asyncio.sleep(0)
            await self.outbox.wait_below_high_water()

    async def _next_message(self) -> Message[str, Any] | None:
        """Return None once the client has left. Raises ValueError and SessionClosed for an invalid
        message."""
        event = await self.ws.receive()
        if event["type"] == "websocket.disconnect":
            return None
        self.on_activity()
        if event is INVALID_TEXT:
            raise SessionClosed("Text is not UTF-8", CloseCode.INVALID_DATA)
        return self.format.decode(event, self.limits.json_depth)

    def reply(self, type: str, payload: BaseModel, *, after_updates: bool = False) -> None:
        """Send a reply, if wanted after every update that was published before it."""
        if after_updates:
            self._deliver()
        self.outbox.put(self.format.reply(type, payload))
        self._schedule_flush()

    # Slow consumers

    async def catch_up(self) -> None:
        """Wait until half of the outbox is free; disconnect a client that takes too long."""
        self.outbox.flush()
        if not self.outbox.above_high_water:
            return
        try:
            async with self._clock.timeout(self._options.catch_up_s):
                await self.outbox.wait_below_high_water()
        except TimeoutError:
            self.disconnect_slow_consumer()

    def disconnect_slow_consumer(self) -> None:
        """Discard what waits in the outbox, and end the session."""
        self.outbox.close(send_rest=False)
        self.request_close(*SLOW_CONSUMER)

    # Deadlines: heartbeat, lifespan and authentication

    def authenticate(self, principal: Principal) -> None:
        """Set who the client is, or renew until when it is authenticated."""
        if self.principal is None:
            self.principal = principal
            self._frames = self._frame_bucket()
        self.principal = principal
        self._watch_deadlines()

    def _auth_left_s(self, now_s: float) -> float:
        if self.principal is None:
            return self._auth_end_s - now_s
        if self.principal.expires_s is None:
            return math.inf
        # A token expires by the wall clock, even while the process or the machine is paused.
        return self.principal.expires_s - time.time()

    def _watch_deadlines(self) -> None:
        """End the session if a deadline has passed; otherwise look again at the next one.

        One timer is enough, for activity only stores its time: with 10,000 clients, a new timer for
        each of their pongs would cost more than all else that idle connections do."""
        if self._timer is not None:
            self._timer.cancel()
        now_s = self._clock.now_s()
        silent_s = self._active_s + (self._options.heartbeat_s or math.inf)
        left_s = min(silent_s, self._end_s) - now_s
        auth_left_s = self._auth_left_s(now_s)
        next_s = min(left_s, auth_left_s)
        if next_s > 0:
            if next_s < math.inf:
                self._timer = self._loop.call_later(next_s, self._watch_deadlines)
        elif left_s < auth_left_s:
            self.request_close(*self._options.timed_out)
        elif self.principal is None:
            self.request_close(_POLICY, f"No token came within {AUTH_TIMEOUT_S:g} s")
        else:
            self.request_close(_POLICY, "The token has expired; connect again with a fresh one")

    # What the connection reports

    def on_frames(self, count: int) -> bool:
        self.on_activity()
        if not self._frames.consume(count):
            return True
        self.request_close(_POLICY, f"Too many frames; at most {self._frames_per_s()} a second")
        return False

    def on_activity(self) -> None:
        """Renew the heartbeat's deadline."""
        self._active_s = self._clock.now_s()

    def pause_writing(self) -> None:
        self.outbox.pause()

    def resume_writing(self) -> None:
        self.outbox.resume()

    def connection_lost(self) -> None:
        self.outbox.close(send_rest=False)

    def _frame_bucket(self) -> TokenBucket:
        return TokenBucket(self._frames_per_s())

    def _frames_per_s(self) -> int:
        if self.principal is None:
            return self.limits.unauthenticated_frames_per_s
        return self.limits.frames_per_s


def _protocol_error(reason: str) -> SessionClose:
    return SessionClose(CloseCode.UNSUPPORTED_DATA, reason)
