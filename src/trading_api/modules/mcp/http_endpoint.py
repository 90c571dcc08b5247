"""The HTTP endpoint of the protocol: the SDK's transport, with sessions of subjects."""

from __future__ import annotations

import asyncio
import json
from http import HTTPMethod
from typing import Any

from mcp.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp_types import INVALID_REQUEST
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from trading_api.auth.principal import Principal
from trading_api.errors import ApiError, NotFound
from trading_api.limits.json_nesting import exceeds_nesting
from trading_api.modules.mcp.sessions import SESSION_IDLE_S, SESSIONS_MAX, McpSession, McpSessions
from trading_api.modules.mcp.tool import ToolCaller
from trading_api.modules.mcp.tool_server import CALLER
from trading_api.settings import Settings
from trading_api.web.error_responses import send_error
from trading_api.web.paths import route_path
from trading_api.web.strict_request import StrictRequest

SESSION_HEADER = "mcp-session-id"
VERSION_HEADER = "mcp-protocol-version"
PATHS = ("/mcp", "/mcp/", "/")
"""The paths of the endpoint; which of them it receives depends on how it is mounted."""


class McpEndpoint:
    """An ASGI application. The middleware before it has authenticated the caller.

    Versions of the protocol with a handshake have sessions, which a header names. Later versions
    have none; then all requests of one subject belong to one session. Responses are JSON: the
    server sends no messages on its own, and no connection stays open."""

    def __init__(self, server: Server[Any], sessions: McpSessions, settings: Settings) -> None:
        self._sessions = sessions
        self._json_depth_max = settings.json_depth_max
        self._is_running = asyncio.Event()
        self._manager = StreamableHTTPSessionManager(
            server,
            json_response=True,
            session_idle_timeout=SESSION_IDLE_S,
            max_request_body_size=settings.body_bytes_max,
            max_sessions=SESSIONS_MAX,
        )

    async def run(self) -> None:
        """Serve the sessions until cancelled. Called once."""
        async with self._manager.run():
            self._is_running.set()
            await asyncio.Event().wait()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or route_path(scope) not in PATHS:
            await send_error(NotFound("There is nothing here.", "not_found"), scope, receive, send)
            return
        if scope["method"] not in (HTTPMethod.POST, HTTPMethod.DELETE):
            response = Response(status_code=405, headers={"Allow": "POST, DELETE"})
            await response(scope, receive, send)
            return
        await self._is_running.wait()
        try:
            await self._serve(scope, await self._read(scope, receive), send)
        except ApiError as error:
            await send_error(error, scope, receive, send)

    async def _read(self, scope: Scope, receive: Receive) -> StrictRequest:
        """Return the request with its body, which is within the limits of all requests.

        Raises HTTPException if the body exceeds a limit."""
        request = StrictRequest(scope, receive)
        body = await request.body()
        if exceeds_nesting(body.decode("latin-1"), self._json_depth_max):
            raise HTTPException(422, f"The body is nested more than {self._json_depth_max} deep")
        return request

    async def _serve(self, scope: Scope, request: StrictRequest, send: Send) -> None:
        receive = request.unread()
        headers = Headers(scope=scope)
        subject = _principal(scope).subject
        session_id = headers.get(SESSION_HEADER)
        if headers.get(VERSION_HEADER, HANDSHAKE_PROTOCOL_VERSIONS[0]) not in (
            HANDSHAKE_PROTOCOL_VERSIONS
        ):
            session = self._sessions.of_subject(subject)
            await self._handle(session, scope, receive, send)
        elif session_id is None:
            await self._begin(subject, scope, receive, send)
        elif (found := self._sessions.find(session_id, subject)) is None:
            await _session_not_found()(scope, receive, send)
        else:
            with found.open_request(_message_id(await request.body())):
                await self._handle(found, scope, receive, send)
            if scope["method"] == HTTPMethod.DELETE:
                self._sessions.end(session_id)

    async def _begin(self, subject: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin a session if the SDK's response names a new one."""
        self._sessions.check_capacity(subject)

        async def send_and_begin(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                session_id = MutableHeaders(raw=message["headers"]).get(SESSION_HEADER)
                if session_id is not None:
                    self._sessions.begin(session_id, subject)
            await send(message)

        await self._manager.handle_request(scope, receive, send_and_begin)

    async def _handle(
        self, session: McpSession, scope: Scope, receive: Receive, send: Send
    ) -> None:
        scope["state"][CALLER] = ToolCaller(_principal(scope), session)
        await self._manager.handle_request(scope, receive, send)


def _principal(scope: Scope) -> Principal:
    principal: Principal = scope["state"]["principal"]
    return principal


def _message_id(body: bytes) -> str | None:
    """Return the id of a request of JSON-RPC, or None for a notification or no JSON."""
    try:
        message = json.loads(body)
    except ValueError:
        return None
    id = message.get("id") if isinstance(message, dict) else None
    return None if id is None else str(id)


def _session_not_found() -> Response:
    """Return the response after which a client begins another session. It is the same for the
    session of another caller."""
    error = {"code": INVALID_REQUEST, "message": "Session not found"}
    return JSONResponse({"jsonrpc": "2.0", "id": None, "error": error}, status_code=404)
