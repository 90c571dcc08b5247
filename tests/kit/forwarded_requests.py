"""A gateway and owners over a bus within one process, with real applications."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from tests.kit.paper_exchange import PaperExchange, running
from trading_api.app_factory import create_websocket_app
from trading_api.auth.tokens import create_token_verifier
from trading_api.bus.local import LocalBus, LocalHub
from trading_api.bus.port import Bus
from trading_api.domain.shards import shard_partition
from trading_api.limits.command_admission import CommandAdmission
from trading_api.modules.broker import api as broker_api
from trading_api.modules.broker.journal.journal import Journal
from trading_api.observability.metrics import Metrics
from trading_api.observability.readiness import Readiness
from trading_api.relay.owner_requests import OwnerRequests
from trading_api.relay.request_forwarder import RequestForwarder
from trading_api.relay.request_host import RequestHost
from trading_api.server.application import create_api_app, create_owner_app
from trading_api.server.lifespan import create_lifespan
from trading_api.settings import Settings
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.streaming.subscriptions import Subscriptions
from trading_api.web.middleware.access_log import InFlightRequests

BusT = TypeVar("BusT", bound=LocalBus)
SHARDS = 4
GATEWAY_ID = "0123456789ab"
ALL_SHARDS = range(SHARDS)


class CountingBus(LocalBus):
    """A bus that counts the requests that are sent with it."""

    requests = 0

    async def request(self, subject: str, message: bytes, timeout_s: float) -> bytes:
        self.requests += 1
        return await super().request(subject, message, timeout_s)


class BrokerRoutes:
    """The broker module as the application sees it. Without a service, requests are forwarded."""

    name = "broker"

    def __init__(self, service: object = None) -> None:
        self.service = service

    def get_api_routers(self) -> Sequence[APIRouter]:
        return broker_api.ROUTERS

    def get_ws_routers(self) -> Sequence[WsRouter[Any, Any]]:
        return ()

    async def start(self) -> None: ...

    async def run(self) -> None: ...


def api_app(
    settings: Settings,
    service: object = None,
    innermost: Sequence[Middleware] = (),
    metrics: Metrics | None = None,
) -> FastAPI:
    """Return the application that clients reach."""
    tokens, in_flight = create_token_verifier(settings), InFlightRequests()
    metrics, admission = metrics or Metrics(), create_admission(settings)
    ws_app = create_websocket_app(
        settings, tokens, lambda: 0, in_flight, Subscriptions(), admission, metrics
    )
    return create_api_app(
        settings,
        [BrokerRoutes(service)],
        ws_app,
        create_lifespan([], {}, [], {}, None),
        tokens,
        metrics,
        Readiness(),
        admission,
        in_flight,
        innermost,
    )


def gateway_app(
    settings: Settings,
    bus: Bus,
    metrics: Metrics | None = None,
    body_bytes_max: int | None = None,
    **options: Any,
) -> FastAPI:
    """Return the application of a gateway. `options` are those of OwnerRequests."""
    forwarder = Middleware(
        RequestForwarder,
        requests=OwnerRequests(bus, **options),
        shards=SHARDS,
        gateway_id=GATEWAY_ID,
        body_bytes_max=body_bytes_max or settings.body_bytes_max,
    )
    return api_app(settings, None, [forwarder], metrics)


def rest_of(app: FastAPI, headers: Mapping[str, str] | None = None) -> httpx.AsyncClient:
    """Return a client of an application, which sends these headers with each request."""
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers)


def owner_app(settings: Settings, exchange: PaperExchange) -> FastAPI:
    """Return the application of an owner, which answers for an exchange."""
    modules = [BrokerRoutes(exchange.service)]
    return create_owner_app(settings, modules, Metrics(), Readiness(), create_admission(settings))


def create_admission(settings: Settings) -> CommandAdmission:
    """Return the admission of commands of a server that is not stopping."""
    return CommandAdmission(settings.commands_per_s, Readiness())


@dataclass
class RunningOwner:
    """An owner of shards. `app` is what its host calls."""

    exchange: PaperExchange
    app: FastAPI
    host: RequestHost


class Owners:
    """Starts owners, gateways and their buses on one hub."""

    def __init__(self, settings: Settings, stack: AsyncExitStack) -> None:
        self.hub = LocalHub()
        self._settings = settings
        self._stack = stack

    async def bus(self, kind: Callable[[LocalHub], BusT]) -> BusT:
        """Return a connected bus."""
        bus = kind(self.hub)
        await bus.start()
        self._stack.push_async_callback(bus.close)
        return bus

    async def exchange(self, journal: Journal | None = None, **options: Any) -> PaperExchange:
        """Run an exchange. `options` are those of PaperExchange."""
        exchange = await self._stack.enter_async_context(running(journal, **options))
        exchange.market.move("AAPL", "99", "100")
        return exchange

    async def host(
        self,
        app: ASGIApp,
        shards: Collection[int] = ALL_SHARDS,
        bus: Bus | None = None,
        epoch: int = 1,
        **options: Any,
    ) -> RequestHost:
        """Serve shards by an application, as their owner of an epoch. `options` are those of
        RequestHost."""
        host = RequestHost(bus or await self.bus(LocalBus), app, **options)
        for shard in shards:
            await host.claim(shard_partition(shard), epoch)
        return host

    async def start(
        self, shards: Collection[int] = ALL_SHARDS, bus: Bus | None = None, epoch: int = 1
    ) -> RunningOwner:
        """Run an exchange that owns these shards, and serve them."""
        count = None if len(shards) == SHARDS else SHARDS
        exchange = await self.exchange(shard_count=count)
        for shard in shards if count is not None else ():
            await exchange.broker.load_shard(shard)
        app = owner_app(self._settings, exchange)
        return RunningOwner(exchange, app, await self.host(app, shards, bus, epoch))

    async def client(self, bus: Bus | None = None, **options: Any) -> httpx.AsyncClient:
        """Return a client of a new gateway. `options` are those of OwnerRequests."""
        gateway = gateway_app(self._settings, bus or await self.bus(LocalBus), **options)
        return await self._stack.enter_async_context(rest_of(gateway))


@asynccontextmanager
async def owners(settings: Settings | None = None) -> AsyncIterator[Owners]:
    """Yield what starts owners and gateways, and end them."""
    async with AsyncExitStack() as stack:
        yield Owners(settings or Settings.defaults(), stack)
