"""The module as the application sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter

from tests.kit.ticker_module import api
from tests.kit.ticker_module.service import TickerService
from tests.kit.ticker_module.ws import TickerWsRouters
from trading_api.shared.module_interface import ModuleContext
from trading_api.shared.ws.generic_route import WsRouter


class TickerModule:
    """Implements Module. The class itself is the ModuleFactory."""

    name = "ticker"

    def __init__(self, context: ModuleContext) -> None:
        self.service = TickerService(context.market, context.subscriptions)

    def get_api_routers(self) -> Sequence[APIRouter]:
        return [api.router]

    def get_ws_routers(self) -> Sequence[WsRouter[Any, Any]]:
        return TickerWsRouters(self.service)

    async def start(self) -> None:
        """Nothing to prepare."""

    async def run(self) -> None:
        """Wait for ever: the market calls the service."""
        await asyncio.Event().wait()
