"""How long to wait before a market source is started again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

RESTART_MAX_S = 5.0
_JITTER = 0.25


def restart_delays(first_s: float, chance: Callable[[], float]) -> Iterator[float]:
    """Yield the seconds to wait after each failure in a row. They double from `first_s` up to
    RESTART_MAX_S. Each is shortened by up to a quarter, as `chance` decides with a number from 0
    to 1, so that many clients of one venue do not come back at the same instant."""
    delay_s = min(first_s, RESTART_MAX_S)
    while True:
        yield delay_s * (1 - _JITTER * chance())
        delay_s = min(2 * delay_s, RESTART_MAX_S)
