"""Finds the next recorded bars that leave a range of prices."""

from __future__ import annotations

from collections.abc import Sequence

from trading_api.modules.datafeed.replay.bar_track import BarTrack
from trading_api.modules.datafeed.storage.tick_schedule import TICKS_PER_BAR

_CHUNK_MIN, _CHUNK_MAX = 64, 65_536


class BarScan:
    """Scans the next bars of one symbol, in price ticks and tick numbers. `lows` and `highs` are
    those of all bars. With `reads_all` they are read into memory, which makes many short scans
    faster."""

    def __init__(self, track: BarTrack, *, reads_all: bool = True) -> None:
        self.track = track
        recorded = track.series.recorded
        self._low, self._high = recorded.low, recorded.high
        self._reads_all = reads_all
        # Python integers, because most scans end after one bar.
        self.lows: Sequence[int] = recorded.low.tolist() if reads_all else ()
        self.highs: Sequence[int] = recorded.high.tolist() if reads_all else ()

    def next_outside(self, low: int, high: int, bars_end: int) -> int | None:
        """Return the number of the next unplayed tick whose last price is below `low` or above
        `high`, in the bars before `bars_end`. Return None without such a tick."""
        number, played = divmod(self.track.ticks, TICKS_PER_BAR)
        if played and number < bars_end:
            if (found := self._outside(number, played, low, high)) is not None:
                return found
            number += 1
        return self._next_bar_outside(number, bars_end, low, high)

    def _next_bar_outside(self, number: int, end: int, low: int, high: int) -> int | None:
        lows, highs, size = self.lows, self.highs, _CHUNK_MIN
        if self._reads_all and end - number <= _CHUNK_MIN:
            for each in range(number, end):
                if lows[each] < low or highs[each] > high:
                    return self._outside(each, 0, low, high)
            return None
        while number < end:
            last = min(end, number + size)
            leaves = (self._low[number:last] < low) | (self._high[number:last] > high)
            first = int(leaves.argmax())
            if leaves[first]:
                return self._outside(number + first, 0, low, high)
            number, size = last, min(2 * size, _CHUNK_MAX)
        return None

    def _outside(self, number: int, first: int, low: int, high: int) -> int | None:
        if self._reads_all and self.lows[number] >= low and self.highs[number] <= high:
            return None
        path = self.track.series.path(number)
        for part in range(first, TICKS_PER_BAR):
            if not low <= path[part] <= high:
                return number * TICKS_PER_BAR + part
        return None
