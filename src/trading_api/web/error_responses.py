"""Error responses: every one is `{"detail": "one sentence", "code": "machine_readable"}`."""

from collections.abc import Mapping

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from websockets.frames import CloseCode

from trading_api.errors import ApiError, truncate

INVALID_REQUEST = "invalid_request"
"""The code of a request with a field that is missing or not valid."""
INTERNAL_ERROR = "internal_error"
INTERNAL_ERROR_DETAIL = "The server failed; its log says why."


def error_response(error: ApiError) -> JSONResponse:
    """Return the response for an `ApiError`, with its status, code and headers."""
    return build_error_response(error.status, error.detail, error.code, error.headers)


def build_error_response(
    status: int, detail: str, code: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return an error response for a status that has no `ApiError` class."""
    return JSONResponse({"detail": detail, "code": code}, status, headers)


def describe_invalid_field(field: str, message: str, others: int) -> str:
    """Return the sentence for a field that is not valid, where `others` more are not."""
    more = f" (and {others} more)" if others else ""
    return f"{truncate(field)}: {message}{more}."


async def send_error(error: ApiError, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the error as the HTTP response, or refuse the WebSocket handshake with it.

    Where the server cannot answer a handshake with a body, the socket is closed with 1008.
    """
    if scope["type"] == "websocket" and not supports_denial_response(scope):
        await send(
            {"type": "websocket.close", "code": CloseCode.POLICY_VIOLATION, "reason": error.detail}
        )
    else:
        await error_response(error)(scope, receive, send)


def supports_denial_response(scope: Scope) -> bool:
    """Return whether the server can answer a WebSocket handshake with an HTTP response.

    This is the ASGI extension `websocket.http.response`. Without it a refusal is a bare 403.
    """
    return "websocket.http.response" in scope.get("extensions", {})
