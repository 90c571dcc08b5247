"""The composition root of one process that serves all; `roles` composes several processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from fastapi import FastAPI

from trading_api.auth.tokens import TokenVerifier, create_token_verifier
from trading_api.clock import wall_clock_ms
from trading_api.domain.ports.broker import ExecutionVenue
from trading_api.errors import ConfigurationError
from trading_api.limits.command_admission import CommandAdmission
from trading_api.modules.alerts import AlertsModule
from trading_api.modules.broker.external.live_settings import check_live_settings
from trading_api.modules.broker.external.live_venue import create_live_venue
from trading_api.modules.broker.journal.factory import create_journal
from trading_api.modules.broker.journal.instrumented import InstrumentedJournal
from trading_api.modules.broker.journal.journal import Journal
from trading_api.modules.broker.module import BrokerModule
from trading_api.modules.broker.paper.factory import create_paper_broker
from trading_api.modules.broker.paper.paper_broker import PaperBroker
from trading_api.modules.broker.venue_router import VenueRouter
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.market.playing_clock import PlayingClock
from trading_api.modules.datafeed.market.ports import MarketSource
from trading_api.modules.datafeed.market.step_clock import StepClock
from trading_api.modules.datafeed.module import DatafeedModule
from trading_api.modules.datafeed.recording.factory import create_recorder
from trading_api.modules.datafeed.recording.recorder import Recorder
from trading_api.modules.datafeed.source_factory import create_market_clock, create_market_source
from trading_api.modules.datafeed.source_history import SourceHistory
from trading_api.modules.datafeed.venues.live_metrics import observe_live_source
from trading_api.modules.datafeed.venues.live_source import LiveSource
from trading_api.observability.log_rate_limit import dropped_total, log_dropped_lines
from trading_api.observability.metrics import Metrics
from trading_api.observability.readiness import Readiness
from trading_api.server.application import DESCRIPTION, TITLE, create_api_app
from trading_api.server.gc_policy import GcPolicy
from trading_api.server.lifespan import BackgroundTask, create_lifespan, nothing_to_do
from trading_api.server.process_limits import OpenFilesWatch
from trading_api.server.withdrawn_keys import close_withdrawn_sessions
from trading_api.settings import Settings
from trading_api.shared.module_interface import Module, ModuleContext, ModuleFactory
from trading_api.shared.module_registry import ModuleRegistry
from trading_api.shared.plugins.fastws_adapter import FastWSAdapter
from trading_api.shared.ws.command_runner import CommandRunner
from trading_api.streaming.session import SessionOptions
from trading_api.streaming.subscriptions import Subscriptions
from trading_api.version import VERSION
from trading_api.web.middleware.access_log import InFlightRequests
from trading_api.web.paths import WS_PATH
from trading_api.web.request_log import RequestLog


def _alpaca(context: ModuleContext) -> Module:
    from trading_api.modules.alpaca.module import AlpacaModule

    return AlpacaModule(context)


def _hooks(context: ModuleContext) -> Module:
    from trading_api.modules.hooks.module import HooksModule

    return HooksModule(context)


def _mcp(context: ModuleContext) -> Module:
    try:
        from trading_api.modules.mcp.module import McpModule
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"ENABLED_MODULES: mcp needs the package {error.name}. Install trading-api[mcp]."
        ) from error
    return McpModule(context)


OPTIONAL_MODULES: dict[str, ModuleFactory] = {"alpaca": _alpaca, "hooks": _hooks, "mcp": _mcp}
"""The modules that `all` does not enable. A factory imports its module when it is called, so that
other servers need not import it."""
LiveVenueFactory = Callable[[Settings, MarketFeed, Metrics, Readiness], ExecutionVenue]


def create_app(
    configuration: Settings | Sequence[str] | None = None,
    journal: Journal | None = None,
    market_source: MarketSource | None = None,
    live_venue: LiveVenueFactory | None = None,
    gc_policy: GcPolicy | None = None,
) -> tuple[FastAPI, FastWSAdapter]:
    """Return the REST application and the WebSocket application that it serves.

    `configuration` is the settings, or the names of the modules to enable with all other settings
    from the environment. `journal`, `market_source` and `live_venue` replace the ones that the
    settings name; tests use them. `gc_policy` is that of a process which serves this application
    alone. Nothing runs before the application's lifespan begins. Raises ConfigurationError."""
    settings = _settings(configuration)
    source = market_source or create_market_source(settings)
    is_stepped = settings.datafeed_clock == "step"
    now_ms = (lambda: source.now_ms) if is_stepped else wall_clock_ms
    tokens, in_flight = create_token_verifier(settings), InFlightRequests()
    metrics, readiness, subscriptions = Metrics(), Readiness(), Subscriptions()
    admission = CommandAdmission(settings.commands_per_s, readiness)
    ws_app = create_websocket_app(
        settings, tokens, now_ms, in_flight, subscriptions, admission, metrics
    )
    ws_app.register_metrics(metrics)
    clock = create_market_clock(settings, source, ws_app.wait_delivered)
    stale_ms = round(settings.market_stale_s * 1000)
    feed = MarketFeed(source, stale_after_ms=stale_ms, run=clock.run if clock else None)
    observe_feed(feed, metrics, readiness)
    if isinstance(source, LiveSource):
        observe_live_source(source, metrics)

    registry = _create_registry(source, clock, is_stepped=is_stepped)
    names = registry.select(settings.enabled_modules.split(","))
    if is_stepped and "datafeed" not in names:
        raise ConfigurationError("DATAFEED_CLOCK=step needs the module datafeed, which moves it.")
    venue = _create_venues(settings, names, journal, feed, metrics, readiness, live_venue)
    context = ModuleContext(
        *(settings, feed, now_ms, metrics, readiness, subscriptions, venue),
        market_history=SourceHistory(source),
        command_admission=admission,
    )
    modules = registry.build(names, context)
    lifespan = create_lifespan(
        [*modules, *create_recorders(settings, source, feed, metrics)],
        {
            "streaming": ws_app.run,
            "market": feed.run,
            "metrics": metrics.measure_loop_lag,
            "log": log_dropped_lines,
            "open_files": observe_open_files(metrics, readiness),
            "keys": observe_keys(tokens, ws_app, metrics, readiness),
        },
        [readiness.stop, ws_app.stop, *([clock.stop] if clock else [])],
        _description(settings, names, feed),
        gc_policy,
    )
    api_app = create_api_app(
        settings, modules, ws_app, lifespan, tokens, metrics, readiness, admission, in_flight
    )
    return api_app, ws_app


