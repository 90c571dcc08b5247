"""Where time comes from; everything below the composition root is given it."""

import time


def wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000
