"""Builds the venue of the live account from the settings."""

from __future__ import annotations

from trading_api.domain.ports.market_data import MarketData
from trading_api.modules.broker.external.factory import create_live_broker
from trading_api.modules.broker.external.live_broker import LiveBroker
from trading_api.modules.broker.external.live_settings import risk_limits
from trading_api.modules.broker.external.venue_factory import create_venue_client, venue_name
from trading_api.modules.broker.journal.factory import create_journal
from trading_api.modules.broker.journal.live_ledger import live_database_url
from trading_api.observability.metrics import Metrics
from trading_api.settings import Settings


def create_live_venue(settings: Settings, feed: MarketData, metrics: Metrics) -> LiveBroker:
    """Return the broker of LIVE_ACCOUNT_ID at the venue of BROKER. Nothing is connected or opened
    yet. Raises ConfigurationError."""
    ledger = settings.model_copy(update={"database_url": live_database_url(settings)})
    return create_live_broker(
        settings.live_account_id,
        venue_name(settings),
        create_venue_client(settings),
        create_journal(ledger),
        feed,
        settings.account_currency,
        risk_limits(settings),
        metrics,
    )