def _create_registry(
    source: MarketSource, clock: StepClock | None, *, is_stepped: bool
) -> ModuleRegistry:
    step_clock = clock if is_stepped else None
    playing_clock = clock if isinstance(clock, PlayingClock) else None
    return ModuleRegistry(
        {
            "datafeed": partial(
                DatafeedModule, source, clock=step_clock, playing_clock=playing_clock
            ),
            "broker": BrokerModule,
            "alerts": AlertsModule,
        },
        optional=OPTIONAL_MODULES,
    )


def create_recorders(
    settings: Settings, source: MarketSource, feed: MarketFeed, metrics: Metrics
) -> list[Recorder]:
    """Return the recorder of the market, where the settings ask for one."""
    if not settings.datafeed_record:
        return []
    return [create_recorder(settings, feed, source.resolutions(), metrics)]


def observe_feed(feed: MarketFeed, metrics: Metrics, readiness: Readiness) -> None:
    readiness.add_check(feed.health)
    metrics.add_gauge(
        "market_report_age_seconds", "Since the market's last report", feed.report_age_s
    )
    metrics.add_gauge(
        "market_symbols_stale", "Symbols without fresh prices", lambda: len(feed.stale_symbols)
    )
    metrics.add_counter(
        "log_lines_dropped", "Log lines over the limit of their event", dropped_total
    )


