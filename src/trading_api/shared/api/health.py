"""GET /health: the state and version of the server."""

from datetime import UTC, datetime

from fastapi import Request

from trading_api.models.health import HealthResponse
from trading_api.shared.api.versions import API_VERSION
from trading_api.version import VERSION
from trading_api.web.json_route import StrictJSONRouter

router = StrictJSONRouter(tags=["health"])


@router.get("/health", operation_id="getHealthStatus", summary="The state of the server")
async def get_health_status(request: Request) -> HealthResponse:
    return HealthResponse(
        timestamp=datetime.now(UTC).isoformat(timespec="milliseconds"),
        version=VERSION,
        api_version=API_VERSION,
        modules=list(request.app.state.services),
    )
