"""A recording played as a live market."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator, Sequence

from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.order_book import OrderBook
from trading_api.domain.quote import Quote
from trading_api.modules.datafeed.market.market_clock import monotonic_clock_ms
from trading_api.modules.datafeed.market.ports import MarketSink, QuietMarket
from trading_api.modules.datafeed.market.update_builder import build_update
from trading_api.modules.datafeed.replay.bar_skip import BarSkip
from trading_api.modules.datafeed.replay.bar_track import BarTrack, timeline
from trading_api.modules.datafeed.replay.playable import Playable, PlayedTick, PlayedTrack

_HEARTBEAT_MS = 500
_TICKS_BETWEEN_YIELDS = 200

CATCH_UP_TICKS = 2_000
PAUSE_MAX_MS = 5_000
"""The most that one turn of a running replay counts, before it is multiplied by the speed."""


class Replay:
    """Plays a recording. Implements MarketSource, SkippingSource and PlayableSource.

    The ticks up to `start_ms` are history: by default those that the recording names, and at least
    the first tick of each symbol. Later ticks are played at `speed` times their pace. Where no
    symbol trades, as at night, the present jumps to the next tick. No tick is left out at any
    speed. `clock` returns milliseconds that measure durations. Time between two runs does not
    count, nor does what a pause of the process lasts beyond PAUSE_MAX_MS."""

    def __init__(
        self,
        recording: Playable,
        start_ms: int | None = None,
        speed: float = 60.0,
        clock: Callable[[], int] = monotonic_clock_ms,
    ) -> None:
        if not 0 < speed < math.inf:
            raise ValueError("The speed of a replay is a finite number above zero.")
        self._clock = clock
        self._speed = speed
        self._resolutions = recording.resolutions
        start_ms = recording.history_end_ms() if start_ms is None else start_ms
        self.recording = recording
        self._start(max(recording.start_ms, min(start_ms, recording.end_ms)))

    def _start(self, start_ms: int) -> None:
        """Make everything up to `start_ms` history, and play what follows."""
        tracks, self._timeline = self.recording.play_from(start_ms)
        self._tracks: dict[str, PlayedTrack] = {each.instrument.symbol: each for each in tracks}
        self._ticks_ahead: Callable[[], Iterator[PlayedTick]] | None = None
        self._bar_skip: BarSkip | None = None
        self._now_ms = start_ms
        self._last = PlayedTick(0, start_ms, None)
        self._next: PlayedTick | None = next(self._timeline)
        self._played_ms = 0

    @property
    def now_ms(self) -> int:
        return self._now_ms

    def instruments(self) -> Sequence[Instrument]:
        return tuple(track.instrument for track in self._tracks.values())

    def resolutions(self) -> Sequence[str]:
        return self._resolutions

    def bars(
        self, symbol: str, resolution: str, start_ms: int, end_ms: int, count_back: int = 0
    ) -> list[Bar]:
        return self._tracks[symbol].bars(resolution, start_ms, end_ms, count_back)

    def quote(self, symbol: str) -> Quote:
        return self._tracks[symbol].quote()

    def quote_history(self, symbol: str, before_ms: int | None = None) -> Iterator[Quote]:
        return self._tracks[symbol].quote_history(before_ms)

    def quotes_since(self, symbol: str, start_ms: int) -> Iterator[Quote]:
        return self._tracks[symbol].quotes_since(start_ms)

    def order_book(self, symbol: str, levels: int) -> OrderBook:
        return self._tracks[symbol].order_book(levels)

    def closed_reason(self, symbol: str) -> str:
        return self._tracks[symbol].closed_reason(self._now_ms)

    async def run(self, sink: MarketSink) -> None:
        last_ms, exact_due_ms = self._clock(), float(self._played_ms)
        while True:
            now_ms = self._clock()
            exact_due_ms += max(0, min(now_ms - last_ms, PAUSE_MAX_MS)) * self._speed
            last_ms, due_ms = now_ms, int(exact_due_ms)
            if self.step_to(due_ms, sink):
                await asyncio.sleep(0)
                continue
            sink.heartbeat()
            await asyncio.sleep(self._wait_ms(due_ms) / 1_000)

    @property
    def is_recording(self) -> bool:
        return True

    @property
    def start_ms(self) -> int:
        return self.recording.start_ms

    @property
    def end_ms(self) -> int:
        return self.recording.end_ms

    @property
    def played_ms(self) -> int:
        self._read_ahead()
        return self._played_ms

    @property
    def next_tick(self) -> tuple[int, int] | None:
        self._read_ahead()
        return None if self._next is None else (self._next.due_ms, self._next.time_ms)

    @property
    def tracks(self) -> Sequence[PlayedTrack]:
        """The tracks of the symbols, in the order in which ticks of one instant are played."""
        return tuple(self._tracks.values())

    @property
    def bar_tracks(self) -> Sequence[BarTrack]:
        """The symbols, if the recording has bars, or an empty list if it has ticks."""
        tracks = [each for each in self._tracks.values() if isinstance(each, BarTrack)]
        return tracks if len(tracks) == len(self._tracks) else ()

    def skip_quiet(self, until_ms: int, market: QuietMarket) -> None:
        """Play ticks up to `until_ms` of recorded bars that change nothing, without a report.
        Recorded ticks are not skipped."""
        following = self._next
        if following is None or following.track is None or following.time_ms > until_ms:
            return
        if self._ticks_ahead is not None:
            return  # the next tick is known after the next step
        if self._bar_skip is None:
            tracks = self.bar_tracks
            if not tracks:
                return
            self._bar_skip = BarSkip(tracks)
        skipped_ms = self._bar_skip.skip(following.track, following.time_ms, until_ms, market)
        if skipped_ms is not None:
            self.skip(skipped_ms, lambda: timeline(self.bar_tracks, self._now_ms))
            market.skipped()

    def skip(self, now_ms: int, ticks_ahead: Callable[[], Iterator[PlayedTick]]) -> None:
        """Continue at an instant to which the caller has moved the tracks, without a report.

        `ticks_ahead` returns the unplayed ticks, and is called before the next one is played.
        Playing time counts from 0 again."""
        self._now_ms = now_ms
        self._ticks_ahead = ticks_ahead

    def _read_ahead(self) -> None:
        """Continue with the ticks after those that were skipped, if any were."""
        if self._ticks_ahead is not None:
            self._timeline, self._ticks_ahead = self._ticks_ahead(), None
            self._next = next(self._timeline, None)
            self._last, self._played_ms = PlayedTick(0, self._now_ms, None), 0

    def step(self, until_ms: int, sink: MarketSink) -> bool:
        self._read_ahead()
        if self._next is None or self._next.time_ms > until_ms:
            self._now_ms = max(self._now_ms, until_ms)
            # A later `run` goes on from here, not from the tick before.
            since_ms = self._now_ms - self._last.time_ms
            next_due_ms = self._next.due_ms if self._next else self._last.due_ms
            self._played_ms = max(self._played_ms, min(self._last.due_ms + since_ms, next_due_ms))
            return False
        self._play(self._next, sink)
        return True

    def move_to(self, instant_ms: int, sink: MarketSink) -> None:
        """Play all ticks up to an instant. If they are more than CATCH_UP_TICKS, they become
        history without being reported."""
        for _ in range(CATCH_UP_TICKS):
            if not self.step(instant_ms, sink):
                return
        self._start(max(self._now_ms, instant_ms))

    def step_to(
        self, due_ms: int, sink: MarketSink, ticks_max: int = _TICKS_BETWEEN_YIELDS
    ) -> bool:
        """Play the ticks that are due after `due_ms` of playing time, `ticks_max` at most. Return
        whether that many were played, so that more may be due."""
        self._read_ahead()
        for _ in range(ticks_max):
            if self._next is None:
                return False
            if self._next.due_ms > due_ms:
                self._played_ms = max(self._played_ms, due_ms)
                since_ms = self._played_ms - self._last.due_ms
                self._now_ms = max(self._now_ms, self._last.time_ms + since_ms)
                return False
            self._play(self._next, sink)
        return True

    def _play(self, tick: PlayedTick, sink: MarketSink) -> None:
        self._last, self._next = tick, next(self._timeline, None)
        self._played_ms = max(self._played_ms, tick.due_ms)
        self._now_ms = max(self._now_ms, tick.time_ms)
        if tick.track is None:
            sink.closed("the recording has ended")
            return
        track = tick.track
        is_quoted, wanted = track.play(tick.step), sink.interest.get(track.instrument.symbol)
        if is_quoted and wanted:
            sink.publish([build_update(self, track.quote(), wanted, track.trade)])
        else:
            sink.heartbeat()

    def _wait_ms(self, due_ms: int) -> int:
        if self._next is None:
            return _HEARTBEAT_MS
        return min(_HEARTBEAT_MS, 1 + int((self._next.due_ms - due_ms) / self._speed))
