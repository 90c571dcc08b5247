"""The clock of a market that can be played, paused and moved forward."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from trading_api.domain.resolution import DAY_MS
from trading_api.errors import Conflict, Unavailable
from trading_api.modules.datafeed.market.market_clock import monotonic_clock_ms
from trading_api.modules.datafeed.market.ports import MarketSink
from trading_api.modules.datafeed.market.step_clock import (
    HEARTBEAT_S,
    HeldSink,
    StepClock,
    SteppableSource,
)

log = logging.getLogger(__name__)

JUMP_ANSWER_S = 2.0
"""How long `jump` waits before it returns while the jump goes on."""
PORTION_MS = DAY_MS
"""A jump is made in portions of at most this length; each one reports how far it is."""
PASSED_MAX_MS = 5_000
"""The most that one turn of a playing market counts, before it is multiplied by the speed."""
_TICKS_PER_TURN = 200


class PlayState(StrEnum):
    """What the time of a market does. A live market is not played: its time is the wall clock's."""

    PLAYING = "playing"
    PAUSED = "paused"
    ENDED = "ended"
    LIVE = "live"


@runtime_checkable
class PlayableSource(SteppableSource, Protocol):
    """A source whose ticks have a place on a scale of playing time, in milliseconds. It stands
    still where nothing trades, as at night."""

    @property
    def is_recording(self) -> bool:
        """Whether the source plays recorded data, and not a simulated market."""
        ...

    @property
    def start_ms(self) -> int:
        """The instant at which the source begins."""
        ...

    @property
    def end_ms(self) -> int | None:
        """The instant at which the source ends, or None."""
        ...

    @property
    def played_ms(self) -> int:
        """The playing time that has passed. A step that was made by its instant may set it back."""
        ...

    @property
    def next_tick(self) -> tuple[int, int] | None:
        """The playing time and the instant of the next tick, or None after the last one."""
        ...

    def step_to(self, due_ms: int, sink: MarketSink, ticks_max: int) -> bool:
        """Play the ticks that are due after `due_ms` of playing time, `ticks_max` at most. Return
        whether that many were played, so that more may be due."""
        ...


@dataclass(frozen=True, slots=True)
class Playing:
    """What a clock does. `jump_to_ms` is where the jump that is under way ends, or None."""

    state: PlayState
    speed: float
    jump_to_ms: int | None = None


