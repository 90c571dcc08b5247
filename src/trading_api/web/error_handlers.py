"""What becomes of the exceptions that endpoints raise."""

import logging
import re
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket

from trading_api.errors import ApiError, shown
from trading_api.web.error_responses import refusal, refused_with, takes_denial

log = logging.getLogger(__name__)

_CODES = {
    408: "too_slow",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    422: "malformed_request",
}


def add_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(ApiError, _refusal)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _fault)


async def _refusal(connection: HTTPConnection, error: Exception) -> JSONResponse | None:
    """Also of a WebSocket, before its upgrade; None where that can't be answered with a body."""
    assert isinstance(error, ApiError)
    if isinstance(connection, WebSocket) and not takes_denial(connection.scope):
        await connection.close(1008, error.detail)
        return None
    return refusal(error)


async def _validation_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first, *others = error.errors()
    if first["type"] == "json_invalid":
        return refused_with(
            422, f"The body is not JSON: {first['ctx']['error']}.", "malformed_request"
        )
    if first["loc"] == ("body",) and first["type"] in ("missing", "model_attributes_type"):
        detail = "The body has to be a JSON object, with Content-Type: application/json."
        return refused_with(422, detail, "invalid_request")
    where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    more = f" (and {len(others)} more)" if others else ""
    return refused_with(422, f"{shown(where)}: {first['msg']}{more}.", "invalid_request")


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 405 and (methods := _methods(request)):
        error.headers = {"Allow": ", ".join(sorted(methods))}
    code = _CODES.get(error.status_code, "http_error")
    detail = f"{str(error.detail).rstrip('.')}."
    return refused_with(error.status_code, detail, code, error.headers)


def _methods(request: Request) -> set[str]:
    """Those that the document has at this path; the router names one route's alone."""
    paths: dict[str, dict[str, Any]] = request.app.openapi()["paths"]
    path = request.url.path
    here = [each for each in paths if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), path)]
    if not here:
        return set()
    return {method.upper() for method in paths[min(here, key=lambda each: each.count("{"))]}


async def _fault(request: Request, error: Exception) -> JSONResponse:
    log.error("request_failed", exc_info=error, extra={"path": request.url.path})
    return refused_with(500, "The server failed; its log says why.", "internal_error")
