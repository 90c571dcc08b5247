"""Builds the live broker of an account."""

from __future__ import annotations

from trading_api.domain.ports.market_data import MarketData
from trading_api.modules.broker.command_log import CommandLog
from trading_api.modules.broker.external.live_broker import LiveBroker
from trading_api.modules.broker.external.live_clock import LiveClock
from trading_api.modules.broker.external.risk_gate import RiskLimits
from trading_api.modules.broker.external.venue_client import VenueClient
from trading_api.modules.broker.journal.journal import Journal
from trading_api.observability.metrics import Metrics


def create_live_broker(
    account_id: str,
    venue: str,
    client: VenueClient,
    journal: Journal,
    market: MarketData,
    currency: str,
    limits: RiskLimits,
    metrics: Metrics,
    clock: LiveClock | None = None,
    *,
    holds_orders: bool = False,
) -> LiveBroker:
    """Return the broker of one account at one venue. It opens the journal when it starts.

    `venue` names the venue for ever: `ccxt:binance`, `alpaca`."""
    broker = LiveBroker(
        account_id,
        venue,
        client,
        journal,
        market,
        currency,
        limits,
        CommandLog(metrics),
        clock,
        holds_orders=holds_orders,
    )
    metrics.add_gauge(
        "live_inbox",
        "Commands and reports that wait in the live broker",
        broker.account.queue_depth,
    )
    metrics.add_counter(
        "venue_comparisons", "Comparisons with the venue", lambda: broker.reconciliation.count
    )
    metrics.add_counter(
        "venue_differences",
        "Comparisons that found a difference of positions or cash",
        lambda: broker.reconciliation.differences,
    )
    return broker
