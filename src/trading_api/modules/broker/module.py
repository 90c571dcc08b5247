"""The broker as the application sees it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from fastapi import APIRouter

from trading_api.modules.broker import api
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules, FeeSchedule, Slippage
from trading_api.modules.broker.journal.ports import Journal
from trading_api.modules.broker.service import BrokerService
from trading_api.modules.broker.ws import BrokerWsRouters
from trading_api.settings import Settings
from trading_api.shared.module_interface import ModuleContext
from trading_api.shared.ws.generic_route import WsRouter


class BrokerModule:
    name = "broker"

    def __init__(self, journal: Journal, context: ModuleContext) -> None:
        self._journal = journal
        self.service = BrokerService(journal, terms_of(context.settings), context)

    def get_api_routers(self) -> Sequence[APIRouter]:
        return api.ROUTERS

    def get_ws_routers(self) -> Sequence[WsRouter[Any, Any]]:
        return BrokerWsRouters(self.service)

    async def start(self) -> None:
        await self.service.recover()

    async def run(self) -> None:
        try:
            await self.service.run()
        finally:
            await self._journal.close()


def terms_of(settings: Settings) -> ExchangeRules:
    return ExchangeRules(
        fees=FeeSchedule(
            per_unit=settings.commission_per_unit,
            maker_bps=settings.commission_maker_bps,
            taker_bps=settings.commission_taker_bps,
            minimum=settings.commission_minimum,
        ),
        slippage=Slippage(settings.slippage_ticks, settings.slippage_seed),
        latency_ms=settings.order_latency_ms,
        leverage_default=Decimal(settings.leverage_default),
        leverage_max=Decimal(settings.leverage_max),
        maintenance_ratio=settings.maintenance_ratio,
    )
