"""FastWS bound to the delivery path."""

from __future__ import annotations

import asyncio
import logging
import math
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI, WebSocketException
from fastws import Client, FastWS, OperationRouter
from fastws.routing import NoMatchingOperation
from prometheus_client import Counter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.websockets import WebSocket

from trading_api.auth.origins import is_allowed_origin
from trading_api.auth.principal import Principal
from trading_api.auth.tokens import SUBPROTOCOL, TokenVerifier, handshake_token
from trading_api.errors import ApiError, Forbidden, Unavailable
from trading_api.limits.connection_limiter import ConnectionLimiter, ConnectionLimits, Lease
from trading_api.limits.token_bucket import TokenBucket
from trading_api.observability.metrics import Metrics
from trading_api.shared.plugins.asyncapi_document import normalize
from trading_api.shared.plugins.asyncapi_page import asyncapi_page
from trading_api.shared.ws.auth_route import AUTH, AuthRouter
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.streaming.fan_out import FanOut
from trading_api.streaming.session import STOPPING, Expelled, Session
from trading_api.streaming.subscriptions import Subscriptions
from trading_api.streaming.topics import parse_topic

log = logging.getLogger(__name__)

CATCH_UP_S = 5.0
STOP_S = 10.0
AUTH_TIMEOUT_S = 5.0


async def _at_once() -> None:
    """Nothing else is waited for."""


