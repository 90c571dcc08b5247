"""Middleware that gives each request an id and logs its outcome and duration.

asgi-correlation-id does not fit: it does not distinguish ids of clients from generated ones, leaves
rejected WebSocket handshakes without an id, and keeps a coroutine frame for each open WebSocket.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from secrets import token_hex

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trading_api.observability.metrics import Metrics
from trading_api.observability.request_id import PLAIN_ID, client_request_id, request_id
from trading_api.web.mount import MOUNT_NAME
from trading_api.web.request_log import RequestLog

HEADER = "X-Request-ID"
_RAW_HEADER = HEADER.lower().encode()


class InFlightRequests:
    """Counts the requests that are not answered yet."""

    def __init__(self) -> None:
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def __enter__(self) -> None:
        self._count += 1
        self._idle.clear()

    def __exit__(self, *_: object) -> None:
        self._count -= 1
        if not self._count:
            self._idle.set()

    async def wait_idle(self) -> None:
        """Wait until every request is answered."""
        await self._idle.wait()


class AccessLogMiddleware:
    """Logs each request, measures it, and returns its id in the header `X-Request-ID`.

    A caller's own id is kept where it is plain: letters, digits, `_`, `.` and `-`.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, in_flight: InFlightRequests) -> None:
        self._app = app
        self._log = RequestLog(metrics)
        self._in_flight = in_flight

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "lifespan":
            return self._app(scope, receive, send)
        given_id = next((value for key, value in scope["headers"] if key == _RAW_HEADER), b"")
        id = given_id.decode("latin-1")
        is_given = PLAIN_ID.fullmatch(id) is not None
        id = id if is_given else token_hex(8)
        if scope["type"] == "http":
            return self._handle_http(id, is_given, scope, receive, send)
        # Never reset, and not a coroutine: the connection has its own task, which then keeps no
        # frame of this middleware.
        request_id.set(id)
        return self._app(scope, receive, self._log_if_rejected(id, scope, send))

    async def _handle_http(
        self, id: str, is_given: bool, scope: Scope, receive: Receive, send: Send
    ) -> None:
        token, named_token = request_id.set(id), client_request_id.set(id if is_given else "")
        try:
            with self._in_flight:
                await self._respond(id, scope, receive, send)
        finally:
            request_id.reset(token)
            client_request_id.reset(named_token)

    async def _respond(self, id: str, scope: Scope, receive: Receive, send: Send) -> None:
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((_RAW_HEADER, id.encode()))
            await send(message)

        # A mount changes the path to what its application sees.
        path = scope["path"]
        started_s = time.perf_counter()
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            operation = getattr(scope.get("route"), "operation_id", None)
            operation = operation or scope.get(MOUNT_NAME, "other")
            self._record(scope, path, operation, status, time.perf_counter() - started_s)

    def _log_if_rejected(self, id: str, scope: Scope, send: Send) -> Send:
        """Return a `send` that records a handshake which is rejected.

        The session itself logs the connections that are accepted.
        """
        path = scope["path"]
        started_s: float | None = time.perf_counter()

        async def send_and_record(message: Message) -> None:
            nonlocal started_s
            if started_s is not None:
                status = None
                if message["type"] == "websocket.http.response.start":
                    status = message["status"]
                    message["headers"].append((_RAW_HEADER, id.encode()))
                elif message["type"] == "websocket.close":
                    status = 403
                if status is not None:
                    self._record(scope, path, "connect", status, time.perf_counter() - started_s)
                started_s = None
            await send(message)

        return send_and_record

    def _record(
        self, scope: Scope, path: str, operation: str, status: int, duration_s: float
    ) -> None:
        principal = scope.get("state", {}).get("principal")
        self._log.record(
            scope.get("method", "GET"),
            path,
            operation,
            status,
            duration_s,
            principal.subject if principal else "",
            scope["client"][0] if scope.get("client") else "",
        )
