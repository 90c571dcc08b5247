"""Every refusal as `{"detail": "one sentence", "code": "machine_readable"}`."""

from collections.abc import Mapping

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from trading_api.errors import ApiError


def refusal(error: ApiError) -> JSONResponse:
    return refused_with(error.status, error.detail, error.code, error.headers)


def refused_with(
    status: int, detail: str, code: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    return JSONResponse({"detail": detail, "code": code}, status, headers)


async def refuse(error: ApiError, scope: Scope, receive: Receive, send: Send) -> None:
    """Also of a WebSocket, before its upgrade."""
    if scope["type"] == "websocket" and not takes_denial(scope):
        await send({"type": "websocket.close", "code": 1008, "reason": error.detail})
    else:
        await refusal(error)(scope, receive, send)


def takes_denial(scope: Scope) -> bool:
    """Servers that do not can only answer 403."""
    return "websocket.http.response" in scope.get("extensions", {})
