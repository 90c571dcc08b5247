"""A server whose market moves when the test moves it, and one client of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.kit.server import WsClient, connected, serving
from trading_api.app_factory import create_app
from trading_api.modules.datafeed.market.ports import MarketSource
from trading_api.settings import Settings

START_MS = 1_767_609_000_000
ACCOUNT = {"accountId": "DEMO-ACCOUNT"}


class Bot:
    """Over REST, and one socket."""

    def __init__(self, address: str, socket: WsClient, rest: httpx.AsyncClient) -> None:
        self.address = address
        self.socket = socket
        self.rest = rest

    async def advance(self, **request: int) -> dict[str, Any]:
        response = await self.rest.post("/datafeed/clock/advance", json=request)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def refused(self, **request: Any) -> tuple[int, str]:
        response = await self.rest.post("/datafeed/clock/advance", json=request)
        return response.status_code, response.json()["code"]

    async def quote(self, symbol: str) -> dict[str, Any]:
        (quote,) = (await self.rest.post("/datafeed/quotes", json={"symbols": [symbol]})).json()
        values: dict[str, Any] = quote["v"]
        return values

    async def place(self, **order: Any) -> str:
        response = await self.rest.post("/broker/orders", json={"symbol": "AAPL", "qty": 1} | order)
        assert response.status_code == 200, response.text
        order_id: str = response.json()["orderId"]
        return order_id

    async def executions(self, symbol: str = "AAPL") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.rest.get(f"/broker/executions/{symbol}")).json()
        return found

    async def bars(self, symbol: str, resolution: str, **window: int) -> list[dict[str, Any]]:
        query = {"symbol": symbol, "resolution": resolution} | window
        answer = (await self.rest.get("/datafeed/bars", params=query)).json()
        found: list[dict[str, Any]] = answer["bars"]
        return found

    async def published(self) -> list[dict[str, Any]]:
        """Every update so far: the reply to one more request is behind them."""
        await self.socket.request("broker-connection.subscribe", ACCOUNT)
        updates, self.socket.updates = self.socket.updates, []
        return updates


@asynccontextmanager
async def stepping(
    market_source: MarketSource | None = None, /, **settings: Any
) -> AsyncIterator[Bot]:
    stepped = {
        "database_url": "memory:",
        "datafeed_clock": "step",
        "datafeed_start": datetime.fromtimestamp(START_MS / 1_000, UTC),
    }
    api_app, _ = create_app(
        Settings.defaults().model_copy(update=stepped | settings), market_source=market_source
    )
    async with (
        serving(api_app) as address,
        connected(address) as socket,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1", timeout=60) as rest,
    ):
        yield Bot(address, socket, rest)
