"""Our delivery with one route and nothing behind it: POST /tell makes its updates."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pydantic import BaseModel

from trading_api.models.market import Bar
from trading_api.modules.datafeed.ws_generated import BarWsRouter
from trading_api.settings import Settings
from trading_api.shared.api import websocket
from trading_api.shared.clock import wall_clock_ms
from trading_api.shared.plugins.fastws_adapter import FastWSAdapter
from trading_api.shared.ws.router_interface import TopicUpdate

BAR = Bar(time=1_790_000_040_000, open=187.4, high=187.61, low=187.35, close=187.43, volume=8_120)
ROUTE = "bars"
REQUEST = {"symbol": "AAPL", "resolution": "1"}


def create_app(settings: Settings) -> FastAPI:
    service = _Topics()
    ws_app = FastWSAdapter(
        origins=settings.cors_origin_regex,
        path="/api/v1/ws",
        outbox_size=settings.ws_outbox_size,
        heartbeat_interval=settings.ws_heartbeat_s,
        max_connection_lifespan=settings.ws_lifespan_s,
        now_ms=wall_clock_ms,
    )
    ws_app.include_router(
        BarWsRouter(route=ROUTE, service=service, conflation_key=lambda bar: bar.time)
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        drainer = asyncio.create_task(ws_app.drain())
        yield
        drainer.cancel()

    app = FastAPI(lifespan=lifespan)
    app.state.ws_app = ws_app
    app.include_router(websocket.router, prefix="/api/v1")

    @app.post("/tell")
    async def tell(count: int) -> None:
        for _ in range(count):
            service.tell(BAR)
            await asyncio.sleep(0)

    return app


class _Topics:
    def __init__(self) -> None:
        self._updates: dict[str, TopicUpdate] = {}

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        self._updates[topic] = topic_update

    def remove_topic(self, topic: str) -> None:
        self._updates.pop(topic, None)

    def topic_state(self, topic: str) -> Sequence[BaseModel]:
        return []

    def tell(self, bar: Bar) -> None:
        for topic_update in self._updates.values():
            topic_update(bar)
