"""Opens sessions within the limits, and ends them when the server stops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from fastapi import WebSocketException
from prometheus_client import Counter
from starlette.websockets import WebSocket
from websockets.frames import CloseCode

from trading_api.auth.origins import is_allowed_origin
from trading_api.auth.principal import Principal
from trading_api.auth.tokens import TokenVerifier, handshake_token
from trading_api.errors import ApiError, Forbidden, Unavailable
from trading_api.limits.connection_limiter import ConnectionLimiter, Lease
from trading_api.observability.metrics import Metrics
from trading_api.streaming.fan_out import FanOut
from trading_api.streaming.session import SHUTDOWN, Session, SessionOptions
from trading_api.streaming.subprotocols import message_format, select_subprotocol
from trading_api.streaming.subscriptions import Subscriptions
from trading_api.streaming.topics import parse_topic
from trading_api.streaming.transports import offered_connection

log = logging.getLogger(__name__)

SPREAD_TURN_S = 0.05


class SessionManager:
    """The open sessions of one application.

    `wait_idle` waits until no HTTP request is in progress; a shutdown waits for it before it closes
    the sessions, so that they still receive what those requests cause."""

    def __init__(
        self,
        options: SessionOptions,
        tokens: TokenVerifier,
        fan_out: FanOut,
        subscriptions: Subscriptions,
        wait_idle: Callable[[], Awaitable[None]],
    ) -> None:
        self.sessions: dict[str, Session] = {}
        self._options = options
        self._tokens = tokens
        self._fan_out = fan_out
        self._subscriptions = subscriptions
        self._wait_idle = wait_idle
        self._addresses = ConnectionLimiter(options.limits.connections_per_address, "address")
        self._subjects = ConnectionLimiter(options.limits.connections_per_principal, "subject")
        self._shutdown = asyncio.Event()
        self._conflated = 0
        self._disconnects: Counter | None = None

    # Opening and ending a session

    async def open(self, ws: WebSocket, lease: Lease) -> Session:
        """Accept the upgrade and return its session, which holds `lease`.

        Raises WebSocketException for a page of a foreign origin, and UnknownSubprotocol,
        Unavailable, Unauthorized and TooManyRequests, all before the upgrade."""
        if not is_allowed_origin(
            ws.headers.get("origin"), ws.headers.get("host"), self._options.origins
        ):
            raise WebSocketException(
                CloseCode.POLICY_VIOLATION, "This page's origin is not admitted"
            )
        if self._shutdown.is_set():
            raise Unavailable("The server stops; connect again.", "stopping")
        subprotocol = select_subprotocol(ws.scope.get("subprotocols", ()))
        lease.acquire(self._addresses, ws.client.host if ws.client else "")
        principal = await self._authenticate_handshake(ws)
        if principal is not None:
            self._limit_subject(principal, lease)
        await ws.accept(subprotocol)
        connection = offered_connection(ws)
        session = Session(
            ws,
            connection,
            self._options,
            message_format(subprotocol, connection.shares_compressed_frames),
            lease,
            principal,
            self._fan_out.dirty,
            self._fan_out.schedule_flush,
            self._fan_out.deliver,
            self.request_shutdown,
        )
        self.sessions[session.uid] = session
        log.info("client_connected", extra={"client": session.uid[:8], "address": session.address})
        if self._shutdown.is_set():
            # The handshake was in progress when the other sessions were closed.
            session.request_close(*SHUTDOWN)
        return session

    def unregister(self, session: Session) -> None:
        """Release everything that a session held, however it ended."""
        close = session.release()
        self._conflated += session.outbox.conflated
        if self._disconnects is not None:
            self._disconnects.labels(str(close.code)).inc()
        del self.sessions[session.uid]
        log.info(
            "client_disconnected",
            extra={
                "client": session.uid[:8],
                "subject": session.principal.subject if session.principal else "",
                "ended": f"{close.code} {close.reason}" if close.code else close.reason,
                "topics": len(session.topics),
                "clients_left": len(self.sessions),
            },
        )
        self._subscriptions.release(session)

    # Authentication

    async def _authenticate_handshake(self, ws: WebSocket) -> Principal | None:
        """Return None for a client that may authenticate by a message after the upgrade."""
        token = handshake_token(ws.headers, ws.scope.get("subprotocols", ()))
        if token is None and self._tokens.is_required:
            return None
        return await self._tokens.authenticate(token)

    def authenticate(self, session: Session, principal: Principal) -> None:
        """Accept the principal of a token that a session sent by message, and end the
        subscriptions which it does not allow. Raises TooManyRequests, Forbidden."""
        if session.principal is None:
            self._limit_subject(principal, session.lease)
        elif session.principal.subject != principal.subject:
            raise Forbidden("The token is somebody else's.", "another_subject")
        session.authenticate(principal)
        for topic in list(session.topics):
            try:
                principal.authorize_subscription(parse_topic(topic)[1])
            except ApiError:
                self._subscriptions.leave(topic, session)

    def _limit_subject(self, principal: Principal, lease: Lease) -> None:
        """Count a connection of the subject. Without authentication all clients have the same, and
        only addresses are limited. Raises TooManyRequests."""
        if self._tokens.is_required:
            lease.acquire(self._subjects, principal.subject)

    # Shutdown

    def request_shutdown(self) -> None:
        """Accept no new session from now on, and close those that are open."""
        self._shutdown.set()

    async def close_on_shutdown(self) -> None:
        """Wait for a shutdown and then close every session with 1012.

        Requests in progress are answered first, within half of the time for a shutdown. Every
        session is sent what waits for it, and updates until its turn comes."""
        await self._shutdown.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._options.shutdown_s / 2):
                await self._wait_idle()
        self._fan_out.drain()
        sessions = list(self.sessions.values())
        turns = max(1, round(self._options.shutdown_spread_s / SPREAD_TURN_S))
        for turn in range(turns):
            for session in sessions[turn::turns]:
                session.request_close(*SHUTDOWN)
            if turn < turns - 1:
                await asyncio.sleep(SPREAD_TURN_S)

    # Delivery

    async def wait_delivered(self) -> None:
        """Wait until every published update is in the outboxes and half of each outbox is free. A
        client that reads nothing for `catch_up_s` is disconnected."""
        self._fan_out.drain()
        for session in list(self.sessions.values()):
            await session.catch_up()

    def register_metrics(self, metrics: Metrics) -> None:
        sessions = self.sessions
        metrics.add_gauge("connections", "Open WebSocket connections", lambda: len(sessions))
        metrics.add_gauge(
            "topics", "Topics that have subscribers", lambda: len(self._subscriptions)
        )
        metrics.add_gauge(
            "subscriptions",
            "Subscriptions of all connections",
            lambda: sum(len(session.topics) for session in sessions.values()),
        )
        metrics.add_gauge("updates_waiting", "Updates in the routes' queues", self._fan_out.queued)
        metrics.add_gauge(
            "outbox_depth",
            "Updates in the fullest outbox",
            lambda: max((len(session.outbox) for session in sessions.values()), default=0),
        )
        metrics.add_gauge(
            "outboxes_waiting",
            "Updates in all outboxes",
            lambda: sum(len(session.outbox) for session in sessions.values()),
        )
        metrics.add_gauge(
            "outbox_bytes",
            "Bytes in all outboxes",
            lambda: sum(session.outbox.bytes_waiting for session in sessions.values()),
        )
        metrics.add_gauge(
            "outbox_bytes_highest",
            "Bytes in the outbox with most",
            lambda: max((each.outbox.bytes_waiting for each in sessions.values()), default=0),
        )
        metrics.add_counter(
            "updates_delivered",
            "Updates that were put into outboxes",
            lambda: self._fan_out.delivered,
        )
        metrics.add_counter(
            "updates_conflated",
            "Updates that were replaced by newer ones before they were sent",
            self._conflated_total,
        )
        self._disconnects = metrics.disconnects

    def _conflated_total(self) -> int:
        open_sessions = sum(session.outbox.conflated for session in self.sessions.values())
        return self._conflated + open_sessions
