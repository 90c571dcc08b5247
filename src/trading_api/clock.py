"""The wall clock. Only composition roots read it and pass it on as an argument."""

import time


def wall_clock_ms() -> int:
    """Return the current time in milliseconds since 1970 (UTC)."""
    return time.time_ns() // 1_000_000
