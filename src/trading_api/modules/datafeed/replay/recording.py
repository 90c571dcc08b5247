"""Recorded bars of symbols that are played together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from trading_api.domain.resolution import RESOLUTIONS
from trading_api.modules.datafeed.replay.bar_track import BarTrack, timeline
from trading_api.modules.datafeed.replay.playable import PlayedTick
from trading_api.modules.datafeed.storage.bar_series import BarSeries

_HISTORY_PERCENT = 80


class Recording:
    """The series of one or more symbols, none of which ever changes. Implements Playable.
    `resolutions` are those that any symbol has, finest first."""

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

    def content(self) -> Iterator[bytes]:
        """Yield the instrument, without its description, and the columns of each symbol."""
        for each in self.series:
            yield repr(
                (replace(each.instrument, description=""), each.step_ms, each.has_volume)
            ).encode()
            for column in each.recorded.arrays():
                yield column.tobytes()

    def history_end_ms(self) -> int:
        """Return the last instant at which no more than _HISTORY_PERCENT of all symbols' rows have
        begun, without merging them."""
        number = sum(len(each.recorded) for each in self.series) * _HISTORY_PERCENT // 100
        low_ms = min(each.schedule.tick_ms(0) for each in self.series)
        high_ms = self.end_ms
        while low_ms < high_ms:
            middle_ms = (low_ms + high_ms) // 2
            if sum(each.schedule.bar_count(middle_ms) for each in self.series) > number:
                high_ms = middle_ms
            else:
                low_ms = middle_ms + 1
        return low_ms - 1

    def play_from(self, start_ms: int) -> tuple[Sequence[BarTrack], Iterator[PlayedTick]]:
        tracks = [BarTrack(each, start_ms) for each in self.series]
        return tracks, timeline(tracks, start_ms)
