"""How REST answers are written."""

from typing import Any

from fastapi.routing import APIRoute

from trading_api.models.common import ErrorResponse

REFUSALS: dict[int | str, dict[str, Any]] = {422: {"model": ErrorResponse}}
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": ErrorResponse}}
CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": ErrorResponse}}


class WireRoute(APIRoute):
    """A field without a value is left out, on REST as on the WebSocket."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "response_model_exclude_none": True})
