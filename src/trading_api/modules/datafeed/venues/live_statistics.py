"""What a live market counts, for metrics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class LiveStatistics:
    """Counts since the start, and the venue's clock ahead of ours, in milliseconds.

    `messages` come from the connector. `disconnects` are counted by symbol, `restarts` are those
    of the connector. `holes_unfilled` are those of trades that the venue streamed no more and did
    not return. `corrections` are minutes of which the venue's candle differs from the bar that was
    streamed."""

    messages: int = 0
    disconnects: int = 0
    restarts: int = 0
    holes_filled: int = 0
    holes_unfilled: int = 0
    corrections: int = 0
    duplicates: int = 0
    late_trades: int = 0
    rate_limit_waits: int = 0
    clock_offset_ms: int = 0
