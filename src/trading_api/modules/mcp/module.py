"""The mcp module: the tools of an assistant under /mcp."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from fastapi import APIRouter
from starlette.types import ASGIApp

from trading_api.errors import ConfigurationError
from trading_api.modules.mcp.account_tools import AccountTools
from trading_api.modules.mcp.elapsed_clock import ElapsedClock
from trading_api.modules.mcp.http_endpoint import McpEndpoint
from trading_api.modules.mcp.market_tools import MarketTools
from trading_api.modules.mcp.sessions import McpSessions
from trading_api.modules.mcp.tool_server import create_tool_server
from trading_api.modules.mcp.trading_tools import TradingTools
from trading_api.shared.module_interface import AnyWsRouter, ModuleContext


class McpModule:
    """Implements Module and MountedApplications. Orders go through the broker port.

    Raises ConfigurationError without the module `broker`."""

    name = "mcp"

    def __init__(self, context: ModuleContext) -> None:
        if context.venue is None:
            raise ConfigurationError(
                "ENABLED_MODULES: mcp needs the module broker, whose accounts it trades; enable "
                "both, or none."
            )
        clock = ElapsedClock()
        self.service = sessions = McpSessions(context.settings.mcp_session_value_max, clock.now_s)
        trading = TradingTools(context.broker, context.market, context.admission, clock.now_s)
        tools = [
            *MarketTools(context.market, context.history).tools(),
            *AccountTools(context.broker).tools(),
            *trading.tools(),
        ]
        self._endpoint = McpEndpoint(create_tool_server(tools), sessions, context.settings)
        context.metrics.add_gauge("mcp_sessions", "Sessions of assistants", lambda: len(sessions))
        context.metrics.add_counter(
            "mcp_commands", "Commands of assistants", lambda: trading.commands_total
        )

    def applications(self) -> Mapping[str, ASGIApp]:
        """Return the endpoint of the protocol."""
        return {"/mcp": self._endpoint}

    def get_api_routers(self) -> Sequence[APIRouter]:
        """Return nothing: the module has no REST routes."""
        return []

    def get_ws_routers(self) -> Sequence[AnyWsRouter]:
        """Return nothing: the module has no WebSocket routes."""
        return []

    async def start(self) -> None:
        """Keep the SDK from logging each session. Nothing is stored that could be loaded."""
        logging.getLogger("mcp").setLevel(logging.WARNING)

    async def run(self) -> None:
        """Serve sessions until cancelled."""
        await self._endpoint.run()
