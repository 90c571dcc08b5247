"""The counters of a live market, for its metrics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class LiveStatistics:
    """Counts since the start, and the venue's clock ahead of ours, in milliseconds.

    `messages` come from the connector. `disconnects` are counted by symbol, `restarts` are those
    of the connector. `gaps_unfilled` are gaps whose trades the venue neither streams nor returns.
    `corrections` are minutes of which the venue's candle differs from the bar that was streamed."""

    messages: int = 0
    disconnects: int = 0
    restarts: int = 0
    gaps_filled: int = 0
    gaps_unfilled: int = 0
    corrections: int = 0
    duplicates: int = 0
    late_trades: int = 0
    rate_limit_waits: int = 0
    clock_offset_ms: int = 0
