"""Builds the venue of the live account from the settings."""

from __future__ import annotations

from trading_api.domain.broker_connection import ConnectionState
from trading_api.domain.ports.market_data import MarketData
from trading_api.modules.broker.external.factory import create_live_broker
from trading_api.modules.broker.external.live_broker import LiveBroker
from trading_api.modules.broker.external.live_settings import risk_limits
from trading_api.modules.broker.external.venue_client import VenueClient
from trading_api.modules.broker.external.venue_factory import create_venue_client, venue_name
from trading_api.modules.broker.journal.factory import create_journal
from trading_api.modules.broker.journal.instrumented import InstrumentedJournal
from trading_api.modules.broker.journal.live_ledger import live_settings
from trading_api.observability.metrics import Metrics
from trading_api.observability.readiness import Readiness
from trading_api.settings import Settings


def create_live_venue(
    settings: Settings, feed: MarketData, metrics: Metrics, readiness: Readiness
) -> LiveBroker:
    """Return the broker of LIVE_ACCOUNT_ID at the venue of BROKER.

    The server is not ready while the account's ledger cannot be written. The function connects and
    opens nothing. Raises ConfigurationError."""
    journal = create_journal(live_settings(settings))
    ledger = InstrumentedJournal(journal, metrics, name="live_ledger")
    readiness.add_check(ledger.health)
    client = create_venue_client(settings, [each.symbol for each in feed.instruments()])
    broker = create_live_broker(
        settings.live_account_id,
        venue_name(settings),
        client,
        ledger,
        feed,
        settings.account_currency,
        risk_limits(settings),
        metrics,
        holds_orders=settings.live_held_brackets,
    )
    _observe(broker, client, metrics)
    return broker


def _observe(broker: LiveBroker, client: VenueClient, metrics: Metrics) -> None:
    connected = ConnectionState.CONNECTED
    metrics.add_gauge(
        "venue_connected",
        "1 while the live account takes commands",
        lambda: float(broker.connection(broker.account_id).state is connected),
    )
    metrics.add_labeled_gauge(
        "venue_rate_limit_used",
        "What is used of a rate limit of the venue",
        "name",
        lambda: {each.name: float(each.used) for each in client.rate_limits()},
    )
    metrics.add_labeled_gauge(
        "venue_rate_limit",
        "A rate limit of the venue",
        "name",
        lambda: {each.name: float(each.limit) for each in client.rate_limits()},
    )
