"""How much work the quotes topics of permuted symbols share."""

from __future__ import annotations

from itertools import permutations

import pytest
from pydantic import BaseModel

from trading_api.models.market import QuoteData, QuotesSubscriptionRequest
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.modules.datafeed.ws_generated import QuoteWsRouter
from trading_api.streaming.fan_out import FanOut
from trading_api.streaming.message_format import JSON
from trading_api.streaming.outbox import Outbox
from trading_api.streaming.route_service import WsRouteService
from trading_api.streaming.subscriptions import Subscriptions
from trading_api.streaming.update_encoding import encode_model

NOON_MS = 1_795_262_400_000
NAMES = ("AAPL", "NASDAQ:AAPL", "MSFT", "EURUSD")


class SessionDouble:
    closed = False

    def __init__(self) -> None:
        self.topics: set[str] = set()
        self.subscribed_symbols = 0
        self.format = JSON
        self.outbox = Outbox(100_000, lambda frames: None, [], lambda: None)


class CountingRouter(QuoteWsRouter):
    """Records the name of each quote that it encodes."""

    def __init__(self, service: WsRouteService) -> None:
        super().__init__(route="quotes", service=service)
        self.encoded: list[str] = []
        self.encode = self._record_and_encode

    def _record_and_encode(self, data: BaseModel) -> bytes:
        assert isinstance(data, QuoteData)
        self.encoded.append(data.n)
        return encode_model(data)


@pytest.mark.parametrize("speed", ["fast_symbols", "symbols"])
async def test_permuted_topics_share_one_encoding_of_each_name(speed: str) -> None:
    subscriptions, fan_out = Subscriptions(), FanOut(lambda: NOON_MS)
    source = Simulator(seed=7, clock=lambda: NOON_MS)
    feed = MarketFeed(source, stale_after_ms=5_000)
    service = DatafeedService(source, feed, subscriptions)
    router = CountingRouter(service)
    router.bind(fan_out, subscriptions)
    session = SessionDouble()
    for order in permutations(NAMES):
        request: dict[str, list[str]] = {"symbols": [], "fast_symbols": []} | {speed: list(order)}
        name = router.topic_builder(QuotesSubscriptionRequest.model_validate(request))
        topic = await subscriptions.join(name, session, router)
        topic.add_receiver(session)

    # Slow quotes are held for ten seconds, and then sent together.
    source.move_to(source.now_ms + 20_000, feed)
    source.move_to(source.now_ms + 20_000, feed)
    fan_out.drain()
    assert set(router.encoded) == set(NAMES)
    assert fan_out.delivered == len(router.encoded) * len([*permutations(NAMES)])
