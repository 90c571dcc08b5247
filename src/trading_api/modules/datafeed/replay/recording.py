"""Recorded symbols that are played together."""

from __future__ import annotations

from collections.abc import Sequence

from trading_api.domain.resolution import RESOLUTIONS
from trading_api.modules.datafeed.storage.bar_series import BarSeries


class Recording:
    """The series of one or more symbols, none of which ever changes. `resolutions` are those that
    any symbol has, finest first."""

    def __init__(self, series: Sequence[BarSeries]) -> None:
        self.series = series
        found = {name for each in series for name in each.resolutions}
        self.resolutions = tuple(name for name in RESOLUTIONS if name in found)

    @property
    def start_ms(self) -> int:
        """The instant at which every symbol has begun."""
        return max(each.schedule.tick_ms(0) for each in self.series)

    @property
    def end_ms(self) -> int:
        """The instant at which the last bar of all is over."""
        return max(each.schedule.last_end_ms for each in self.series)
