"""Each request's id, time and outcome."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable
from secrets import token_hex

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trading_api.observability.metrics import Metrics
from trading_api.observability.request_id import named_request, request_id

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"
_RAW_HEADER = HEADER.lower().encode()
SLOW_S = 1.0
_PLAIN = re.compile(rb"[A-Za-z0-9_.-]{1,64}")


class UnderWay:
    """The requests that are not answered yet."""

    def __init__(self) -> None:
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()

    def __enter__(self) -> None:
        self._count += 1
        self._none.clear()

    def __exit__(self, *_: object) -> None:
        self._count -= 1
        if not self._count:
            self._none.set()

    async def none(self) -> None:
        """Waits until there are none."""
        await self._none.wait()


class RequestLog:
    """A caller's own id is kept if it is plain, and told back. Logged as information is what
    changes something, was refused, failed, or was slow; the rest where one debugs."""

    def __init__(self, app: ASGIApp, metrics: Metrics, under_way: UnderWay) -> None:
        self._app = app
        self._requests = metrics.requests
        self._under_way = under_way

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "lifespan":
            return self._app(scope, receive, send)
        own = next((value for key, value in scope["headers"] if key == _RAW_HEADER), b"")
        is_own = _PLAIN.fullmatch(own) is not None
        name = own.decode() if is_own else token_hex(8)
        if scope["type"] == "http":
            return self._log(name, is_own, scope, receive, send)
        # For good, in the connection's own task, which so keeps no frame of this.
        request_id.set(name)
        return self._app(scope, receive, self._told_if_refused(name, scope, send))

    async def _log(
        self, name: str, is_own: bool, scope: Scope, receive: Receive, send: Send
    ) -> None:
        token, named = request_id.set(name), named_request.set(name if is_own else "")
        try:
            with self._under_way:
                await self._answer(name, scope, receive, send)
        finally:
            request_id.reset(token)
            named_request.reset(named)

    async def _answer(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((_RAW_HEADER, name.encode()))
            await send(message)

        started_s = time.perf_counter()
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            operation = getattr(scope.get("route"), "operation_id", None) or "other"
            self._tell(scope, operation, status, time.perf_counter() - started_s)

    def _told_if_refused(self, name: str, scope: Scope, send: Send) -> Send:
        """Of a WebSocket that is opened the delivery tells."""
        started_s: float | None = time.perf_counter()

        async def send_and_tell(message: Message) -> None:
            nonlocal started_s
            if started_s is not None:
                status = None
                if message["type"] == "websocket.http.response.start":
                    status = message["status"]
                    message["headers"].append((_RAW_HEADER, name.encode()))
                elif message["type"] == "websocket.close":
                    status = 403
                if status is not None:
                    self._tell(scope, "connect", status, time.perf_counter() - started_s)
                started_s = None
            await send(message)

        return send_and_tell

    def _tell(self, scope: Scope, operation: str, status: int, took_s: float) -> None:
        self._requests.labels(operation, str(status)).observe(took_s)
        method = scope.get("method", "GET")
        is_notable = method != "GET" or status >= 400 or took_s > SLOW_S
        level = logging.INFO if is_notable else logging.DEBUG
        if log.isEnabledFor(level):
            principal = scope.get("state", {}).get("principal")
            fields = {
                "method": method,
                "path": scope["path"],
                "operation": operation,
                "status": status,
                "ms": round(took_s * 1000, 1),
                "subject": principal.subject if principal else "",
                "address": scope["client"][0] if scope.get("client") else "",
            }
            log.log(level, "request", extra=fields)
