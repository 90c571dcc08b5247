"""Bars that grow tick by tick are those that a plain computation makes of the ticks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.domain.bar import Bar
from trading_api.domain.resolution import DAY_MS, bar_start, resolutions_built_from
from trading_api.domain.session_hours import SessionHours
from trading_api.modules.datafeed.storage.growing_bars import GrowingBars

START_MS = 1_795_910_400_000
FOREVER_MS = 10**15

Ticks = list[tuple[int, int, int]]


@st.composite
def tick_lists(draw: st.DrawFn) -> Ticks:
    gaps = st.sampled_from((0, 1, 400, 999, 30_000, 3_600_000, 3 * DAY_MS))
    time_ms, ticks = START_MS, []
    for gap_ms in draw(st.lists(gaps, min_size=1, max_size=40)):
        time_ms += gap_ms
        ticks.append((time_ms, draw(st.integers(1, 99)), draw(st.integers(0, 9))))
    return ticks


def plain_bars(resolution: str, ticks: Ticks) -> list[Bar]:
    bars: list[Bar] = []
    for time_ms, price, volume in ticks:
        start_ms = bar_start(resolution, time_ms)
        if not bars or bars[-1].time_ms != start_ms:
            bars.append(Bar(start_ms, price, price, price, price, volume))
            continue
        last = bars[-1]
        high, low = max(last.high, price), min(last.low, price)
        bars[-1] = Bar(start_ms, last.open, high, low, price, last.volume + volume)
    return bars


@pytest.mark.parametrize("step_ms", [1_000, 60_000])
@given(
    ticks=tick_lists(), cuts=st.lists(st.integers(0, 40), max_size=3), count_back=st.integers(0, 9)
)
def test_bars_of_all_resolutions_are_made_of_all_ticks(
    step_ms: int, ticks: Ticks, cuts: list[int], count_back: int
) -> None:
    """However the ticks come: one by one, or many together."""
    resolutions = resolutions_built_from(step_ms)
    bars = GrowingBars(resolutions, step_ms)
    bounds = sorted({0, *(each for each in cuts if each < len(ticks)), len(ticks)})
    for number, (start, end) in enumerate(itertools.pairwise(bounds)):
        part = ticks[start:end]
        if number % 2:
            bars.extend(*(np.array(column, np.int64) for column in zip(*part, strict=True)))
        else:
            for tick in part:
                bars.add(*tick)
        for resolution in resolutions:
            every = plain_bars(resolution, ticks[:end])
            assert bars.bars(resolution, -FOREVER_MS, FOREVER_MS) == every
            middle_ms = every[len(every) // 2].time_ms
            window = [bar for bar in every if bar.time_ms >= middle_ms]
            older = every[: len(every) - len(window)]
            missing = min(max(0, count_back - len(window)), len(older))
            expected = older[len(older) - missing :] + window
            assert bars.bars(resolution, middle_ms, FOREVER_MS, count_back) == expected


def test_intraday_bars_begin_with_their_session_and_days_are_trading_days() -> None:
    """Tokyo's night session: the day stands ahead of the evening on which it begins."""
    hours = SessionHours.parse("2030-0600:1234567", "Asia/Tokyo", "", "")
    start_ms = START_MS + 12 * 3_600_000  # 21:00 in Tokyo
    sessions = hours.sessions(start_ms - DAY_MS, start_ms + DAY_MS)
    resolutions = resolutions_built_from(60_000)
    one, many = (GrowingBars(resolutions, 60_000, sessions) for _ in range(2))
    times_ms = [start_ms + minute * 60_000 for minute in range(0, 300, 7)]
    for time_ms in times_ms:
        one.add(time_ms, 5, 1)
    ones = np.ones(len(times_ms), np.int64)
    many.extend(np.array(times_ms, np.int64), 5 * ones, ones)
    for resolution in resolutions:
        assert one.bars(resolution, 0, FOREVER_MS) == many.bars(resolution, 0, FOREVER_MS)
    hour_ms = [bar.time_ms for bar in one.bars("60", 0, FOREVER_MS)]
    assert all(each % 3_600_000 == 1_800_000 for each in hour_ms)
    (day,) = one.bars("1D", 0, FOREVER_MS)
    assert day == Bar(START_MS + DAY_MS, 5, 5, 5, 5, len(times_ms))


def test_there_are_no_bars_before_the_first_tick() -> None:
    bars = GrowingBars(resolutions_built_from(1_000), 1_000)
    bars.extend(*(np.zeros(0, np.int64) for _ in range(3)))
    assert bars.bars("1", 0, FOREVER_MS, 5) == []
