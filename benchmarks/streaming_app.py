"""The streaming part of the application without services: POST /publish makes the updates."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import cache

from fastapi import FastAPI
from pydantic import BaseModel

from benchmarks import moving_market, updates
from trading_api.auth.tokens import create_token_verifier
from trading_api.clock import wall_clock_ms
from trading_api.models.broker import EquityData, Execution, PlacedOrder, Position
from trading_api.models.market import QuoteData
from trading_api.modules.broker import ws_generated as broker
from trading_api.modules.datafeed import ws_generated as datafeed
from trading_api.settings import Settings
from trading_api.shared.plugins.fastws_adapter import FastWSAdapter
from trading_api.shared.ws.router_interface import TopicUpdate, parse_topic
from trading_api.streaming.session import SessionOptions
from trading_api.streaming.subscriptions import Subscriptions
from trading_api.web.websocket_endpoint import add_websocket


def create_app(settings: Settings) -> FastAPI:
    topics = _Topics()
    ws_app = FastWSAdapter(
        tokens=create_token_verifier(settings),
        options=SessionOptions.from_settings(settings),
        path="/api/v1/ws",
        subscriptions=Subscriptions(),
        now_ms=wall_clock_ms,
    )
    for router in (
        datafeed.BarWsRouter(route="bars", service=topics, conflation_key=lambda bar: bar.time),
        datafeed.QuoteWsRouter(
            route="quotes", service=topics, conflation_key=lambda quote: quote.n
        ),
        broker.OrderWsRouter(route="orders", service=topics),
        broker.PositionWsRouter(route="positions", service=topics),
        broker.ExecutionWsRouter(route="executions", service=topics),
        broker.EquityWsRouter(route="equity", service=topics, conflation_key=lambda _: "equity"),
    ):
        ws_app.include_router(router)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        drainer = asyncio.create_task(ws_app.run())
        yield
        drainer.cancel()

    app = FastAPI(lifespan=lifespan)
    app.state.ws_app = ws_app
    add_websocket(app, "/api/v1/ws")

    @app.post("/publish")
    async def publish(kind: str, first: int, last: int, rounds: int, pause_s: float) -> None:
        """Publish one update to each topic from `first` to before `last` in each round.

        A round takes one iteration of the event loop.
        """
        for _ in range(rounds):
            for number in range(first, last):
                _PUBLISHERS[kind](topics, number)
            await asyncio.sleep(pause_s)

    return app


class _Topics:
    """The open topics, by route and symbol or by route and account."""

    def __init__(self) -> None:
        self._updates: dict[tuple[str, str], dict[str, TopicUpdate]] = {}

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        for key in _keys(topic):
            self._updates.setdefault(key, {})[topic] = topic_update

    def remove_topic(self, topic: str) -> None:
        for key in _keys(topic):
            self._updates.get(key, {}).pop(topic, None)

    def topic_state(self, topic: str) -> Sequence[BaseModel]:
        return []

    def publish(self, route: str, name: str, data: BaseModel) -> None:
        for topic_update in self._updates.get((route, name), {}).values():
            topic_update(data)


def _keys(topic: str) -> Iterator[tuple[str, str]]:
    route, request = parse_topic(topic)
    match request:
        case {"fast_symbols": names}:
            yield from ((route, name) for name in names)
        case {"symbol": name} | {"accountId": name}:
            yield route, name


def _publish_bar(topics: _Topics, number: int) -> None:
    topics.publish("bars", updates.symbol(number), updates.bar())


def _publish_quote(topics: _Topics, number: int) -> None:
    name = updates.symbol(number)
    # The load client reads the time at which an update was made from `volume`.
    values = QUOTE.v.model_copy(update={"volume": float(time.monotonic_ns() // 1000)})
    topics.publish("quotes", name, QUOTE.model_copy(update={"n": name, "v": values}))


def _publish_account(topics: _Topics, number: int) -> None:
    """Publish the updates of a fill."""
    name = f"ACCOUNT-{number}"
    for route, data in _fill_of(number).items():
        topics.publish(route, name, data)


@cache
def _fill_of(number: int) -> dict[str, BaseModel]:
    """Return the updates of a fill; they are made once, so that delivery alone is measured."""
    return {
        "executions": EXECUTION.model_copy(update={"order_id": f"order-{number}"}),
        "orders": ORDER.model_copy(update={"id": f"order-{number}"}),
        "positions": POSITION.model_copy(),
        "equity": EQUITY.model_copy(),
    }


def _example(model: type[BaseModel]) -> dict[str, object]:
    extra = model.model_config["json_schema_extra"]
    assert isinstance(extra, dict)
    examples = extra["examples"]
    assert isinstance(examples, list)
    assert isinstance(examples[0], dict)
    return dict(examples[0])


QUOTE = QuoteData.model_validate(_example(QuoteData))
EXECUTION = Execution.model_validate(_example(Execution))
ORDER = PlacedOrder.model_validate(_example(PlacedOrder))
POSITION = Position.model_validate(_example(Position))
EQUITY = EquityData.model_validate(_example(EquityData))
_MOVING_BARS = moving_market.Cycle(moving_market.bars)
_MOVING_QUOTES = moving_market.Cycle(moving_market.quotes)


def _publish_moving_bar(topics: _Topics, number: int) -> None:
    topics.publish("bars", updates.symbol(number), _MOVING_BARS.next(number))


def _publish_moving_quote(topics: _Topics, number: int) -> None:
    topics.publish("quotes", updates.symbol(number), _MOVING_QUOTES.next(number))


_PUBLISHERS: dict[str, Callable[[_Topics, int], None]] = {
    "bars": _publish_bar,
    "quotes": _publish_quote,
    "accounts": _publish_account,
    "moving_bars": _publish_moving_bar,
    "moving_quotes": _publish_moving_quote,
}
