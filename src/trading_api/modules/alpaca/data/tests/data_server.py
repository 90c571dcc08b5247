"""A server with the module, in the process of the test, over a market that the test moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI

from trading_api.app_factory import create_app
from trading_api.modules.alpaca.application import create_application
from trading_api.modules.alpaca.services import AlpacaServices
from trading_api.modules.alpaca.trade_updates.endpoint import TradeStreams
from trading_api.modules.datafeed.market.ports import MarketSource
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.modules.datafeed.tests.fakes import NOON_MS
from trading_api.settings import Settings

PATH = "/api/v1/alpaca"
HEADERS = {"APCA-API-KEY-ID": "any", "APCA-API-SECRET-KEY": "any"}


@dataclass(frozen=True)
class DataServer:
    """The application, its market, and requests to it."""

    app: FastAPI
    settings: Settings
    source: MarketSource
    client: httpx.AsyncClient

    @property
    def services(self) -> AlpacaServices:
        services: AlpacaServices = self.app.state.services["alpaca"]
        return services

    async def request(self, path: str, **parameters: Any) -> httpx.Response:
        return await self.client.get(path, params=parameters)

    async def get(self, path: str, **parameters: Any) -> Any:
        """Return the answer's document."""
        response = await self.request(path, **parameters)
        assert response.status_code == 200, response.text
        return response.json()


def data_server(source: MarketSource | None = None, **changed: Any) -> DataServer:
    """Return a server without authentication over a market, by default a simulated one at noon."""
    source = source or Simulator(seed=7, clock=lambda: NOON_MS)
    update = {"database_url": "memory:", "enabled_modules": "datafeed,broker,alpaca"} | changed
    settings = Settings.defaults().model_copy(update=update)
    app, _ = create_app(settings, market_source=source)
    # Without the middleware of the server, which takes longer than the requests.
    services = app.state.services["alpaca"]
    mounted = create_application(services, TradeStreams(services))
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(mounted), base_url="http://test", headers=HEADERS
    )
    return DataServer(app, settings, source, client)
