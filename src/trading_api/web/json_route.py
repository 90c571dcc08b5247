"""REST routes that read strict JSON and leave fields without a value out of their responses."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
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


def error_responses(*statuses: int) -> Responses:
    """Return the documentation of responses with these statuses, which are errors."""
    return {
        status: {"model": ErrorResponse, "description": _DESCRIPTIONS[status]}
        for status in statuses
    }


NOT_FOUND_ERROR = error_responses(404)
COMMAND_ERRORS = error_responses(409, 429, 503)
_BODY_TOO_LARGE = error_responses(413)


class StrictJSONRouter(APIRouter):
    """A router of `StrictJSONRoute`s.

    A path without the router's prefix is rejected by one comparison, instead of one by every
    route.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs, route_class=StrictJSONRoute)
        self._included: dict[tuple[str, tuple[int, ...]], Sequence[BaseRoute]] = {}

    def included(self, prefix: str, errors: tuple[int, ...]) -> Sequence[BaseRoute]:
        """Return the routes under a prefix, which document the statuses of `errors`.

        All applications of a process share them: FastAPI prepares those of `/api/v1` in 70 ms.
        """
        if (prefix, errors) not in self._included:
            including = APIRouter()
            including.include_router(self, prefix=prefix, responses=error_responses(*errors))
            self._included[prefix, errors] = including.routes
        return self._included[prefix, errors]

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
