"""The names of all metrics that the processes of a deployment expose, read from the processes."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from prometheus_client.metrics_core import Metric

from tests.kit.example_connector import LISTING, TARGET, ExampleConfiguration
from trading_api.app_factory import create_app
from trading_api.bus.local import LocalBus, LocalHub
from trading_api.connectors.connector_process import ConnectorProcess
from trading_api.modules.datafeed.venues.bar_history_store import BarHistoryStore
from trading_api.modules.datafeed.venues.live_source import LiveSource
from trading_api.modules.datafeed.venues.messages import VenueMessage
from trading_api.roles.gateway import create_gateway
from trading_api.roles.owner import create_owner
from trading_api.settings import Settings

SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}


def exposed_metrics(folder: Path) -> dict[str, Metric]:
    """Return every metric by its name, of a server that does everything, a gateway and a core.

    None of them is started: each metric is registered before."""
    hub = LocalHub()
    several = _settings(database_url="memory:", shards=2)
    apps = [
        _complete_server(folder),
        create_gateway(several, LocalBus(hub), gc_policy=None)[0],
        create_owner(several, "core", LocalBus(hub), gc_policy=None),
    ]
    return {metric.name: metric for app in apps for metric in app.state.metrics.registry.collect()}


def series_names(metrics: dict[str, Metric]) -> dict[str, str]:
    """Return the name of each metric by the names that its series have in Prometheus."""
    return {
        f"{name}{suffix}": name
        for name, metric in metrics.items()
        for suffix in SUFFIXES[metric.type]
    }


def _settings(**changed: object) -> Settings:
    return Settings.model_validate(Settings.defaults().model_dump() | changed)


def _complete_server(folder: Path) -> FastAPI:
    """Return a server with keys, a recorded live market and a live account."""
    connection = ConnectorProcess(TARGET, ExampleConfiguration(0.01), VenueMessage)
    store = BarHistoryStore(folder / "venue.db")
    source = LiveSource("example", [LISTING], connection, store)
    settings = _settings(
        auth_mode="jwks",
        auth_jwks="https://id.example/keys",
        auth_issuer="https://id.example",
        auth_audience="trading",
        database_url="memory:",
        datafeed_source="ccxt",
        datafeed_venue="binance",
        datafeed_symbols="EXAMPLE/USD",
        data_dir=folder,
        datafeed_record=True,
        broker="ccxt",
        broker_venue="binance",
        live_account_id="LIVE-MAIN",
        live_trading="yes-with-real-money",
        live_api_key="key",
        live_api_secret="secret",
        live_database_url="memory:",
    )
    return create_app(settings, market_source=source)[0]
