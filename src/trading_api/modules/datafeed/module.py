"""The datafeed as a module of the application."""

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter

from trading_api.modules.datafeed import api, udf
from trading_api.modules.datafeed.market.playing_clock import PlayingClock
from trading_api.modules.datafeed.market.ports import MarketSource
from trading_api.modules.datafeed.market.step_clock import StepClock
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.modules.datafeed.ws import DatafeedWsRouters
from trading_api.shared.module_interface import ModuleContext
from trading_api.shared.ws.generic_route import WsRouter


class DatafeedModule:
    """Symbols, history, live bars and quotes, over any market source."""

    name = "datafeed"

    def __init__(
        self,
        source: MarketSource,
        context: ModuleContext,
        clock: StepClock | None = None,
        playing_clock: PlayingClock | None = None,
    ) -> None:
        slow_interval_ms = round(context.settings.quotes_slow_interval_s * 1000)
        self.service = DatafeedService(
            source,
            context.market,
            context.subscriptions,
            clock,
            slow_interval_ms,
            playing_clock,
        )

    def get_api_routers(self) -> Sequence[APIRouter]:
        return [api.router, udf.router]

    def get_ws_routers(self) -> Sequence[WsRouter[Any, Any]]:
        return DatafeedWsRouters(self.service)

    async def start(self) -> None:
        """Nothing to prepare."""

    async def run(self) -> None:
        """Wait for ever: the market calls the service."""
        await asyncio.Event().wait()
