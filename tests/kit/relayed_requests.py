"""Gateways and owners of requests on a bus, whose answers a test holds or replaces."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import httpx
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from tests.kit.manual_market import ManualMarket, instrument
from trading_api.app_factory import create_websocket_app
from trading_api.auth.tokens import create_token_verifier
from trading_api.bus.local import LocalBus, LocalHub
from trading_api.bus.port import Bus
from trading_api.domain.shards import shard_partition
from trading_api.modules.broker import BrokerModule
from trading_api.modules.broker import api as broker_api
from trading_api.modules.broker.journal.journal import Journal
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.paper.factory import create_paper_broker
from trading_api.observability.metrics import Metrics
from trading_api.observability.readiness import Readiness
from trading_api.relay.request_forwarder import RequestForwarder
from trading_api.relay.request_host import RequestHost
from trading_api.server.application import create_api_app, create_owner_app
from trading_api.settings import Settings
from trading_api.shared.module_interface import Module, ModuleContext
from trading_api.streaming.subscriptions import Subscriptions
from trading_api.web.middleware.access_log import InFlightRequests

SHARDS = 4
NOW_MS = 1_790_000_000_000
TRY_S, TOTAL_S = 0.1, 0.6


class Exchange:
    """A broker module on a market of its own: the same requests always have the same answers."""

    def __init__(self, settings: Settings, journal: Journal | None = None) -> None:
        self.settings = settings
        self.market = ManualMarket(instrument("AAPL"), instrument("MSFT"))
        for symbol in ("AAPL", "MSFT"):
            self.market.move(symbol, "99.98", "100.00")
        self.metrics, self.readiness = Metrics(), Readiness()
        broker = create_paper_broker(
            settings, journal or MemoryJournal(), self.market, self.metrics
        )
        self.broker = broker
        self.module = BrokerModule(
            ModuleContext(settings, self.market, lambda: NOW_MS, self.metrics, venue=broker)
        )

    def owner_app(self) -> FastAPI:
        app = create_owner_app(self.settings, [self.module], self.metrics, self.readiness)
        # Its WebSocket routes would be bound by a TopicHost.
        _bind_topics(self.settings, self.module)
        return app

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        await self.module.start()
        task = asyncio.create_task(self.module.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])


class Relay:
    """Owners and gateways on one hub. Each part has a connection of its own."""

    def __init__(self, stack: AsyncExitStack, settings: Settings) -> None:
        self.hub, self.settings = LocalHub(), settings
        self.metrics = Metrics()
        self._stack = stack
        self._gateway_numbers = itertools.count(1)

    async def bus(self) -> LocalBus:
        bus = LocalBus(self.hub)
        await bus.start()
        self._stack.push_async_callback(bus.close)
        return bus

    async def host(
        self, app: ASGIApp, shards: Sequence[int] = range(SHARDS), **options: Any
    ) -> RequestHost:
        """Serve shards by an application."""
        host = RequestHost(await self.bus(), app, **options)
        for shard in shards:
            await host.claim(shard_partition(shard))
        return host

    async def gateway(
        self, bus: Bus | None = None, total_timeout_s: float = TOTAL_S
    ) -> httpx.AsyncClient:
        """Return a client of a new gateway."""
        forwarder = Middleware(
            cast(Any, RequestForwarder),
            bus=bus or await self.bus(),
            shards=SHARDS,
            gateway_id=f"{next(self._gateway_numbers):012x}",
            body_bytes_max=self.settings.body_bytes_max,
            try_timeout_s=TRY_S,
            total_timeout_s=total_timeout_s,
        )
        module = SimpleNamespace(
            name="broker",
            service=None,
            get_api_routers=lambda: broker_api.ROUTERS,
            get_ws_routers=list,
        )
        app = _api_app(self.settings, cast(Module, module), self.metrics, Readiness(), [forwarder])
        return await self._stack.enter_async_context(client_of(app))


def client_of(app: ASGIApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=("127.0.0.1", 5000)),
        base_url="http://localhost/api/v1/broker",
    )


@asynccontextmanager
async def relayed(settings: Settings | None = None) -> AsyncIterator[Relay]:
    async with AsyncExitStack() as stack:
        yield Relay(stack, settings or Settings.defaults())


def _api_app(
    settings: Settings,
    module: Module,
    metrics: Metrics,
    readiness: Readiness,
    innermost: Sequence[Middleware] = (),
) -> FastAPI:
    tokens, in_flight = create_token_verifier(settings), InFlightRequests()
    ws_app = create_websocket_app(settings, tokens, lambda: NOW_MS, in_flight, Subscriptions())
    return create_api_app(
        settings,
        [module],
        ws_app,
        cast(Any, None),
        tokens,
        metrics,
        readiness,
        in_flight,
        innermost,
    )


def _bind_topics(settings: Settings, module: Module) -> None:
    _api_app(settings, module, Metrics(), Readiness())
