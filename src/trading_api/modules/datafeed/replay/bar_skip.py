"""Plays the ticks of recorded bars that change nothing, without a quote."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trading_api.modules.datafeed.market.ports import QuietMarket
from trading_api.modules.datafeed.replay.bar_scan import BarScan
from trading_api.modules.datafeed.replay.bar_track import BarTrack
from trading_api.modules.datafeed.replay.playable import PlayedTrack
from trading_api.modules.datafeed.replay.quiet_prices import ANY_PRICE, NO_PRICE, quiet_prices
from trading_api.modules.datafeed.storage.tick_schedule import TICKS_PER_BAR

NEVER_MS = 1 << 62
"""Later than every tick."""

_SYMBOLS_PER_TICK = 4
"""A search costs as much as the steps of a quarter of the symbols, or less."""
_PAUSE_MAX = 256


class BarSkip:
    """Moves the tracks of a replay over the ticks that change nothing.

    A search that finds few such ticks costs more than their steps. After each one it searches only
    after twice as many steps as before, up to _PAUSE_MAX."""

    def __init__(self, tracks: Sequence[BarTrack]) -> None:
        self._scans = {track: BarScan(track, reads_all=False) for track in tracks}
        self._step_ms = time_check_ms(tracks)
        self._pause = self._steps_left = 0

    def skip(
        self, track: PlayedTrack, first_ms: int, until_ms: int, market: QuietMarket
    ) -> int | None:
        """Play ticks up to `until_ms` before the first one that may change something. Return the
        instant of the last one that was played, or None if there was none.

        The next tick is one of `track`, at `first_ms`."""
        if self._steps_left:
            self._steps_left -= 1
            return None
        assert isinstance(track, BarTrack)
        end_ms = _first_change_ms(self._scans[track], market, until_ms + 1)
        if end_ms <= first_ms:
            return None
        time_ms = market.quiet_until_ms(self._step_ms)
        if time_ms is not None:
            end_ms = min(end_ms, time_ms)
        if end_ms <= first_ms:
            return None
        for scan in self._scans.values():
            if scan.track is not track and end_ms > first_ms:
                end_ms = min(end_ms, _first_change_ms(scan, market, end_ms))
        count, last_ms = self._play(end_ms) if end_ms > first_ms else (0, None)
        is_worth_it = count * _SYMBOLS_PER_TICK >= len(self._scans)
        self._pause = 0 if is_worth_it else min(_PAUSE_MAX, 2 * self._pause + 1)
        self._steps_left = self._pause
        return last_ms

    def _play(self, end_ms: int) -> tuple[int, int]:
        """Play the ticks before an instant. Return their number, and the instant of the last."""
        count = last_ms = 0
        for track in self._scans:
            schedule = track.series.schedule
            ticks = schedule.tick_count(end_ms - 1)
            if ticks > track.ticks:
                count += ticks - track.ticks
                track.ticks = ticks
                last_ms = max(last_ms, schedule.tick_ms(ticks - 1))
        return count, last_ms


def time_check_ms(tracks: Sequence[BarTrack]) -> int:
    """Return how far apart checks of the time may be so that they see each tick: 1,000 ms, or 0
    where ticks can be closer."""
    return 1_000 if all(map(_has_regular_ticks, tracks)) else 0


def _has_regular_ticks(track: BarTrack) -> bool:
    """Return whether the ticks of such symbols are at least a second apart."""
    times_ms, step_ms = track.series.recorded.time_ms, track.series.step_ms
    lengths_ms = np.minimum(np.diff(times_ms), step_ms)
    return not (step_ms % 4_000 or (times_ms % 1_000).any() or (lengths_ms % 4_000).any())


def _first_change_ms(scan: BarScan, market: QuietMarket, end_ms: int) -> int:
    """Return when the next tick is whose quote may change something, or `end_ms` if there is none
    before it."""
    track = scan.track
    schedule, symbol = track.series.schedule, track.instrument.symbol
    quiet = quiet_prices(market.quiet_range(symbol), track.instrument.tick_size)
    if quiet is ANY_PRICE:
        return end_ms
    if quiet is NO_PRICE:
        is_over = track.ticks >= len(track.series.recorded) * TICKS_PER_BAR
        return NEVER_MS if is_over else schedule.tick_ms(track.ticks)
    found = scan.next_outside(*quiet, schedule.bar_count(end_ms - 1))
    return end_ms if found is None else schedule.tick_ms(found)
