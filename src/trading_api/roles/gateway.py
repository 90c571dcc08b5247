"""The role `gateway`: sockets, REST, authentication and local history; no ledger."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from starlette.middleware import Middleware
from websockets.frames import CloseCode

from trading_api.app_factory import (
    create_websocket_app,
    observe_feed,
    observe_keys,
    observe_open_files,
)
from trading_api.auth.tokens import create_token_verifier
from trading_api.bus.factory import create_bus
from trading_api.bus.port import Bus
from trading_api.clock import wall_clock_ms
from trading_api.limits.command_admission import CommandAdmission
from trading_api.models.broker import BrokerConnectionStatus, ConnectionStatus
from trading_api.modules.alerts import api as alerts_api
from trading_api.modules.alerts import rest_equivalents as alerts_requests
from trading_api.modules.alerts.ws import AlertsCommandWsRouters, AlertsWsRouters
from trading_api.modules.broker import api as broker_api
from trading_api.modules.broker import rest_equivalents as broker_requests
from trading_api.modules.broker.publishing.account_topics import CONNECTION_ROUTE
from trading_api.modules.broker.ws import BrokerCommandWsRouters, BrokerWsRouters
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.market.ports import MarketSource
from trading_api.modules.datafeed.module import DatafeedModule
from trading_api.modules.datafeed.source_factory import create_market_source, require_following
from trading_api.modules.datafeed.ws import DatafeedWsRouters
from trading_api.observability.log_rate_limit import log_dropped_lines
from trading_api.observability.metrics import Metrics
from trading_api.observability.readiness import Readiness
from trading_api.relay.command_forwarder import CommandForwarder
from trading_api.relay.market_ticks import FollowedMarket
from trading_api.relay.owner_requests import OwnerRequests
from trading_api.relay.partition_epochs import PartitionEpochs
from trading_api.relay.partitions import topic_partition
from trading_api.relay.remote_topics import RemoteTopics
from trading_api.relay.request_forwarder import RequestForwarder
from trading_api.roles.scalable_settings import check_shared
from trading_api.server.application import create_api_app
from trading_api.server.gc_policy import GcPolicy
from trading_api.server.lifespan import create_lifespan
from trading_api.settings import Settings
from trading_api.shared.module_interface import (
    AnyWsRouter,
    Module,
    ModuleContext,
    topic_routers,
)
from trading_api.shared.plugins.fastws_adapter import FastWSAdapter
from trading_api.streaming.session import Session
from trading_api.streaming.subscriptions import Subscriptions
from trading_api.streaming.topics import parse_topic
from trading_api.web.middleware.access_log import InFlightRequests

SHUTDOWN_SPREAD = 0.4
"""The part of the grace period in which the clients are disconnected, one after the other."""

_OWNER_LOST = "The exchange cannot be reached; waiting for it"


def create_gateway(
    settings: Settings, bus: Bus | None = None, *, gc_policy: GcPolicy | None
) -> tuple[FastAPI, FastWSAdapter]:
    """Return the applications of a gateway. A process that serves them alone has a `gc_policy`.
    Raises ConfigurationError."""
    bus = bus or create_bus(settings.bus_url, settings.bus_prefix)
    gateway_id = secrets.token_hex(6)
    tokens, in_flight = create_token_verifier(settings), InFlightRequests()
    metrics, readiness, subscriptions = Metrics(), Readiness(), Subscriptions()
    # The owner of an account counts its commands.
    admission = CommandAdmission(None, readiness)
    ws_app = create_websocket_app(
        settings,
        tokens,
        wall_clock_ms,
        in_flight,
        subscriptions,
        admission,
        metrics,
        shutdown_spread_s=SHUTDOWN_SPREAD * settings.shutdown_grace_s,
    )
    ws_app.register_metrics(metrics)
    check_shared(settings)
    source = require_following(create_market_source(settings))
    followed = FollowedMarket(bus, source)
    feed = MarketFeed(
        source, stale_after_ms=round(settings.market_stale_s * 1000), run=followed.run
    )
    observe_feed(feed, metrics, readiness)
    # At most all partitions.
    lost: set[str] = set()
    epochs = PartitionEpochs()
    topics = RemoteTopics(
        bus,
        gateway_id,
        routers=(),
        partition_of=lambda topic: topic_partition(topic, settings.shards),
        close_topic_sessions=lambda topic: _close_sessions(subscriptions, topic),
        on_partition_change=lambda partition, answers: (lost.discard if answers else lost.add)(
            partition
        ),
        lost_state=_lost_state,
        epochs=epochs,
    )
    requests = OwnerRequests(bus, epochs=epochs)
    commands = CommandForwarder(requests, settings.shards, gateway_id)
    modules = _modules(settings, source, feed, metrics, topics, commands)
    topics.attach(topic_routers(router for module in modules for router in module.get_ws_routers()))
    readiness.add_check(topics.health)
    metrics.add_gauge(
        "relay_partitions_lost", "Partitions whose owner does not answer", lambda: len(lost)
    )
    metrics.add_counter(
        "relay_streams_broken", "Streams whose topics were opened again", lambda: topics.breaks
    )
    lifespan = create_lifespan(
        [_Relay(bus, topics)],
        {
            "streaming": ws_app.run,
            "market": feed.run,
            "metrics": metrics.measure_loop_lag,
            "log": log_dropped_lines,
            "open_files": observe_open_files(metrics, readiness),
            "keys": observe_keys(tokens, ws_app, metrics, readiness),
        },
        [readiness.stop, ws_app.stop],
        {"role": "gateway", "gateway": gateway_id, "source": settings.datafeed_source},
        gc_policy,
    )
    forwarder = Middleware(
        RequestForwarder,
        requests=requests,
        shards=settings.shards,
        gateway_id=gateway_id,
        body_bytes_max=settings.body_bytes_max,
        body_timeout_s=settings.request_timeout_s,
    )
    api_app = create_api_app(
        settings,
        modules,
        ws_app,
        lifespan,
        tokens,
        metrics,
        readiness,
        admission,
        in_flight,
        [forwarder],
    )
    return api_app, ws_app


class _Relay:
    """Connects to the bus, and follows the owners of the partitions."""

    name = "relay"

    def __init__(self, bus: Bus, topics: RemoteTopics) -> None:
        self._bus = bus
        self._topics = topics

    async def start(self) -> None:
        """Connect and subscribe. Raises ConfigurationError."""
        await self._bus.start()
        await self._topics.start()

    async def run(self) -> None:
        """Follow until cancelled, then disconnect."""
        try:
            await self._topics.run()
        finally:
            await self._bus.close()


class _RemoteModule:
    """A module whose topics and commands other processes own; its routes are documented here."""

    def __init__(
        self,
        name: str,
        service: object,
        api_routers: Sequence[APIRouter],
        ws_routers: Sequence[AnyWsRouter],
    ) -> None:
        self.name = name
        self.service = service
        self._api_routers = api_routers
        self._ws_routers = ws_routers

    def get_api_routers(self) -> Sequence[APIRouter]:
        return self._api_routers

    def get_ws_routers(self) -> Sequence[AnyWsRouter]:
        return self._ws_routers

    async def start(self) -> None:
        """Nothing to prepare."""

    async def run(self) -> None:
        """Nothing to do: the bus calls the topics."""


def _modules(
    settings: Settings,
    source: MarketSource,
    feed: MarketFeed,
    metrics: Metrics,
    topics: RemoteTopics,
    commands: CommandForwarder,
) -> list[Module]:
    # The local datafeed answers REST. It publishes nothing: its registry has no topics.
    datafeed = DatafeedModule(source, ModuleContext(settings, feed, wall_clock_ms, metrics))
    return [
        _RemoteModule(
            "datafeed",
            datafeed.service,
            datafeed.get_api_routers(),
            DatafeedWsRouters(topics.service),
        ),
        _RemoteModule(
            "broker",
            None,
            broker_api.ROUTERS,
            [
                *BrokerWsRouters(topics.service),
                *BrokerCommandWsRouters(commands.executors(broker_requests)),
            ],
        ),
        _RemoteModule(
            "alerts",
            None,
            [alerts_api.router],
            [
                *AlertsWsRouters(topics.service),
                *AlertsCommandWsRouters(commands.executors(alerts_requests)),
            ],
        ),
    ]


def _lost_state(topic: str) -> Sequence[BaseModel]:
    """Return what the clients of a topic receive while its owner cannot be reached."""
    if parse_topic(topic)[0] == CONNECTION_ROUTE:
        return [
            BrokerConnectionStatus(
                status=ConnectionStatus.CONNECTING,
                message=_OWNER_LOST,
                timestamp=wall_clock_ms(),
            )
        ]
    return []


def _close_sessions(subscriptions: Subscriptions, name: str) -> None:
    """Close the sessions of a topic whose missed updates cannot be sent."""
    topic = subscriptions.topic(name)
    for session in list(topic.sessions) if topic else ():
        assert isinstance(session, Session), "only sessions join topics at a gateway"
        session.request_close(CloseCode.TRY_AGAIN_LATER, "Updates were lost; subscribe again")
