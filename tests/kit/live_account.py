"""A server with a live account at a venue in memory, next to the paper accounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fastapi import FastAPI

from tests.kit.instant_venue import InstantVenue
from tests.kit.signed_tokens import secured
from trading_api.app_factory import create_app
from trading_api.domain.ports.broker import ExecutionVenue
from trading_api.domain.ports.market_data import MarketData
from trading_api.observability.metrics import Metrics
from trading_api.observability.readiness import Readiness
from trading_api.settings import Settings

LIVE = "LIVE-1"
LIVE_SETTINGS: dict[str, Any] = {
    "broker": "alpaca",
    "broker_url": "http://127.0.0.1:1",
    "live_account_id": LIVE,
    "live_trading": "yes-with-real-money",
    "live_api_key": "the key",
    "live_api_secret": "the secret",
    "live_database_url": "memory:",
    "database_url": "memory:",
}


def instant_live_venue(
    settings: Settings, feed: MarketData, metrics: Metrics, readiness: Readiness
) -> ExecutionVenue:
    """Return a venue that has no account but the live one."""
    return InstantVenue(feed, Decimal(100_000), settings.live_account_id)


def live_app(**changed: Any) -> FastAPI:
    """Return an application with authentication and the live account LIVE-1."""
    settings = secured(**LIVE_SETTINGS | changed)
    return create_app(settings, live_venue=instant_live_venue)[0]
