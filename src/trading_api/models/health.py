"""The state of the server."""

from typing import Literal

from trading_api.models.common import WireModel, example


class HealthResponse(WireModel):
    """The state of the server. `timestamp` is ISO 8601 in UTC; `modules` are those enabled."""

    model_config = example(
        {
            "status": "ok",
            "timestamp": "2026-11-21T09:30:00.000+00:00",
            "version": "0.1.0",
            "api_version": "v1",
            "modules": ["datafeed", "broker", "alerts"],
        }
    )

    status: Literal["ok"] = "ok"
    timestamp: str
    version: str
    api_version: str
    modules: list[str]
