"""The call of an ASGI application with a forwarded request."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive

from trading_api.relay.http_message import ForwardedRequest, ForwardedResponse, Headers
from trading_api.web.error_responses import build_error_response

log = logging.getLogger(__name__)


async def call_application(app: ASGIApp, request: ForwardedRequest) -> ForwardedResponse:
    """Return the application's response with its whole body. An exception of the application is
    logged, and answered with 500."""
    scope, response = _scope(request), _Collected()
    try:
        await app(scope, _receiving(request), response.send)
    except Exception:
        # The application has answered and logged most of them.
        if not response.is_complete:
            log.exception("forwarded_request_failed", extra={"path": request.path})
    if not response.is_complete:
        detail = "The server failed; its log says why."
        return forwarded(build_error_response(500, detail, "internal_error"))
    return ForwardedResponse(
        status=response.status,
        headers=response.headers,
        operation=getattr(scope.get("route"), "operation_id", None) or "",
        size=len(response.body),
        body=bytes(response.body),
    )


def forwarded(response: Response) -> ForwardedResponse:
    """Return the message of a response that is complete."""
    body = bytes(response.body)
    headers = _decoded(response.raw_headers)
    return ForwardedResponse(
        status=response.status_code, headers=headers, size=len(body), body=body
    )


class _Collected:
    """A response as an application sends it."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: Headers = ()
        self.body = bytearray()
        self.is_complete = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], _decoded(message["headers"])
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            self.is_complete = not message.get("more_body", False)


def _receiving(request: ForwardedRequest) -> Receive:
    """Return what the application receives: the body, and then nothing, because the gateway stays
    connected. After a body that is cut, the client is gone."""
    messages: list[Message] = [
        {"type": "http.request", "body": request.body, "more_body": request.is_body_cut}
    ]
    if request.is_body_cut:
        messages.append({"type": "http.disconnect"})

    async def receive() -> Message:
        if messages:
            return messages.pop(0)
        never: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        return await never

    return receive


def _scope(request: ForwardedRequest) -> dict[str, Any]:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in request.headers]
    return {
        "type": "http",
        # Since 2.4 a response that is streamed does not wait for a disconnect.
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.scheme,
        "path": request.path,
        "root_path": request.root_path,
        "query_string": request.query.encode("latin-1"),
        "headers": headers,
        "client": None,
        "server": None,
        "state": {"principal": request.principal},
    }


def _decoded(headers: list[tuple[bytes, bytes]]) -> Headers:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