class FastWSAdapter(FastWS):
    """FastWS routes the messages and describes them; connections, replies and updates go through
    `shared/delivery`. `path` is where the application mounts the endpoint, `answered` waits until
    no request is under way."""

    def __init__(
        self,
        *,
        path: str,
        subscriptions: Subscriptions,
        outbox_size: int,
        heartbeat_interval: float | None,
        max_connection_lifespan: float | None,
        origins: re.Pattern[str],
        now_ms: Callable[[], int],
        tokens: TokenVerifier,
        limits: ConnectionLimits | None = None,
        stop_s: float = STOP_S,
        answered: Callable[[], Awaitable[None]] = _at_once,
        catch_up_s: float = CATCH_UP_S,
        **about: Any,
    ) -> None:
        super().__init__(
            heartbeat_interval=heartbeat_interval,
            max_connection_lifespan=max_connection_lifespan,
            **about,
        )
        self.path = path
        self.outbox_size = outbox_size
        self.origins = origins
        self.tokens = tokens
        self.limits = limits or ConnectionLimits()
        self._addresses = ConnectionLimiter(self.limits.connections_per_address, "address")
        self._subjects = ConnectionLimiter(self.limits.connections_per_principal, "subject")
        self.catch_up_s = catch_up_s
        self.stop_s = stop_s
        self.answered = answered
        self._conflated = 0
        self._stopping = asyncio.Event()
        self._gone: Counter | None = None
        self.fan_out = FanOut(now_ms)
        self.subscriptions = subscriptions
        self.include_router(AuthRouter(tokens, self._admit))

    def include_router(self, router: OperationRouter, *, prefix: str = "") -> None:
        super().include_router(router, prefix=prefix)
        if isinstance(router, WsRouter):
            router.bind(self.fan_out, self.subscriptions)

    def setup(self, app: FastAPI) -> None:
        """The document and its page; FastWS's own page would load scripts from the internet."""
        app.add_route(f"{self.path}/asyncapi.json", self._document, include_in_schema=False)
        app.add_route(f"{self.path}/asyncapi", self._page, include_in_schema=False)

    def asyncapi(self) -> dict[str, Any]:
        if self.asyncapi_schema is None:
            self.asyncapi_schema = normalize(super().asyncapi(), self.path)
        return self.asyncapi_schema

    async def drain(self) -> None:
        """Takes updates from the routers' queues to the clients, until cancelled. When the server
        stops, it lets the clients go."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.fan_out.run())
            tasks.create_task(self._close_when_stopped())

    def stop(self) -> None:
        """No new sockets from now on."""
        self._stopping.set()

    async def _close_when_stopped(self) -> None:
        """What was asked before is answered first, as far as half of the time for a stop allows.
        Then every client is sent what waits for it, and closed with 1012."""
        await self._stopping.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.stop_s / 2):
                await self.answered()
        self.fan_out.drain()
        for session in self.sessions():
            session.expel(*STOPPING)

    async def delivered(self) -> None:
        """Everything posted is in the outboxes, and half of each is free; a client that reads
        nothing for `catch_up_s` is cut off."""
        self.fan_out.drain()
        for client in self.sessions():
            await client.catch_up(self.catch_up_s)

    def sessions(self) -> list[Session]:
        return [client for client in self.connections.values() if isinstance(client, Session)]

    def conflated(self) -> int:
        """Updates that gave way to newer ones before they were sent."""
        return self._conflated + sum(session.outbox.conflated for session in self.sessions())

    def register_metrics(self, metrics: Metrics) -> None:
        metrics.add_gauge(
            "connections", "Open WebSocket connections", lambda: len(self.connections)
        )
        metrics.add_gauge("topics", "Topics that have subscribers", lambda: len(self.subscriptions))
        metrics.add_gauge(
            "subscriptions",
            "Subscriptions of all connections",
            lambda: sum(len(session.topics) for session in self.sessions()),
        )
        metrics.add_gauge("updates_waiting", "In the routers' queues", self.fan_out.queued)
        metrics.add_gauge(
            "outbox_depth",
            "Updates that wait for the client that is most behind",
            lambda: max((len(session.outbox) for session in self.sessions()), default=0),
        )
        metrics.add_gauge(
            "outboxes_waiting",
            "Updates that wait for all clients",
            lambda: sum(len(session.outbox) for session in self.sessions()),
        )
        metrics.add_counter(
            "updates_delivered", "Put into outboxes", lambda: self.fan_out.delivered
        )
        metrics.add_counter("updates_conflated", "Given way to newer ones", self.conflated)
        self._gone = metrics.disconnects

    async def manage(self, ws: WebSocket) -> AsyncGenerator[Session, None]:
        """A client's life: what it held is released however it ends. Unlike FastWS's own, it
        swallows no exception, for FastAPI would then end the socket without a close frame. Raises
        Unauthorized, TooManyRequests and Unavailable before the upgrade."""
        origin, host = ws.headers.get("origin"), ws.headers.get("host")
        if not is_allowed_origin(origin, host, self.origins):
            raise WebSocketException(1008, "This page's origin is not admitted")
        if self._stopping.is_set():
            raise Unavailable("The server stops; connect again.", "stopping")
        with Lease() as lease:
            lease.acquire(self._addresses, ws.client.host if ws.client else "")
            principal = await self._known(ws, lease)
            await ws.accept(
                SUBPROTOCOL if SUBPROTOCOL in ws.scope.get("subprotocols", ()) else None
            )
            session = self._session(ws, lease, principal)
            self._connect(session)
            log.info("client_came", extra={"client": session.uid[:8], "address": session.address})
            try:
                yield session
            finally:
                self._part_from(session)

    async def _known(self, ws: WebSocket, lease: Lease) -> Principal | None:
        """Who it is, if it says so before the upgrade."""
        token = handshake_token(ws.headers, ws.scope.get("subprotocols", ()))
        if token is None and self.tokens.is_required:
            return None
        principal = await self.tokens.authenticate(token)
        self._acquire_for(principal, lease)
        return principal

    def _acquire_for(self, principal: Principal, lease: Lease) -> None:
        """Without authentication everybody is the same. Raises TooManyRequests."""
        if self.tokens.is_required:
            lease.acquire(self._subjects, principal.subject)

    def _session(self, ws: WebSocket, lease: Lease, principal: Principal | None) -> Session:
        fan_out = self.fan_out
        session = Session(
            ws, self.outbox_size, fan_out.dirty, fan_out.schedule_flush, self.limits, lease
        )
        session.principal = principal
        session.on_stopping = self.stop
        return session

    def _part_from(self, session: Session) -> None:
        session.end()
        self._conflated += session.outbox.conflated
        if self._gone is not None:
            self._gone.labels(str(session.close_code)).inc()
        log.info(
            "client_gone",
            extra={
                "client": session.uid[:8],
                "subject": session.principal.subject if session.principal else "",
                "ended": session.ended,
                "topics": len(session.topics),
                "clients_left": len(self.connections) - 1,
            },
        )
        self._disconnect(session)
        self.subscriptions.release(session)

    async def serve(self, client: Client) -> None:
        """Reads and answers until the client goes; or closes it, with a code that says why."""
        assert isinstance(client, Session), "only `manage` makes clients"
        try:
            await self._read(client)
        except Expelled as expelled:
            await client.close(expelled.code, expelled.reason)
        except (ValueError, NoMatchingOperation, TimeoutError) as error:
            if client.too_slow:
                await client.close(1013, "Too slow for its updates; connect and subscribe again")
            else:
                await client.close(*await self._close_reason(error))
        except Exception:
            log.exception("session_failed", extra={"client": client.uid})
            await client.close(1011, "Internal error")

    async def _read(self, client: Session) -> None:
        """Raises TimeoutError when the heartbeat or the lifespan is over, or the client is cut
        off."""
        now_s = asyncio.get_running_loop().time
        interval, lifespan = self.heartbeat_interval, self.max_connection_lifespan
        end_s = math.inf if lifespan is None else now_s() + lifespan
        async with asyncio.timeout(None) as deadline, _admission(client):

            def wait_on() -> None:
                # What comes too late, or from a client that is cut off, changes nothing.
                if not (deadline.expired() or client.too_slow):
                    silent_s = math.inf if interval is None else now_s() + interval
                    when_s = min(silent_s, end_s)
                    deadline.reschedule(None if when_s == math.inf else when_s)

            def cut_off() -> None:
                if not deadline.expired():
                    deadline.reschedule(now_s())

            wait_on()
            client.on_heard, client.on_cut_off = wait_on, cut_off
            try:
                messages = TokenBucket(self.limits.messages_per_s)
                while (message := await client.next_message()) is not None:
                    if messages.consume():
                        most = self.limits.messages_per_s
                        raise Expelled(f"Too many messages; at most {most} a second")
                    if client.principal is None and message.type != AUTH:
                        raise Expelled("Say who you are first, by a message of type auth")
                    await self.client_send(message, client=client)
                    # What was said is not kept until more is.
                    del message
                    # Others get their turn between a client's buffered messages, and a client
                    # that does not read its replies is not read from.
                    await asyncio.sleep(0)
                    await client.outbox.calm()
            finally:
                client.on_heard = client.on_cut_off = lambda: None

    def _admit(self, client: Session, principal: Principal) -> None:
        """A client's token is good, or its fresh one. Raises TooManyRequests, Forbidden."""
        if client.principal is None:
            self._acquire_for(principal, client.lease)
        elif client.principal.subject != principal.subject:
            raise Forbidden("The token is somebody else's.", "another_subject")
        client.principal = principal
        client.on_admission()
        for topic in list(client.topics):
            try:
                principal.authorize_subscription(parse_topic(topic)[1])
            except ApiError:
                self.subscriptions.leave(topic, client)

    async def _close_reason(self, error: Any, *_: Any) -> tuple[int, str]:
        try:
            await self.handle_exception(error)
        except WebSocketException as closing:
            return closing.code, closing.reason
        raise AssertionError("handle_exception always raises")

    async def _document(self, _: Request) -> JSONResponse:
        return JSONResponse(self.asyncapi())

    async def _page(self, _: Request) -> HTMLResponse:
        return HTMLResponse(asyncapi_page(self.asyncapi()))


@asynccontextmanager
async def _admission(client: Session) -> AsyncIterator[None]:
    """A client is admitted until its token expires; one that is not known yet has a moment to say
    who it is. Raises Expelled."""

    def end_s() -> float | None:
        if client.expulsion is not None:
            return loop.time()
        if client.principal is None:
            return loop.time() + AUTH_TIMEOUT_S
        if client.principal.expires_s is None:
            return None
        return loop.time() + client.principal.expires_s - time.time()

    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout_at(end_s()) as admission:
            client.on_admission = lambda: admission.reschedule(end_s())
            yield
    except TimeoutError:
        if not admission.expired():
            raise
        if client.expulsion is not None:
            raise client.expulsion from None
        if client.principal is None:
            raise Expelled(f"No token came within {AUTH_TIMEOUT_S:g} s") from None
        raise Expelled("The token has expired; connect again with a fresh one") from None
    finally:
        client.on_admission = lambda: None
