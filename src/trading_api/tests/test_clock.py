"""The clock of the event loop that stands still while the process is paused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import cast

import pytest

from trading_api.clock import TICK_S, RunningClock, running_clock

PAUSE_S = 0.6
NOTICED_S = 2 * TICK_S + 0.05


def pause() -> None:
    time.sleep(PAUSE_S)


async def test_a_pause_of_the_loop_is_not_counted_before_or_after_the_next_tick() -> None:
    clock = running_clock()
    before_s = clock.now_s()
    pause()
    assert clock.now_s() - before_s < NOTICED_S
    await asyncio.sleep(3 * TICK_S)
    assert clock.now_s() - before_s < NOTICED_S + 4 * TICK_S


class LoopDouble:
    """A loop whose time the test sets, and whose one timer it fires."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def time(self) -> float:
        return self.now_s

    def call_later(self, delay_s: float, call: Callable[[], object]) -> None:
        self.due_s, self.call = self.now_s + delay_s, call


def test_a_loop_that_runs_is_counted_and_its_pauses_are_not() -> None:
    loop = LoopDouble()
    clock = RunningClock(cast(asyncio.AbstractEventLoop, loop))
    for _ in range(30):
        loop.now_s = loop.due_s + TICK_S / 2  # a tick that is a little late
        loop.call()
    assert clock.now_s() == loop.now_s
    before_s, loop.now_s = loop.now_s, loop.now_s + 35
    assert clock.now_s() == pytest.approx(before_s + 2 * TICK_S)
    loop.call()
    loop.now_s += TICK_S
    assert clock.now_s() == pytest.approx(before_s + 3 * TICK_S)


async def test_a_timer_is_not_due_by_a_pause() -> None:
    clock, due = running_clock(), asyncio.Event()
    clock.call_later(PAUSE_S, due.set)
    pause()
    await asyncio.sleep(0.05)
    assert not due.is_set()
    await asyncio.wait_for(due.wait(), 5)


async def test_a_cancelled_timer_does_nothing_even_after_a_pause() -> None:
    clock, due = running_clock(), asyncio.Event()
    timer = clock.call_later(PAUSE_S / 2, due.set)
    pause()
    await asyncio.sleep(0.01)
    timer.cancel()
    await asyncio.sleep(PAUSE_S / 2)
    assert not due.is_set()


async def test_a_timeout_is_not_reached_by_a_pause() -> None:
    async with running_clock().timeout(PAUSE_S / 2):
        pause()
        await asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        async with running_clock().timeout(0.01):
            await asyncio.Event().wait()


async def test_only_a_step_of_the_wall_clock_ahead_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step_s, wall_clock_s = [0.0], time.time
    monkeypatch.setattr(time, "time", lambda: wall_clock_s() + step_s[0])
    clock, reports = running_clock(), list[float]()

    def report() -> None:
        reports.append(step_s[0])

    clock.listen_to_wall_clock(report)
    for seconds in (0.5, 3_600.0, -3_600.0):
        step_s[0] = seconds
        await asyncio.sleep(2 * TICK_S)
    pause()
    await asyncio.sleep(2 * TICK_S)
    assert reports == [3_600.0]
    clock.stop_listening(report)
    step_s[0] = 3_600.0
    await asyncio.sleep(2 * TICK_S)
    assert reports == [3_600.0]
