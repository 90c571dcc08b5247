"""Handlers that turn the exceptions of endpoints into error responses."""

import logging
import re
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket
from websockets.frames import CloseCode

from trading_api.errors import ApiError
from trading_api.web.error_responses import (
    INTERNAL_ERROR,
    INTERNAL_ERROR_DETAIL,
    INVALID_REQUEST,
    build_error_response,
    describe_invalid_field,
    error_response,
    supports_denial_response,
)
from trading_api.web.paths import route_path

log = logging.getLogger(__name__)

_CODES = {
    408: "too_slow",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    422: "malformed_request",
}


def add_error_handlers(app: FastAPI) -> None:
    """Register a handler for each kind of exception that an endpoint can raise."""
    app.add_exception_handler(ApiError, _handle_api_error)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _handle_validation_error)
    app.add_exception_handler(HTTPException, _handle_http_error)
    app.add_exception_handler(Exception, _handle_unexpected_error)


async def _handle_api_error(connection: HTTPConnection, error: Exception) -> JSONResponse | None:
    """Answer a request, or refuse a WebSocket before its upgrade.

    Returns None where the server cannot answer a handshake with a body; the socket is then closed
    with 1008.
    """
    assert isinstance(error, ApiError)
    if isinstance(connection, WebSocket) and not supports_denial_response(connection.scope):
        await connection.close(CloseCode.POLICY_VIOLATION, error.detail)
        return None
    return error_response(error)


async def _handle_validation_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first, *others = error.errors()
    if first["type"] == "json_invalid":
        return build_error_response(
            422, f"The body is not JSON: {first['ctx']['error']}.", "malformed_request"
        )
    if first["loc"] == ("body",) and first["type"] in ("missing", "model_attributes_type"):
        detail = "The body has to be a JSON object, with Content-Type: application/json."
        return build_error_response(422, detail, INVALID_REQUEST)
    field = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    detail = describe_invalid_field(field, first["msg"], len(others))
    return build_error_response(422, detail, INVALID_REQUEST)


async def _handle_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 405 and (methods := _documented_methods(request)):
        error.headers = {"Allow": ", ".join(sorted(methods))}
    code = _CODES.get(error.status_code, "http_error")
    detail = f"{str(error.detail).rstrip('.')}."
    return build_error_response(error.status_code, detail, code, error.headers)


def _documented_methods(request: Request) -> set[str]:
    """Return the methods that OpenAPI lists at the request's path.

    Starlette's own Allow header lists the methods of one route only.
    """
    paths: dict[str, dict[str, Any]] = request.app.openapi()["paths"]
    path = route_path(request.scope)
    matching = [each for each in paths if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), path)]
    if not matching:
        return set()
    most_specific = min(matching, key=lambda each: each.count("{"))
    return {method.upper() for method in paths[most_specific]}


async def _handle_unexpected_error(request: Request, error: Exception) -> JSONResponse:
    log.error("request_failed", exc_info=error, extra={"path": request.url.path})
    return build_error_response(500, INTERNAL_ERROR_DETAIL, INTERNAL_ERROR)