def observe_open_files(metrics: Metrics, readiness: Readiness) -> BackgroundTask:
    watch = OpenFilesWatch()
    readiness.add_check(watch.health)
    metrics.add_counter(
        "open_files_exhausted",
        "Seconds in which no file or connection could be opened",
        lambda: watch.exhausted_checks,
    )
    return watch.run


def observe_keys(
    tokens: TokenVerifier, ws_app: FastWSAdapter, metrics: Metrics, readiness: Readiness
) -> BackgroundTask:
    keys = tokens.jwks
    if keys is None:
        return nothing_to_do
    readiness.add_check(keys.health)
    metrics.add_gauge("keys_age_seconds", "Since the keys of tokens were fetched", keys.age_s)
    metrics.add_counter(
        "keys_fetches_failed",
        "Fetches of the keys of tokens that failed",
        lambda: keys.failed_fetches,
    )
    return lambda: keys.run(lambda: close_withdrawn_sessions(ws_app, tokens))


def create_venue(
    settings: Settings,
    journal: Journal | None,
    feed: MarketFeed,
    metrics: Metrics,
    readiness: Readiness,
    shard_count: int | None = None,
) -> PaperBroker:
    """Return the paper exchange over the journal, or over the one that the settings name. With a
    `shard_count` it loads no account before it is given shards."""
    ledger = InstrumentedJournal(journal or create_journal(settings), metrics)
    readiness.add_check(ledger.health)
    broker = create_paper_broker(settings, ledger, feed, metrics, shard_count)
    readiness.add_check(broker.loader.health)
    return broker


def _create_venues(
    settings: Settings,
    modules: Sequence[str],
    journal: Journal | None,
    feed: MarketFeed,
    metrics: Metrics,
    readiness: Readiness,
    live_venue: LiveVenueFactory | None,
) -> ExecutionVenue | None:
    """Return the paper exchange, and with it the venue of the live account where there is one. None
    without the module that serves them."""
    if "broker" not in modules:
        return None
    paper = create_venue(settings, journal, feed, metrics, readiness)
    if settings.broker == "paper":
        return paper
    create_live = live_venue or create_live_venue
    live = create_live(settings, feed, metrics, readiness)
    return VenueRouter(paper, {settings.live_account_id: live})


def create_websocket_app(
    settings: Settings,
    tokens: TokenVerifier,
    now_ms: Callable[[], int],
    in_flight: InFlightRequests,
    subscriptions: Subscriptions,
    admission: CommandAdmission,
    metrics: Metrics,
    shutdown_spread_s: float = 0.0,
) -> FastWSAdapter:
    """Return the WebSocket application. Its sessions end spread over `shutdown_spread_s`."""
    options = SessionOptions.from_settings(settings)
    return FastWSAdapter(
        path=WS_PATH,
        subscriptions=subscriptions,
        options=replace(options, shutdown_spread_s=shutdown_spread_s),
        tokens=tokens,
        now_ms=now_ms,
        wait_idle=in_flight.wait_idle,
        commands=CommandRunner(admission, RequestLog(metrics), in_flight),
        title=TITLE,
        version=VERSION,
        description=DESCRIPTION,
        servers={
            "local": {
                "url": "ws://127.0.0.1:8000",
                "protocol": "ws",
                "description": "As `make dev` starts it",
            }
        },
    )


def _description(settings: Settings, modules: list[str], feed: MarketFeed) -> dict[str, object]:
    return {
        "modules": ",".join(modules),
        "source": settings.datafeed_source,
        "clock": settings.datafeed_clock,
        "symbols": len(feed.instruments()),
    }


def _settings(configuration: Settings | Sequence[str] | None) -> Settings:
    settings = configuration if isinstance(configuration, Settings) else Settings()
    check_live_settings(settings)
    if configuration is None or isinstance(configuration, Settings):
        return settings
    return settings.model_copy(update={"enabled_modules": ",".join(configuration)})
