"""Halts a live account when it reaches the loss of a day, without waiting for a command."""

from __future__ import annotations

from collections.abc import Callable

from trading_api.domain.resolution import DAY_MS
from trading_api.modules.broker.external.risk_gate import RiskLimits, RiskView, daily_loss


class DailyLossWatch:
    """Calls `halt` with the reason once a UTC day of market time. Where that returns False, nothing
    could be done, and it is called again with the next value. After a person has let the account
    trade again on that day, the gate still refuses what does not only reduce a position."""

    def __init__(self, limits: RiskLimits, halt: Callable[[str], bool]) -> None:
        self._limits = limits
        self._halt = halt
        self._halted_day = -1

    def on_value(self, view: RiskView) -> None:
        """Take note of a new value of the account."""
        day = view.market.now_ms // DAY_MS
        if day == self._halted_day or view.kill_switch.is_on:
            return
        breach = daily_loss(view, self._limits)
        if breach is not None and self._halt(breach.text):
            self._halted_day = day
