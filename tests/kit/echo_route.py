"""Routes whose updates are published by the test itself."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from trading_api.auth.tokens import TokenVerifier
from trading_api.errors import Invalid
from trading_api.models.market import Bar, BarsSubscriptionRequest
from trading_api.modules.datafeed.ws_generated import BarWsRouter
from trading_api.shared.plugins.fastws_adapter import FastWSAdapter
from trading_api.shared.ws.router_interface import SequencedUpdate, TopicUpdate, parse_topic
from trading_api.streaming.session import SessionOptions
from trading_api.streaming.subscriptions import Subscriptions
from trading_api.web.websocket_endpoint import add_websocket

NOW_MS = 1_790_000_040_250


class EchoService:
    """A service that rejects the symbol `NONE`, fails for `FAULT`, and opens no topic while `gate`
    is not set."""

    def __init__(self) -> None:
        self.live: dict[str, TopicUpdate] = {}
        self.state: list[BaseModel] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.created: list[str] = []
        self.removed: list[str] = []

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        self.created.append(topic)
        await self.gate.wait()
        symbol = parse_topic(topic)[1]["symbol"]
        if symbol == "NONE":
            raise Invalid("There is no symbol NONE.", "unknown_symbol")
        if symbol == "FAULT":
            raise ZeroDivisionError
        self.live[topic] = topic_update

    def remove_topic(self, topic: str) -> None:
        if self.live.pop(topic, None):
            self.removed.append(topic)

    def topic_state(self, topic: str) -> Sequence[BaseModel]:
        return list(self.state)

    def publish(self, bar: Bar) -> None:
        for topic_update in list(self.live.values()):
            topic_update(bar)


class SequencedEchoService(EchoService):
    """Numbers the updates that it publishes, and stores them for a replay."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[tuple[str, SequencedUpdate]] = []

    def record(self, topic: str, bar: Bar, **cause: str) -> None:
        published = [seq for seq, (name, _) in enumerate(self.events, 1) if name == topic]
        prev = published[-1] if published else 0
        meta: dict[str, int | str] = {"seq": len(self.events) + 1, "prev": prev, **cause}
        self.events.append((topic, SequencedUpdate(bar, meta)))
        if topic in self.live:
            self.live[topic](bar, **meta)

    def sequence(self, topic: str) -> dict[str, int]:
        return {"seq": len(self.events)}

    async def replay_since(
        self, topic: str, seq: int, prev: int | None = None
    ) -> list[SequencedUpdate] | None:
        if seq > len(self.events):
            return None
        return [update for name, update in self.events[seq:] if name == topic]


class FaultyRouter(BarWsRouter):
    def topic_builder(self, payload: BaseModel) -> str:
        raise LookupError


class EchoApp:
    """The routes `bars` (conflated by time), `fills` (never dropped), `orders` (sequenced) and
    `faulty` over real streaming."""

    def __init__(self, outbox_size: int = 256, **options: Any) -> None:
        self.bars, self.fills, self.orders = EchoService(), EchoService(), SequencedEchoService()
        self.ws_app = FastWSAdapter(
            path="/api/v1/ws",
            subscriptions=Subscriptions(),
            options=SessionOptions(
                origins=re.compile("http://admitted"),
                outbox_size=outbox_size,
                **{"heartbeat_s": 30.0, "lifespan_s": 60.0, **options},
            ),
            now_ms=lambda: NOW_MS,
            tokens=TokenVerifier(None, "DEMO-ACCOUNT"),
        )
        self.bars_router = BarWsRouter(
            route="bars", service=self.bars, conflation_key=lambda bar: bar.time
        )
        self.fills_router = BarWsRouter(route="fills", service=self.fills)
        self.ws_app.include_router(self.bars_router)
        self.ws_app.include_router(self.fills_router)
        self.ws_app.include_router(
            BarWsRouter(route="orders", service=self.orders, sequencer=self.orders, resumes=True)
        )
        self.ws_app.include_router(FaultyRouter(route="faulty", service=self.bars))
        self.api_app = FastAPI(lifespan=self._lifespan)
        self.api_app.state.ws_app = self.ws_app
        add_websocket(self.api_app, "/api/v1/ws")
        self.ws_app.setup(self.api_app)

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        drainer = asyncio.create_task(self.ws_app.run())
        yield
        drainer.cancel()


def bar(time: int, close: float = 1.0) -> Bar:
    return Bar(time=time, open=1, high=2, low=0, close=close, volume=5)


REQUEST = BarsSubscriptionRequest(symbol="AAPL", resolution="1").model_dump()
