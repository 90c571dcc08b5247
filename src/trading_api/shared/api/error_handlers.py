"""Every refusal as `{"detail": "one sentence", "code": "machine_readable"}`."""

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.routing import Match
from starlette.websockets import WebSocket

from trading_api.shared.errors import ApiError, shown

log = logging.getLogger(__name__)

_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_CODES = {
    408: "too_slow",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    422: "malformed_request",
}


def add_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(ApiError, _refusal)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _fault)


async def _refusal(connection: HTTPConnection, error: Exception) -> JSONResponse:
    """Also of a WebSocket, before its upgrade."""
    assert isinstance(error, ApiError)
    response = _response(error.status, error.detail, error.code, error.headers)
    if isinstance(connection, WebSocket):
        if "websocket.http.response" in connection.scope.get("extensions", {}):
            await connection.send_denial_response(response)
        else:
            await connection.close(1008, error.detail)
    return response


async def _validation_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first, *others = error.errors()
    if first["type"] == "json_invalid":
        return _response(
            422, f"The body is not JSON: {first['ctx']['error']}.", "malformed_request"
        )
    if first["loc"] == ("body",) and first["type"] in ("missing", "model_attributes_type"):
        detail = "The body has to be a JSON object, with Content-Type: application/json."
        return _response(422, detail, "invalid_request")
    where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    more = f" (and {len(others)} more)" if others else ""
    return _response(422, f"{shown(where)}: {first['msg']}{more}.", "invalid_request")


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        error.headers = {"Allow": ", ".join(sorted(_methods(request)))}
    code = _CODES.get(error.status_code, "http_error")
    detail = f"{str(error.detail).rstrip('.')}."
    return _response(error.status_code, detail, code, error.headers)


def _methods(request: Request) -> set[str]:
    """Those of all routes at this path; the router names those of the first alone."""
    return {
        method
        for method in _METHODS
        for route in request.app.routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    }


async def _fault(request: Request, error: Exception) -> JSONResponse:
    log.error("request_failed", exc_info=error, extra={"path": request.url.path})
    return _response(500, "The server failed; its log says why.", "internal_error")


def _response(
    status: int, detail: str, code: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    return JSONResponse({"detail": detail, "code": code}, status, headers)
