"""Recorded ticks of symbols that are played together."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import replace

from trading_api.domain.resolution import RESOLUTIONS
from trading_api.modules.datafeed.recording.recording_reader import SymbolRecording
from trading_api.modules.datafeed.recording.tick_columns import Tick, TickFlag
from trading_api.modules.datafeed.replay.playable import PlayedTick
from trading_api.modules.datafeed.replay.tick_track import TickTrack, played_resolutions

_HISTORY_PERCENT = 80


class TickRecording:
    """The recordings of one or more symbols. Implements Playable. `resolutions` are those that any
    symbol has, finest first."""

    def __init__(self, symbols: Sequence[SymbolRecording]) -> None:
        self._symbols = symbols
        found = {name for each in symbols for name in played_resolutions(each)}
        self.resolutions = tuple(name for name in RESOLUTIONS if name in found)

    @property
    def start_ms(self) -> int:
        return max(each.start_ms for each in self._symbols)

    @property
    def end_ms(self) -> int:
        return max(each.end_ms for each in self._symbols)

    def content(self) -> Iterator[bytes]:
        """Yield the instrument, without its description, and the files of each symbol."""
        for each in self._symbols:
            yield repr(replace(each.instrument, description="")).encode()
            yield from each.content()

    def history_end_ms(self) -> int:
        """Return the instant at which 80 % of the time of the recording is over."""
        first_ms = min(each.start_ms for each in self._symbols)
        return first_ms + (self.end_ms - first_ms) * _HISTORY_PERCENT // 100

    def play_from(self, start_ms: int) -> tuple[Sequence[TickTrack], Iterator[PlayedTick]]:
        tracks = [TickTrack(each, start_ms) for each in self._symbols]
        return tracks, _timeline(tracks, start_ms)


def _timeline(tracks: Sequence[TickTrack], start_ms: int) -> Iterator[PlayedTick]:
    """Yield the ticks of all symbols, which are read ahead of what has been played. Time in which
    no symbol trades takes no playing time."""
    due_ms, before_ms = 0, start_ms
    ticks = heapq.merge(*(_ahead(order, track) for order, track in enumerate(tracks)))
    closed: list[bool] | None = None
    for time_ms, order, step in ticks:
        if closed is None:
            closed = [track.is_closed for track in tracks]
        if not all(closed):
            due_ms += time_ms - before_ms
        before_ms = time_ms
        tick, is_last = step
        closed[order] = is_last or bool(tick.flags & TickFlag.LOST)
        yield PlayedTick(due_ms, time_ms, tracks[order], step)
    yield PlayedTick(due_ms, before_ms, None)


def _ahead(order: int, track: TickTrack) -> Iterator[tuple[int, int, tuple[Tick, bool]]]:
    for step in track.ahead():
        yield step[0].time_ms, order, step
