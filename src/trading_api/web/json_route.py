"""REST routes that read strict JSON and leave fields without a value out of their responses."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from trading_api.models.common import ErrorResponse
from trading_api.web.strict_request import StrictRequest

Responses = dict[int | str, dict[str, Any]]
"""What FastAPI takes as `responses`: the documented responses by status."""


# FastAPI would take them from Python, whose versions name them differently. The documents are
# compared byte by byte.
_DESCRIPTIONS = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    413: "Request Entity Too Large",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    503: "Service Unavailable",
}


def _errors(*statuses: int) -> Responses:
    return {
        status: {"model": ErrorResponse, "description": _DESCRIPTIONS[status]}
        for status in statuses
    }


VALIDATION_ERRORS = _errors(422)
NOT_FOUND_ERROR = _errors(404)
AUTH_ERRORS = _errors(401, 403)
COMMAND_ERRORS = _errors(409, 429, 503)
_BODY_TOO_LARGE = _errors(413)


class StrictJSONRouter(APIRouter):
    """A router of `StrictJSONRoute`s.

    A path without the router's prefix is rejected by one comparison, instead of one by every
    route.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs, route_class=StrictJSONRoute)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if self.prefix not in scope["path"]:
            return Match.NONE, {}
        return super().matches(scope)


class StrictJSONRoute(APIRoute):
    """A route whose request body must be strict JSON: no NaN and no Infinity.

    The settings limit the body's size, its nesting and the time it may take to arrive. Responses
    leave out fields without a value, as the WebSocket does.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if {"POST", "PUT"} & set(kwargs.get("methods") or ()):
            kwargs["responses"] = {**_BODY_TOO_LARGE, **(kwargs.get("responses") or {})}
        super().__init__(*args, **{**kwargs, "response_model_exclude_none": True})

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            return await handler(StrictRequest(request.scope, request.receive))

        return handle_strictly
