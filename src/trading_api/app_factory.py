"""The composition root: the only place that names concrete parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI

from trading_api.auth.tokens import TokenVerifier, create_token_verifier
from trading_api.clock import wall_clock_ms
from trading_api.domain.market_status import MarketState
from trading_api.domain.ports.market_data import MarketData
from trading_api.errors import ConfigurationError
from trading_api.modules.broker import BrokerModule
from trading_api.modules.broker.journal.instrumented import MeasuredJournal
from trading_api.modules.broker.journal.memory import MEMORY, MemoryJournal
from trading_api.modules.broker.journal.ports import Journal
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.datafeed import DatafeedModule
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.market.step_clock import StepClock, SteppableSource
from trading_api.modules.datafeed.replay.recording import Recording, RecordingError
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.simulator.price_tree import END_MS
from trading_api.modules.datafeed.simulator.simulator import FIRST_MS, Simulator
from trading_api.modules.datafeed.storage.store import Store
from trading_api.observability.metrics import Metrics
from trading_api.observability.readiness import Readiness
from trading_api.server.application import DESCRIPTION, TITLE, create_api_app
from trading_api.server.lifespan import create_lifespan
from trading_api.settings import Settings
from trading_api.shared.module_interface import ModuleContext
from trading_api.shared.module_registry import ModuleRegistry
from trading_api.shared.plugins.fastws_adapter import FastWSAdapter
from trading_api.streaming.session import SessionOptions
from trading_api.streaming.subscriptions import Subscriptions
from trading_api.version import VERSION
from trading_api.web.middleware.access_log import InFlightRequests
from trading_api.web.paths import WS_PATH


def create_app(
    configuration: Settings | Sequence[str] | None = None,
    journal: Journal | None = None,
    market_source: SteppableSource | None = None,
) -> tuple[FastAPI, FastWSAdapter]:
    """Return the REST application and the WebSocket application that it serves.

    `configuration` is the settings, or the names of the modules to enable with all other settings
    from the environment. `journal` and `market_source` replace the ones that the settings name;
    tests use them. Nothing runs before the application's lifespan begins. Raises
    ConfigurationError.
    """
    settings = _settings(configuration)
    source = market_source or _market_source(settings)
    is_stepped = settings.datafeed_clock == "step"
    now_ms = (lambda: source.now_ms) if is_stepped else wall_clock_ms
    tokens, in_flight = create_token_verifier(settings), InFlightRequests()
    metrics, readiness, subscriptions = Metrics(), Readiness(), Subscriptions()
    ws_app = _websocket_app(settings, tokens, now_ms, in_flight, subscriptions)
    ws_app.register_metrics(metrics)
    clock = StepClock(source, ws_app.wait_delivered) if is_stepped else None
    feed = MarketFeed(
        source,
        stale_after_ms=round(settings.market_stale_s * 1000),
        run=clock.run if clock else None,
    )
    readiness.add_check(lambda: market_health(feed))
    metrics.add_gauge(
        "market_silence_seconds", "Since the market's last sign of life", feed.silence_s
    )

    def broker(context: ModuleContext) -> BrokerModule:
        ledger = MeasuredJournal(journal or _journal(settings), metrics)
        readiness.add_check(ledger.doubt)
        return BrokerModule(ledger, context)

    registry = ModuleRegistry(
        {"datafeed": lambda context: DatafeedModule(source, context, clock), "broker": broker}
    )
    context = ModuleContext(settings, feed, now_ms, metrics, subscriptions)
    modules = registry.build(settings.enabled_modules.split(","), context)
    names = [module.name for module in modules]
    if clock and "datafeed" not in names:
        raise ConfigurationError("DATAFEED_CLOCK=step needs the module datafeed, which moves it.")
    for router in (router for module in modules for router in module.get_ws_routers()):
        ws_app.include_router(router)

    lifespan = create_lifespan(
        modules,
        {"delivery": ws_app.run, "market": feed.run, "metrics": metrics.measure_loop_lag},
        _stop_all(readiness.stop, ws_app.stop, clock.stop if clock else None),
        lambda: _description(settings, names, len(feed.instruments())),
    )
    return (
        create_api_app(
            settings,
            modules,
            ws_app,
            lifespan,
            tokens=tokens,
            metrics=metrics,
            readiness=readiness,
            in_flight=in_flight,
        ),
        ws_app,
    )


def _websocket_app(
    settings: Settings,
    tokens: TokenVerifier,
    now_ms: Callable[[], int],
    in_flight: InFlightRequests,
    subscriptions: Subscriptions,
) -> FastWSAdapter:
    return FastWSAdapter(
        path=WS_PATH,
        subscriptions=subscriptions,
        options=SessionOptions.from_settings(settings),
        tokens=tokens,
        now_ms=now_ms,
        wait_idle=in_flight.wait_idle,
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


def _stop_all(*stops: Callable[[], None] | None) -> Callable[[], None]:
    def stop() -> None:
        for each in stops:
            if each is not None:
                each()

    return stop


def _description(settings: Settings, modules: list[str], symbols: int) -> dict[str, object]:
    return {
        "modules": ",".join(modules),
        "source": settings.datafeed_source,
        "clock": settings.datafeed_clock,
        "symbols": symbols,
    }


def market_health(market: MarketData) -> str | None:
    """Return why the market is not healthy, or None where it is open or closed as scheduled."""
    status = market.status
    if status.state in (MarketState.OPEN, MarketState.CLOSED):
        return None
    return f"the market is {status.state.value}" + (f": {status.reason}" if status.reason else "")


def _settings(configuration: Settings | Sequence[str] | None) -> Settings:
    if isinstance(configuration, Settings):
        return configuration
    settings = Settings()
    if configuration is None:
        return settings
    return settings.model_copy(update={"enabled_modules": ",".join(configuration)})


def check_ledger(settings: Settings) -> None:
    """Makes or migrates what the broker is to write to, and leaves it. Raises
    ConfigurationError."""
    wanted = {name.strip() for name in settings.enabled_modules.split(",")}
    if settings.database_url == MEMORY or not wanted & {"all", "broker"}:
        return
    database = Database(settings.database_url)
    database.open().close()
    database.close()


def _journal(settings: Settings) -> Journal:
    if settings.database_url == MEMORY:
        return MemoryJournal()
    return SqlJournal(Database(settings.database_url))


def _market_source(settings: Settings) -> SteppableSource:
    start_ms = _milliseconds(settings.datafeed_start)
    if settings.datafeed_source == "simulator":
        if start_ms is not None and settings.datafeed_clock == "wall":
            raise ConfigurationError("DATAFEED_START of the simulator needs DATAFEED_CLOCK=step.")
        return _simulator(settings.datafeed_seed, start_ms)
    recording = _file(settings.datafeed_path) if settings.datafeed_path else _stored(settings)
    if start_ms is not None and not recording.start_ms <= start_ms < recording.end_ms:
        raise ConfigurationError(
            "DATAFEED_START is not within what is recorded of all symbols, "
            f"{_utc(recording.start_ms)} to {_utc(recording.end_ms)}; DATAFEED_SYMBOLS names those "
            "to play."
        )
    return Replay(recording, start_ms, speed=settings.datafeed_speed, clock=wall_clock_ms)


def _file(path: Path) -> Recording:
    try:
        return Recording.read(path)
    except (RecordingError, OSError) as error:
        raise ConfigurationError(f"DATAFEED_PATH: {error}") from error


def _stored(settings: Settings) -> Recording:
    store = Store(settings.data_dir)
    there_are = store.symbols()
    if not there_are:
        raise ConfigurationError(
            f"DATAFEED_SOURCE=replay needs symbols in {settings.data_dir} (DATA_DIR), which "
            "`trading-api data import` puts there, or DATAFEED_PATH, a CSV file."
        )
    wanted = [name.strip() for name in settings.datafeed_symbols.split(",") if name.strip()]
    if missing := [name for name in wanted if name not in there_are]:
        raise ConfigurationError(
            f"DATAFEED_SYMBOLS: {missing[0]} is not stored; there are {', '.join(there_are)}."
        )
    try:
        opened = [store.open(name) for name in dict.fromkeys(wanted or there_are)]
    except (RecordingError, OSError) as error:
        raise ConfigurationError(f"DATA_DIR: {error}") from error
    return Recording.of([series for series in opened if series is not None])


def _simulator(seed: int, start_ms: int | None) -> Simulator:
    if start_ms is None:
        return Simulator(seed, clock=wall_clock_ms)
    if not FIRST_MS < start_ms < END_MS:
        raise ConfigurationError("DATAFEED_START of the simulator is from 2007 to 2149.")
    return Simulator(seed, clock=lambda: start_ms)


def _utc(instant_ms: int) -> str:
    return datetime.fromtimestamp(instant_ms / 1000, UTC).isoformat()


def _milliseconds(instant: datetime | None) -> int | None:
    """An instant that names no zone is UTC."""
    if instant is None:
        return None
    return round((instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp() * 1000)
