"""The market's clock keeps its pace through every step of the wall clock."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from trading_api.modules.datafeed.market.market_clock import STEP_MS, MarketClock

NOON_MS = 1_790_000_000_000
HOUR_MS = 3_600_000


class Computer:
    """A wall clock and a monotonic clock that are moved by hand, in milliseconds."""

    def __init__(self) -> None:
        self.wall_ms = NOON_MS
        self.monotonic_ms = 77
        self.clock = MarketClock(
            lambda: self.wall_ms * 1_000_000, lambda: self.monotonic_ms * 1_000_000
        )

    def run(self, passed_ms: int, step_ms: int = 0) -> int:
        """Let time pass and step the wall clock; return the market's time since its start."""
        self.monotonic_ms += passed_ms
        self.wall_ms += passed_ms + step_ms
        return self.clock.now_ms() - NOON_MS


def test_without_steps_it_is_the_wall_clock() -> None:
    computer = Computer()
    assert computer.run(0) == 0
    for _ in range(100):
        computer.run(7)
        assert computer.clock.now_ms() == computer.wall_ms


@pytest.mark.parametrize("step_ms", [1, 30_000, HOUR_MS, 10**11])
def test_a_backward_step_changes_neither_its_time_nor_its_pace(step_ms: int) -> None:
    computer = Computer()
    computer.run(1_000)
    assert computer.run(250, -step_ms) == 1_250
    assert [computer.run(250) for _ in range(4)] == [1_500, 1_750, 2_000, 2_250]


def test_it_follows_again_once_the_wall_clock_is_ahead() -> None:
    computer = Computer()
    computer.run(0, -HOUR_MS)
    assert computer.run(1_000, HOUR_MS) == 1_000
    assert computer.clock.now_ms() == computer.wall_ms


@pytest.mark.parametrize("step_ms", [1, 300, STEP_MS])
def test_a_short_forward_step_is_gained_a_tenth_faster(step_ms: int) -> None:
    computer = Computer()
    assert computer.run(0, step_ms) == 0
    assert computer.run(10) == min(11, 10 + step_ms)
    times_ms = [computer.run(1) for _ in range(step_ms * 10)]
    assert {later - earlier for earlier, later in pairwise(times_ms)} <= {1, 2}
    assert computer.clock.now_ms() == computer.wall_ms


@pytest.mark.parametrize("step_ms", [STEP_MS + 1, HOUR_MS, 10**11])
def test_a_long_forward_step_is_followed_immediately(step_ms: int) -> None:
    computer = Computer()
    assert computer.run(250, step_ms) == 250 + step_ms
    assert computer.run(250) == 500 + step_ms


@pytest.mark.parametrize("seed", range(20))
def test_it_never_goes_back_and_never_falls_behind_the_monotonic_clock(seed: int) -> None:
    chance = random.Random(seed)
    computer = Computer()
    last_ms = 0
    for _ in range(500):
        passed_ms = chance.choice([0, 1, 3, 250, 10_000])
        step_ms = chance.choice([0, 0, 0, 1, -1, 900, -900, 10**7, -(10**7)])
        now_ms = computer.run(passed_ms, step_ms)
        assert now_ms >= last_ms + passed_ms
        last_ms = now_ms
