"""Builds the paper exchange from the settings."""

from decimal import Decimal

from trading_api.domain.ports.market_data import MarketData
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules, FeeSchedule, Slippage
from trading_api.modules.broker.journal.journal import Journal
from trading_api.modules.broker.journal.memory import MEMORY
from trading_api.modules.broker.paper.paper_broker import PaperBroker
from trading_api.observability.metrics import Metrics
from trading_api.settings import Settings

IDLE_ACCOUNTS_MAX = 20_000
"""Idle accounts that stay in memory: about 60 MB."""


def create_paper_broker(
    settings: Settings,
    journal: Journal,
    market: MarketData,
    metrics: Metrics,
    shard_count: int | None = None,
) -> PaperBroker:
    """Return a paper exchange that fills at the market's quotes. It opens the journal when it
    starts. With a `shard_count` it loads the accounts of the shards that it is given."""
    rules = create_exchange_rules(settings)
    # A journal in memory could give nothing back.
    idle_max = None if settings.database_url == MEMORY else IDLE_ACCOUNTS_MAX
    return PaperBroker(journal, rules, settings, market, metrics, shard_count, idle_max)


def create_exchange_rules(settings: Settings) -> ExchangeRules:
    """Return the commission, slippage, latency and margin that the settings name."""
    return ExchangeRules(
        fees=FeeSchedule(
            per_unit=settings.commission_per_unit,
            maker_bps=settings.commission_maker_bps,
            taker_bps=settings.commission_taker_bps,
            minimum=settings.commission_minimum,
        ),
        slippage=Slippage(settings.slippage_ticks, settings.slippage_seed),
        latency_ms=settings.order_latency_ms,
        leverage_default=Decimal(settings.leverage_default),
        leverage_max=Decimal(settings.leverage_max),
        maintenance_ratio=settings.maintenance_ratio,
        margin_warning_levels=_descending(settings.margin_warning_levels),
    )


def _descending(percentages: str) -> tuple[Decimal, ...]:
    return tuple(sorted({Decimal(each) for each in percentages.split(",") if each}, reverse=True))
