"""The metrics of a live market."""

from __future__ import annotations

from trading_api.modules.datafeed.venues.live_source import LiveSource
from trading_api.modules.datafeed.venues.live_statistics import LiveStatistics
from trading_api.observability.metrics import Metrics

COUNTERS = {
    "messages": ("market_venue_messages", "Messages of the venue's connector"),
    "disconnects": ("market_disconnects", "Symbols whose connection to the venue was lost"),
    "restarts": ("market_connector_restarts", "Restarts of the venue's connector"),
    "gaps_filled": ("market_gaps_filled", "Gaps in a symbol's trades that were filled"),
    "gaps_unfilled": ("market_gaps_unfilled", "Gaps whose trades the venue did not return"),
    "corrections": ("market_corrections", "Minutes whose candle differs from what was streamed"),
    "duplicates": ("market_duplicate_trades", "Trades that the venue sent again"),
    "late_trades": ("market_late_trades", "Trades that came after their minute was closed"),
    "rate_limit_waits": ("market_rate_limit_waits", "Times the venue asked to wait"),
}
"""The name and the description of each count of LiveStatistics."""


def observe_live_source(source: LiveSource, metrics: Metrics) -> None:
    """Add the counts of the source, and the venue's clock ahead of ours, to the metrics."""
    statistics = source.statistics
    for field, (name, text) in COUNTERS.items():
        metrics.add_counter(name, text, _Count(statistics, field))
    metrics.add_gauge(
        "market_clock_offset_seconds",
        "The venue's clock ahead of ours",
        lambda: statistics.clock_offset_ms / 1_000,
    )


class _Count:
    def __init__(self, statistics: LiveStatistics, field: str) -> None:
        self._statistics, self._field = statistics, field

    def __call__(self) -> float:
        return float(getattr(self._statistics, self._field))
