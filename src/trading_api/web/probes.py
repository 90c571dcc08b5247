"""What those who run the server ask, at the root: /health/live, /health/ready, /metrics."""

from __future__ import annotations

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse, Response

from trading_api.auth.principal import Scope
from trading_api.web.security import needs

router = APIRouter(include_in_schema=False)


@router.get("/health/live")
async def live() -> JSONResponse:
    """Answered while the event loop turns."""
    return JSONResponse({"status": "live"})


@router.get("/health/ready")
async def ready(request: Request) -> JSONResponse:
    if reasons := request.app.state.readiness.reasons():
        return JSONResponse({"status": "not ready", "reasons": list(reasons)}, 503)
    return JSONResponse({"status": "ready", "reasons": []})


@router.get("/metrics", dependencies=[needs(Scope.ADMIN)])
async def metrics(request: Request) -> Response:
    text = request.app.state.metrics.exposition()
    return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})
