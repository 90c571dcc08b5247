"""The options with which uvicorn serves the application."""

from functools import partial
from typing import Any

from trading_api.limits.connection_limiter import ConnectionLimiter
from trading_api.observability.logs import log_config
from trading_api.server.http_protocol import PendingHeads, TimeoutHttpProtocol
from trading_api.server.parse_turns import ParseTurns
from trading_api.server.websocket_compression import deflate_factory
from trading_api.server.websocket_protocol import TradingWebSocketProtocol
from trading_api.settings import Settings, check_exposure


def server_options(settings: Settings) -> dict[str, Any]:
    """Return keyword arguments of `uvicorn.run` and `uvicorn.Config`. Raises ConfigurationError."""
    check_exposure(settings)
    turns = ParseTurns()
    return {
        "host": settings.host,
        "port": settings.port,
        "workers": 1,
        "log_config": log_config(
            settings.log_level,
            settings.log_format,
            settings.log_lines_per_s,
            settings.process_name,
        ),
        # With "auto", uvicorn takes an error at the start for an application without a lifespan.
        "lifespan": "on",
        "timeout_graceful_shutdown": settings.shutdown_grace_s,
        "http": partial(
            TimeoutHttpProtocol,
            connection_limiter=ConnectionLimiter(settings.http_connections_per_address, "address"),
            pending_heads=PendingHeads(settings.handshakes_max),
            head_bytes_max=settings.head_bytes_max,
            turns=turns,
        ),
        "timeout_keep_alive": settings.request_timeout_s,
        "backlog": settings.handshakes_max,
        "ws": partial(
            TradingWebSocketProtocol,
            turns=turns,
            compression=deflate_factory(settings.ws_compression),
        ),
        "ws_max_size": settings.ws_frame_bytes_max,
        # The protocol class negotiates the compression itself.
        "ws_per_message_deflate": False,
        # Three pings per heartbeat. The session itself detects that no pong arrived.
        "ws_ping_interval": settings.ws_heartbeat_s / 3,
        "ws_ping_timeout": None,
    }
