"""How REST bodies are read and answers written."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from trading_api.models.common import ErrorResponse

BODY_BYTES_MAX = 64 * 1024

Responses = dict[int | str, dict[str, Any]]
REFUSALS: Responses = {422: {"model": ErrorResponse}}
NOT_FOUND: Responses = {404: {"model": ErrorResponse}}
COMMAND: Responses = {409: {"model": ErrorResponse}, 503: {"model": ErrorResponse}}
_TOO_LARGE: Responses = {413: {"model": ErrorResponse}}


class WireRoute(APIRoute):
    """A field without a value is left out, on REST as on the WebSocket. A body is strict JSON
    (no NaN, no Infinity, anywhere) of at most BODY_BYTES_MAX."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if {"POST", "PUT"} & set(kwargs.get("methods") or ()):
            kwargs["responses"] = {**_TOO_LARGE, **(kwargs.get("responses") or {})}
        super().__init__(*args, **{**kwargs, "response_model_exclude_none": True})

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def read_strictly(request: Request) -> Response:
            return await handler(_StrictRequest(request.scope, request.receive))

        return read_strictly


class _StrictRequest(Request):
    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            body = bytearray()
            async for chunk in self.stream():
                body += chunk
                if len(body) > BODY_BYTES_MAX:
                    raise HTTPException(413, f"The body is over {BODY_BYTES_MAX} bytes")
            self._body = bytes(body)
        return self._body

    async def json(self) -> Any:
        return orjson.loads(await self.body())
