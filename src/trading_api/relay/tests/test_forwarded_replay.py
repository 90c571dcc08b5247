"""The controls of a replay through a gateway: the owner of the market answers."""

from __future__ import annotations

import asyncio

from tests.kit.forwarded_requests import create_admission, gateway_app, owners, rest_of
from tests.kit.recorded_markets import random_series
from tests.kit.signed_tokens import bearer, secured, token
from tests.kit.stepped_market import START_MS
from trading_api.bus.local import LocalBus
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.market.playing_clock import PlayingClock
from trading_api.modules.datafeed.module import DatafeedModule
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.observability.metrics import Metrics
from trading_api.observability.readiness import Readiness
from trading_api.relay.partitions import MARKET
from trading_api.relay.request_host import RequestHost
from trading_api.server.application import create_owner_app
from trading_api.shared.module_interface import ModuleContext
from trading_api.streaming.subscriptions import Subscriptions

PATH = "/api/v1/datafeed/replay"
MINUTE_MS = 60_000


async def _nothing() -> None:
    """Everything is delivered."""


async def test_a_gateway_forwards_the_commands_to_the_owner_of_the_market() -> None:
    settings = secured()
    source = Replay(Recording([random_series("ACME", 5, first_ms=START_MS, rows=1440)]), START_MS)
    clock = PlayingClock(source, _nothing, is_playing=True, waits=False, speed=0.001)
    feed = MarketFeed(source, stale_after_ms=60_000, run=clock.run)
    metrics, readiness, subscriptions = Metrics(), Readiness(), Subscriptions()
    context = ModuleContext(settings, feed, lambda: 0, metrics, readiness, subscriptions)
    module = DatafeedModule(source, context, playing_clock=clock)
    app = create_owner_app(settings, [module], metrics, readiness, create_admission(settings))
    running = asyncio.create_task(feed.run())
    try:
        async with owners(settings) as owning:
            gateway = gateway_app(settings, await owning.bus(LocalBus))
            host = RequestHost(await owning.bus(LocalBus), app)
            await host.claim(MARKET, 1)
            admin = bearer(token("market:read", "admin"))
            reader = bearer(token("market:read"))
            async with rest_of(gateway) as rest:
                state = (await rest.get(PATH, headers=reader)).json()
                assert (state["state"], state["controllable"]) == ("playing", True)
                refused = await rest.put(PATH, headers=reader, json={"state": "paused"})
                assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
                paused = await rest.put(PATH, headers=admin, json={"state": "paused"})
                assert paused.json()["state"] == "paused"
                jumped = await rest.post(
                    f"{PATH}/jump", headers=admin, json={"to_ms": START_MS + MINUTE_MS}
                )
                assert jumped.json()["now_ms"] == source.now_ms == START_MS + MINUTE_MS
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
