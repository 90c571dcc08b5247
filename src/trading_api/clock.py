"""The wall clock, and a clock of the event loop that stands still while the process is paused."""

from __future__ import annotations

import asyncio
import time
from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary, ref

WALL_STEP_S = 1.0
"""A step of the wall clock that is reported; a clock that is kept in time moves in smaller ones."""
TICK_S = 0.1
"""How often a loop is seen to run. A pause of up to twice this time is not noticed."""


def wall_clock_ms() -> int:
    """Return the current time in milliseconds since 1970 (UTC)."""
    return time.time_ns() // 1_000_000


class RunningClock:
    """Counts the seconds during which an event loop ran.

    A client's deadline is measured by it. While the process is stopped, or one callback blocks the
    loop, nothing that clients send is read. Such a pause is the server's own and not counted."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        # Not the loop itself, which is the key of a weak dictionary.
        self._loop = ref(loop)
        self._loop_time = loop.time
        self._paused_s = 0.0
        self._tick_s = loop.time()
        self._wall_s = time.time()
        self._wall_listeners: set[Callable[[], object]] = set()
        loop.call_later(TICK_S, self._tick)

    def now_s(self) -> float:
        now_s = self._loop_time()
        return now_s - self._paused_s - self._unseen_pause_s(now_s)

    def call_later(self, delay_s: float, call: Callable[[], object]) -> RunningTimer:
        """Call `call` after the loop has run for `delay_s`, unless the timer is cancelled."""
        return RunningTimer(self, self._running_loop(), self.now_s() + delay_s, call)

    def listen_to_wall_clock(self, call: Callable[[], object]) -> None:
        """Call `call` whenever the wall clock has moved ahead of the loop's clock: the machine was
        suspended, which the loop's timers do not count, or the time was set."""
        self._wall_listeners.add(call)

    def stop_listening(self, call: Callable[[], object]) -> None:
        """End what `listen_to_wall_clock` began."""
        self._wall_listeners.discard(call)

    @asynccontextmanager
    async def timeout(self, delay_s: float) -> AsyncIterator[None]:
        """Raise TimeoutError where the block takes longer than the loop runs for `delay_s`."""
        loop = self._running_loop()
        async with asyncio.timeout(None) as timeout:
            timer = self.call_later(delay_s, lambda: timeout.reschedule(loop.time()))
            try:
                yield
            finally:
                timer.cancel()

    def _tick(self) -> None:
        now_s, wall_s = self._loop_time(), time.time()
        step_s = (wall_s - self._wall_s) - (now_s - self._tick_s)
        self._paused_s += self._unseen_pause_s(now_s)
        self._tick_s, self._wall_s = now_s, wall_s
        self._running_loop().call_later(TICK_S, self._tick)
        if step_s > WALL_STEP_S:
            for call in list(self._wall_listeners):
                call()

    def _unseen_pause_s(self, now_s: float) -> float:
        return max(0.0, now_s - self._tick_s - 2 * TICK_S)

    def _running_loop(self) -> AbstractEventLoop:
        loop = self._loop()
        assert loop is not None, "a clock is used by its own loop only"
        return loop


class RunningTimer:
    """A call that a RunningClock has scheduled."""

    __slots__ = ("_call", "_clock", "_due_s", "_handle", "_loop")

    def __init__(
        self, clock: RunningClock, loop: AbstractEventLoop, due_s: float, call: Callable[[], object]
    ) -> None:
        self._clock = clock
        self._loop = loop
        self._due_s = due_s
        self._call = call
        self._handle: TimerHandle = loop.call_later(due_s - clock.now_s(), self._on_time)

    def cancel(self) -> None:
        self._handle.cancel()

    def _on_time(self) -> None:
        left_s = self._due_s - self._clock.now_s()
        if left_s > 0:
            self._handle = self._loop.call_later(left_s, self._on_time)
        else:
            self._call()


_clocks: WeakKeyDictionary[AbstractEventLoop, RunningClock] = WeakKeyDictionary()


def running_clock() -> RunningClock:
    """Return the clock of the running event loop. A loop has one, as it has one `time`."""
    loop = asyncio.get_running_loop()
    clock = _clocks.get(loop)
    if clock is None:
        clock = _clocks[loop] = RunningClock(loop)
    return clock
