"""Every refusal as `{"detail": "one sentence", "code": "machine_readable"}`."""

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from trading_api.shared.errors import ApiError


def refusal(error: ApiError) -> JSONResponse:
    return JSONResponse(
        {"detail": error.detail, "code": error.code}, error.status, headers=error.headers
    )


async def refuse(error: ApiError, scope: Scope, receive: Receive, send: Send) -> None:
    """Also of a WebSocket, before its upgrade."""
    if scope["type"] == "websocket" and not takes_denial(scope):
        await send({"type": "websocket.close", "code": 1008, "reason": error.detail})
    else:
        await refusal(error)(scope, receive, send)


def takes_denial(scope: Scope) -> bool:
    """Servers that do not can only answer 403."""
    return "websocket.http.response" in scope.get("extensions", {})
