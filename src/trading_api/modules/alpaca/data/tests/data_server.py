"""Alpaca's application in the process of the test, over a market that the test moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI

from tests.kit.instant_venue import InstantVenue
from trading_api.modules.alpaca.application import create_application
from trading_api.modules.alpaca.assets import AssetDirectory
from trading_api.modules.alpaca.authentication import AlpacaAuthenticator
from trading_api.modules.alpaca.keys.store import MemoryKeyStore
from trading_api.modules.alpaca.services import AlpacaServices
from trading_api.modules.alpaca.trade_updates.endpoint import TradeStreams
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.market.ports import MarketSource
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.modules.datafeed.source_history import SourceHistory
from trading_api.modules.datafeed.tests.fakes import NOON_MS
from trading_api.settings import Settings
from trading_api.shared.module_interface import ModuleContext

HEADERS = {"APCA-API-KEY-ID": "any", "APCA-API-SECRET-KEY": "any"}


@dataclass(frozen=True)
class DataServer:
    """The application, its market, and requests to it."""

    app: FastAPI
    source: MarketSource
    feed: MarketFeed
    services: AlpacaServices

    async def request(self, path: str, **parameters: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get(path, params=parameters, headers=HEADERS)

    async def get(self, path: str, **parameters: Any) -> Any:
        """Return the answer's document."""
        response = await self.request(path, **parameters)
        assert response.status_code == 200, response.text
        return response.json()


def data_server(source: MarketSource | None = None, **changed: Any) -> DataServer:
    """Return the application over a market, by default a simulated one at noon."""
    source = source or Simulator(seed=7, clock=lambda: NOON_MS)
    settings = Settings.defaults().model_copy(
        update={"auth_mode": "off", "database_url": "memory:"} | changed
    )
    feed = MarketFeed(source, stale_after_ms=10_000)
    context = ModuleContext(
        settings,
        feed,
        lambda: source.now_ms,
        venue=InstantVenue(feed, settings.initial_balance),
        market_history=SourceHistory(source),
    )
    keys = MemoryKeyStore()
    authenticator = AlpacaAuthenticator(settings, keys, lambda: source.now_ms)
    services = AlpacaServices(context, keys, authenticator, AssetDirectory(feed))
    return DataServer(create_application(services, TradeStreams(services)), source, feed, services)
