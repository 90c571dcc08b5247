"""Endpoints of operators, at the root: /health/live, /health/ready and /metrics."""

from __future__ import annotations

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse, Response

from trading_api.auth.principal import Scope
from trading_api.web.security import require_scope

router = APIRouter(include_in_schema=False)


@router.get("/health/live")
async def live() -> JSONResponse:
    """Liveness probe: answered as long as the event loop runs."""
    return JSONResponse({"status": "live"})


@router.get("/health/ready")
async def ready(request: Request) -> JSONResponse:
    """Readiness probe: 503 with the reasons while the server should not be sent requests."""
    if reasons := request.app.state.readiness.reasons():
        return JSONResponse({"status": "not ready", "reasons": list(reasons)}, 503)
    return JSONResponse({"status": "ready", "reasons": []})


@router.get("/metrics", dependencies=[require_scope(Scope.ADMIN)])
async def metrics(request: Request) -> Response:
    text = request.app.state.metrics.exposition()
    return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})
