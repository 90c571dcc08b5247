"""Plays the ticks of recorded bars that nobody needs, without a quote."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trading_api.modules.datafeed.market.ports import QuietMarket
from trading_api.modules.datafeed.replay.bar_scan import BarScan
from trading_api.modules.datafeed.replay.bar_track import BarTrack
from trading_api.modules.datafeed.replay.quiet_prices import ANY_PRICE, NO_PRICE, quiet_prices
from trading_api.modules.datafeed.storage.tick_schedule import TICKS_PER_BAR

_NEVER_MS = 1 << 62


class BarSkip:
    """Moves the tracks of a replay over the ticks that change nothing."""

    def __init__(self, tracks: Sequence[BarTrack]) -> None:
        self._symbols = [(track, BarScan(track, reads_all=False)) for track in tracks]
        self._step_ms = 1_000 if all(map(has_regular_ticks, tracks)) else 0

    def skip(self, until_ms: int, market: QuietMarket) -> int | None:
        """Play the ticks before the first one that may change something, up to `until_ms`. Return
        the instant of the last one that was played, or None if there was none."""
        first_ms = min(next_tick_ms(track) for track, _ in self._symbols)
        if first_ms > until_ms:
            return None
        end_ms = until_ms + 1
        time_ms = market.quiet_until_ms(self._step_ms)
        if time_ms is not None:
            end_ms = min(end_ms, time_ms)
        for track, scan in self._symbols:
            if end_ms <= first_ms:
                return None
            end_ms = min(end_ms, _first_change_ms(track, scan, market, end_ms))
        return self._play(end_ms) if end_ms > first_ms else None

    def _play(self, end_ms: int) -> int:
        last_ms = 0
        for track, _ in self._symbols:
            schedule = track.series.schedule
            ticks = schedule.tick_count(end_ms - 1)
            if ticks > track.ticks:
                track.ticks = ticks
                last_ms = max(last_ms, schedule.tick_ms(ticks - 1))
        return last_ms


def has_regular_ticks(track: BarTrack) -> bool:
    """Return whether the ticks of such symbols are at least a second apart. Then a check once a
    second sees each of them."""
    times_ms, step_ms = track.series.recorded.time_ms, track.series.step_ms
    lengths_ms = np.minimum(np.diff(times_ms), step_ms)
    return not (step_ms % 4_000 or (times_ms % 1_000).any() or (lengths_ms % 4_000).any())


def next_tick_ms(track: BarTrack) -> int:
    """Return when the next tick is, or a time that never comes."""
    if track.ticks >= len(track.series.recorded) * TICKS_PER_BAR:
        return _NEVER_MS
    return track.series.schedule.tick_ms(track.ticks)


def _first_change_ms(track: BarTrack, scan: BarScan, market: QuietMarket, end_ms: int) -> int:
    """Return when the next tick is whose quote may change something, or a later time than the
    ticks before `end_ms`."""
    quiet = quiet_prices(market.quiet_range(track.instrument.symbol), track.instrument.tick_size)
    if quiet is ANY_PRICE:
        return end_ms
    if quiet is NO_PRICE:
        return next_tick_ms(track)
    schedule = track.series.schedule
    found = scan.next_outside(*quiet, schedule.bar_count(end_ms - 1))
    return end_ms if found is None else schedule.tick_ms(found)
