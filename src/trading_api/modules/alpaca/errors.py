"""Alpaca's error documents: `{"code": 40410000, "message": "order not found for ..."}`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from trading_api.errors import ApiError

log = logging.getLogger(__name__)

MALFORMED = 40010000
INVALID_FIELD = 40010001
INSUFFICIENT = 40310000
NOT_FOUND = 40410000
UNPROCESSABLE = 42210000


class AlpacaError(Exception):
    """An error in Alpaca's format: an HTTP status, Alpaca's code and a message.

    `fields` are added to the error document."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        headers: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
        self.fields = fields

    @property
    def document(self) -> dict[str, Any]:
        """The body of the response."""
        return {"code": self.code, "message": self.message, **self.fields}

    def response(self) -> JSONResponse:
        return JSONResponse(self.document, self.status, self.headers)


def unprocessable(message: str) -> AlpacaError:
    """Return the error of a well-formed request that breaks a rule."""
    return AlpacaError(422, UNPROCESSABLE, message)


def not_supported(what: str) -> AlpacaError:
    """Return the error of a request for a feature of Alpaca that this server does not have."""
    return unprocessable(f"{what} not supported by this server")


def invalid_field(message: str) -> AlpacaError:
    """Return the error of a field that is missing or has no valid value."""
    return AlpacaError(422, INVALID_FIELD, message)


def insufficient(message: str, **fields: Any) -> AlpacaError:
    """Return the error of an account that lacks the money or the position."""
    return AlpacaError(403, INSUFFICIENT, message, **fields)


def not_found(message: str) -> AlpacaError:
    return AlpacaError(404, NOT_FOUND, message)


_PREFIXES = {
    "insufficient_margin": "insufficient buying power",
    "insufficient_funds": "insufficient buying power",
    "exceeds_position": "insufficient qty available for order",
    "not_reducing": "insufficient qty available for order",
    "trading_halted": "new orders are rejected by user request",
}
"""The beginning of Alpaca's message of a 403, by the code of this server's rejection."""


def to_alpaca_error(error: ApiError) -> AlpacaError:
    """Translate an error of this server to Alpaca's status, code and message."""
    if error.code in _PREFIXES:
        return insufficient(f"{_PREFIXES[error.code]}: {error.detail}")
    if error.code == "client_order_id_taken":
        return invalid_field("client_order_id must be unique")
    if error.code == "unknown_symbol":
        return invalid_field(f"could not find asset: {error.detail}")
    if error.code == "position_not_found":
        return not_found("position does not exist")
    # Alpaca responds with 422 to what conflicts with the state of an order.
    status = 422 if error.status == 409 else error.status
    headers = {name: text for name, text in (error.headers or {}).items() if name == "Retry-After"}
    return AlpacaError(status, code_of(status), error.detail, headers)


def code_of(status: int) -> int:
    """Return Alpaca's general code of an HTTP status: 42910000 for 429."""
    return status * 100_000 + 10_000


def add_error_handlers(app: FastAPI) -> None:
    """Add handlers that turn each exception of an endpoint into Alpaca's error document."""
    app.add_exception_handler(AlpacaError, _handle_alpaca_error)
    app.add_exception_handler(ApiError, _handle_api_error)
    app.add_exception_handler(RequestValidationError, _handle_validation_error)
    app.add_exception_handler(HTTPException, _handle_http_error)
    app.add_exception_handler(Exception, _handle_unexpected_error)


async def _handle_alpaca_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AlpacaError)
    return error.response()


async def _handle_api_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return to_alpaca_error(error).response()


async def _handle_validation_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid" or first["loc"] == ("body",):
        return AlpacaError(400, MALFORMED, "request body format is invalid").response()
    field = ".".join(str(part) for part in first["loc"][1:])[:64]
    reason = first["msg"].removeprefix("Value error, ")
    return invalid_field(f"invalid {field}: {reason}").response()


async def _handle_http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    message = "endpoint not found." if error.status_code == 404 else str(error.detail)
    status = error.status_code
    return AlpacaError(status, code_of(status), message, error.headers).response()


async def _handle_unexpected_error(request: Request, error: Exception) -> JSONResponse:
    log.error("request_failed", exc_info=error, extra={"path": request.url.path})
    return AlpacaError(500, code_of(500), "internal server error occurred").response()
