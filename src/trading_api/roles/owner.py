"""The roles that own partitions: `core` owns all, `market` the market, `broker` shards of
accounts."""

from __future__ import annotations

import secrets
from dataclasses import replace

from fastapi import FastAPI

from trading_api.app_factory import create_venue, observe_feed, observe_open_files
from trading_api.auth.tokens import create_token_verifier
from trading_api.bus.factory import create_bus
from trading_api.bus.port import Bus
from trading_api.clock import wall_clock_ms
from trading_api.limits.command_admission import CommandAdmission
from trading_api.modules.alerts import AlertsModule
from trading_api.modules.broker.journal.factory import create_journal
from trading_api.modules.broker.module import BrokerModule
from trading_api.modules.broker.paper.paper_broker import PaperBroker
from trading_api.modules.datafeed.module import DatafeedModule
from trading_api.modules.datafeed.source_history import SourceHistory
from trading_api.observability.log_rate_limit import log_dropped_lines
from trading_api.observability.metrics import Metrics
from trading_api.observability.readiness import Readiness
from trading_api.relay.partitions import topic_partition
from trading_api.relay.request_host import RequestHost
from trading_api.relay.topic_host import TopicHost
from trading_api.roles.market_part import MarketPart
from trading_api.roles.owned_partitions import OwnedPartitions
from trading_api.roles.owned_work import OwnedWork
from trading_api.roles.partition_claims import OwnerRole, create_claims, create_fence
from trading_api.roles.scalable_settings import check_scalable
from trading_api.server.application import create_owner_app, create_probe_app
from trading_api.server.gc_policy import GcPolicy
from trading_api.server.lifespan import create_lifespan
from trading_api.settings import Settings
from trading_api.shared.module_interface import (
    Module,
    ModuleContext,
    ShardedAccounts,
    topic_routers,
)
from trading_api.streaming.subscriptions import Subscriptions


def create_owner(
    settings: Settings,
    role: OwnerRole,
    bus: Bus | None = None,
    *,
    gc_policy: GcPolicy | None,
) -> FastAPI:
    """Return the application that operators reach of a process that owns partitions. Its lifespan
    does the process's work. A process that serves it alone has a `gc_policy`. Raises
    ConfigurationError."""
    check_scalable(settings, role)
    bus = bus or create_bus(settings.bus_url, settings.bus_prefix)
    owner_id = secrets.token_hex(6)
    metrics, readiness, subscriptions = Metrics(), Readiness(), Subscriptions()
    market = MarketPart(settings, bus, has_accounts=role != "market")
    observe_feed(market.feed, metrics, readiness)
    context = ModuleContext(settings, market.feed, wall_clock_ms, metrics, readiness, subscriptions)
    modules: list[Module] = []
    venue: PaperBroker | None = None
    fence = create_fence() if role == "broker" else None
    if role != "broker":
        modules.append(DatafeedModule(market.source, context, playing_clock=market.clock))
    if role != "market":
        journal = create_journal(settings, fence)
        shard_count = settings.shards if role == "broker" else None
        venue = create_venue(settings, journal, market.feed, metrics, readiness, shard_count)
        epochs = fence.epochs if fence else None
        # Past days of accounts are valued at the bars of this process's own source.
        history = SourceHistory(market.source)
        context = replace(context, venue=venue, shard_epochs=epochs, market_history=history)
        modules += [BrokerModule(context), AlertsModule(context)]
    host = TopicHost(
        bus,
        owner_id,
        topic_routers(router for module in modules for router in module.get_ws_routers()),
        subscriptions,
        wall_clock_ms,
        partition_of=lambda topic: topic_partition(topic, settings.shards),
    )
    admission = CommandAdmission(settings.commands_per_s, readiness)
    requests = RequestHost(bus, create_owner_app(settings, modules, metrics, readiness, admission))
    accounts = [each for each in (venue, *modules) if isinstance(each, ShardedAccounts)]
    owned = OwnedPartitions(market, accounts if role == "broker" else [], host, requests)
    claims = create_claims(settings, role, owner_id, owned, fence)
    work = OwnedWork(bus, modules, host, claims)
    readiness.add_check(work.health)
    lifespan = create_lifespan(
        [work],
        {
            "market": market.feed.run,
            "metrics": metrics.measure_loop_lag,
            "log": log_dropped_lines,
            "open_files": observe_open_files(metrics, readiness),
        },
        [readiness.stop],
        {"role": role, "owner": owner_id, "source": settings.datafeed_source},
        gc_policy,
    )
    return create_probe_app(settings, lifespan, create_token_verifier(settings), metrics, readiness)