class PlayingClock(StepClock):
    """Plays the ticks of a source at `speed` times their pace, while it is not paused.

    A jump makes every tick up to an instant in the same order, each one after the one before was
    handled by all listeners and delivered. With `waits`, so does playing; otherwise playing does
    not wait for clients that are slow. With a `refusal`, a sentence, the commands are refused.
    `clock` returns milliseconds that measure durations."""

    def __init__(
        self,
        source: PlayableSource,
        wait_delivered: Callable[[], Awaitable[None]],
        *,
        is_playing: bool,
        waits: bool,
        speed: float = 1.0,
        refusal: str = "",
        heartbeat_s: float = HEARTBEAT_S,
        clock: Callable[[], int] = monotonic_clock_ms,
    ) -> None:
        super().__init__(source, wait_delivered, heartbeat_s)
        self.source = source
        self.refusal = refusal
        self._is_playing = is_playing
        self._waits = waits
        self._speed = speed
        self._clock = clock
        self._passed_at_ms = 0
        self._due_ms = 0.0
        self._jump_to_ms: int | None = None
        self._jumping: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._announced: Playing | None = None
        self._listeners: list[Callable[[Playing], None]] = []

    @property
    def playing(self) -> Playing:
        """What the clock does now."""
        state = PlayState.PLAYING if self._is_playing else PlayState.PAUSED
        if self.source.next_tick is None:
            state = PlayState.ENDED
        return Playing(state, self._speed, self._jump_to_ms)

    @property
    def is_jumping(self) -> bool:
        """Whether a jump is under way."""
        return self._jump_to_ms is not None

    def listen(self, listener: Callable[[Playing], None]) -> None:
        """Call the listener when `playing` changed, while a jump goes on, and after `advance`."""
        self._listeners.append(listener)

    # Commands

    def set(self, *, is_playing: bool | None = None, speed: float | None = None) -> None:
        """Play or pause, which ends a jump where it is, and set the speed. Raises Conflict."""
        self._require_control()
        if is_playing and self.source.next_tick is None:
            raise Conflict("The recording has ended.", "replay_ended")
        if is_playing is not None:
            self._is_playing, self._jump_to_ms = is_playing, None
        if speed is not None:
            self._speed = speed
        self._note_position()
        self._changed.set()
        self._announce()

    async def jump(self, instant: Callable[[int], int], answer_s: float = JUMP_ANSWER_S) -> None:
        """Make every tick up to the instant that `instant` returns for the present. Return once
        that is done, at the latest after `answer_s`, while the jump goes on. A playing market plays
        on afterwards.

        Raises Conflict while another jump goes on, and Unavailable once the clock is stopped."""
        self._require_control()
        while self._jumping is not None and self._jump_to_ms is None:
            await asyncio.wait([self._jumping])  # it was ended, and makes its last step
        if self._jumping is not None:
            raise Conflict("A jump is under way: pause the market to end it.", "jump_in_progress")
        self._jump_to_ms = instant(self.source.now_ms)
        jumping = self._jumping = asyncio.create_task(self._jump(), name="market jump")
        self._announce()
        jumping.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.wait([jumping], timeout=answer_s)
        if jumping.cancelled():
            raise Unavailable("The server stops.", "stopping")
        if jumping.done():
            jumping.result()

    # Running

    async def run(self, feed: HeldSink) -> None:
        """Replace the source's own `run`."""
        self._running().set_result(feed)
        self._note_position()
        try:
            while True:
                self._changed.clear()
                wait_s = await self._turn(feed)
                self._announce()
                if wait_s:
                    await self._sleep(wait_s)
        finally:
            self._feed = None
            if (jumping := self._jumping) is not None:
                jumping.cancel()
                await asyncio.wait([jumping])

    async def advance(self, instant: Callable[[int], int]) -> int:
        now_ms = await super().advance(instant)
        self._note_position()
        self._announce(is_progress=True)
        await self._wait_delivered()
        return now_ms

    async def _turn(self, feed: HeldSink) -> float:
        """Play what is due, and return the seconds until more may be."""
        now_ms = self._clock()
        passed_ms = max(0, min(now_ms - self._passed_at_ms, PASSED_MAX_MS))
        self._passed_at_ms = now_ms
        if not self._is_playing or self._jump_to_ms is not None:
            feed.hold()
            return self._heartbeat_s
        self._due_ms += passed_ms * self._speed
        async with self._lock:
            ticks_max = 1 if self._waits else _TICKS_PER_TURN
            if self.source.step_to(int(self._due_ms), feed, ticks_max):
                if self._waits:
                    await feed.flush()
                    await self._wait_delivered()
                await asyncio.sleep(0)
                return 0.0
        feed.heartbeat()
        following = self.source.next_tick
        if following is None:
            return self._heartbeat_s
        return min(self._heartbeat_s, 0.001 + (following[0] - self._due_ms) / self._speed / 1_000)

    async def _sleep(self, wait_s: float) -> None:
        try:
            async with asyncio.timeout(wait_s):
                await self._changed.wait()
        except TimeoutError:
            pass

    async def _jump(self) -> None:
        try:
            while (to_ms := self._jump_to_ms) is not None and self.source.now_ms < to_ms:
                portion_ms = min(to_ms, self.source.now_ms + PORTION_MS)
                async with self._lock:
                    await self._make_steps(portion_ms, lambda: self._jump_to_ms is not None)
                self._announce(is_progress=True)
                await asyncio.sleep(0)
        except Unavailable:
            raise
        except Exception:
            log.exception("market_jump_failed")
            raise
        finally:
            self._jumping, self._jump_to_ms = None, None
            self._note_position()
            self._changed.set()
            self._announce()

    def _note_position(self) -> None:
        """Count playing time from here on."""
        self._due_ms = float(self.source.played_ms)
        self._passed_at_ms = self._clock()

    def _require_control(self) -> None:
        if self.refusal:
            raise Conflict(self.refusal, "replay_not_controllable")

    def _announce(self, *, is_progress: bool = False) -> None:
        playing = self.playing
        if playing != self._announced or is_progress:
            self._announced = playing
            for listener in self._listeners:
                listener(playing)
