"""Bars of every resolution against their slow twin, in random sessions across both weekends on
which clocks change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.scale import scaled
from trading_api.domain.bar import Bar
from trading_api.domain.resolution import bar_start, length_ms, resolutions_built_from
from trading_api.domain.session_hours import ALWAYS, SessionHours
from trading_api.modules.datafeed.storage.bar_columns import BarColumns
from trading_api.modules.datafeed.storage.bar_series import BarSeries
from trading_api.modules.datafeed.storage.tick_schedule import TICKS_PER_BAR
from trading_api.modules.datafeed.tests.fakes import FakeSource

MINUTE_MS = 60_000
DAY_MS = 86_400_000
FOREVER_MS = 10**15
INSTRUMENT = FakeSource().instruments()[0]
WEEKENDS = {
    "America/New_York": [date(2025, 3, 9), date(2025, 11, 2)],
    "Europe/London": [date(2025, 3, 30), date(2025, 10, 26)],
    "Australia/Sydney": [date(2025, 4, 6), date(2025, 10, 5)],
    "Asia/Kolkata": [date(2025, 3, 30)],
    "Etc/UTC": [date(2025, 3, 30)],
}


@dataclass(frozen=True)
class Minute:
    """A recorded bar, the start of the session that holds it, and its trading day."""

    bar: Bar
    session_ms: int
    day_ms: int


@dataclass(frozen=True)
class Market:
    series: BarSeries
    minutes: Sequence[Minute]

    @property
    def moves(self) -> int:
        return TICKS_PER_BAR * len(self.minutes)


@st.composite
def sessions(draw: st.DrawFn) -> str:
    """Edges keep away from the hours in which clocks change; nights lie across them."""
    if draw(st.integers(0, 4)) == 0:
        return ALWAYS
    edges = draw(st.lists(st.integers(16, 95), min_size=2, max_size=4, unique=True))
    edges = sorted(edges)[: len(edges) // 2 * 2]
    pairs = list(zip(edges[::2], edges[1::2], strict=True))
    if draw(st.booleans()):
        pairs = [(edges[-1], edges[0])]
    days = draw(st.sampled_from(["", ":1234567", ":23456", ":1256"]))
    return ",".join(f"{_clock(start)}-{_clock(end)}" for start, end in pairs) + days


def _clock(quarter: int) -> str:
    return "{:02}{:02}".format(*divmod(15 * quarter, 60))


@st.composite
def markets(draw: st.DrawFn) -> Market:
    timezone = draw(st.sampled_from(sorted(WEEKENDS)))
    sunday = draw(st.sampled_from(WEEKENDS[timezone]))
    step_ms = draw(st.sampled_from([20_000, MINUTE_MS, 5 * MINUTE_MS]))
    session = draw(sessions())
    chance, kept = Random(draw(st.integers(0, 2**32))), draw(st.sampled_from([1.0, 0.9, 0.1]))
    first = datetime(sunday.year, sunday.month, sunday.day, tzinfo=UTC) - timedelta(days=2)
    first_ms = round(first.timestamp() * 1_000)
    minutes: list[Minute] = []
    sessions_of = slow_sessions(session, timezone, first_ms, 4 * 24 * 60)
    for number, (session_ms, day_ms) in sorted(sessions_of.items()):
        for part in range(max(1, MINUTE_MS // step_ms)):
            time_ms = first_ms + number * MINUTE_MS + part * step_ms
            if (time_ms - session_ms) % step_ms == 0 and chance.random() < kept:
                bar = _bar(time_ms, chance)
                minutes.append(Minute(bar, session_ms, day_ms))
    if not minutes:
        time_ms = first_ms + min(sessions_of) * MINUTE_MS
        minutes = [Minute(_bar(time_ms, chance), *sessions_of[min(sessions_of)])]
    hours = SessionHours(session, timezone)
    columns = BarColumns.from_bars(minute.bar for minute in minutes)
    series = BarSeries(
        INSTRUMENT,
        columns,
        resolutions_built_from(step_ms),
        step_ms,
        True,
        None if hours.is_always else hours.sessions(first_ms, minutes[-1].bar.time_ms),
    )
    return Market(series, minutes)


def slow_sessions(
    session: str, timezone: str, first_ms: int, count: int
) -> dict[int, tuple[int, int]]:
    """Of each minute within one, by the wall clock it shows: the start of its session and its
    trading day."""
    hours, _, days = session.partition(":")
    weekdays = {int(day) for day in days or "23456"}
    stretches = [
        [int(part[:2]) * 60 + int(part[2:]) for part in text.split("-")]
        for text in (["0000-2400"] if session == ALWAYS else hours.split(","))
    ]
    found: dict[int, tuple[int, int]] = {}
    before: tuple[int, int, int] | None = None
    for number, wall in walls(timezone, first_ms, count):
        clock = wall.hour * 60 + wall.minute
        held = None
        for stretch, (start, end) in enumerate(stretches):
            day = wall.date()
            if start >= end and clock >= start:
                day += timedelta(days=1)
            within = start <= clock < end if start < end else clock >= start or clock < end
            if within and (session == ALWAYS or day.isoweekday() % 7 + 1 in weekdays):
                held = stretch, round(
                    datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
                )
        if held is None:
            before = None
            continue
        if before is None or before[:2] != held:
            before = *held, first_ms + number * MINUTE_MS
        if number >= 0:
            found[number] = before[2], held[1] * 1_000
    return found


@cache
def walls(timezone: str, first_ms: int, count: int) -> list[tuple[int, datetime]]:
    """What clocks show in each of so many minutes, and in those of the day before."""
    zone = ZoneInfo(timezone)
    return [
        (
            number,
            datetime.fromtimestamp((first_ms + number * MINUTE_MS) / 1_000, UTC).astimezone(zone),
        )
        for number in range(-1_500, count)
    ]


def _bar(time_ms: int, chance: Random) -> Bar:
    open_, close, above, below, volume = chance.randbytes(5)
    high, low = max(open_, close) + above % 9, min(open_, close) - below % 9
    return Bar(time_ms, 900 + open_, 900 + high, 900 + low, 900 + close, volume)


def slow_bars(market: Market, resolution: str) -> list[Bar]:
    def time_of(minute: Minute) -> int:
        if resolution == "1D":
            return minute.day_ms
        if resolution in ("1W", "1M"):
            return bar_start(resolution, minute.day_ms)
        fixed_ms = length_ms(resolution)
        assert fixed_ms is not None
        into_ms = minute.bar.time_ms - minute.session_ms
        return minute.session_ms + into_ms // fixed_ms * fixed_ms

    return merged([(time_of(minute), minute.bar) for minute in market.minutes])


def merged(parts: Sequence[tuple[int, Bar]]) -> list[Bar]:
    bars: list[Bar] = []
    for time_ms, part in parts:
        if not bars or bars[-1].time_ms != time_ms:
            bars.append(replace(part, time_ms=time_ms))
            continue
        bar = bars[-1]
        bars[-1] = Bar(
            time_ms,
            bar.open,
            max(bar.high, part.high),
            min(bar.low, part.low),
            part.close,
            bar.volume + part.volume,
        )
    return bars


def every(market: Market, resolution: str) -> list[Bar]:
    return market.series.bars(resolution, -FOREVER_MS, FOREVER_MS, 0, market.moves)


@settings(max_examples=scaled(6))
@given(markets())
def test_a_bar_is_its_minutes_a_day_its_sessions_minutes_and_a_week_its_days(
    market: Market,
) -> None:
    for resolution in market.series.resolutions:
        bars = every(market, resolution)
        assert bars == slow_bars(market, resolution), resolution
        assert all(bar.time_ms < later.time_ms for bar, later in pairwise(bars))
    days = every(market, "1D")
    for resolution in ("1W", "1M"):
        parts = [(bar_start(resolution, day.time_ms), day) for day in days]
        assert every(market, resolution) == merged(parts)


@settings(max_examples=20)
@given(markets(), st.data())
def test_any_split_of_a_query_gives_the_same_bars(market: Market, data: st.DataObject) -> None:
    resolution = data.draw(st.sampled_from(market.series.resolutions))
    moves = data.draw(st.integers(1, market.moves))
    series = market.series
    whole = series.bars(resolution, -FOREVER_MS, FOREVER_MS, 0, moves)
    first_ms, last_ms = whole[0].time_ms - DAY_MS, whole[-1].time_ms + DAY_MS
    cuts = sorted(data.draw(st.lists(st.integers(first_ms, last_ms), max_size=6)))
    edges = [-FOREVER_MS, *cuts, FOREVER_MS]
    parts = [
        bar
        for start_ms, end_ms in pairwise(edges)
        for bar in series.bars(resolution, start_ms, end_ms, 0, moves)
    ]
    assert parts == whole
    for cut_ms in cuts:
        before = [bar for bar in whole if bar.time_ms < cut_ms]
        for count in (1, 2, 7, 10_000):
            found = series.bars(resolution, cut_ms, cut_ms, count, moves)
            assert found == before[-count:]


@settings(max_examples=scaled(6))
@given(markets(), st.data())
def test_the_forming_bar_is_what_has_come_of_its_minutes(
    market: Market, data: st.DataObject
) -> None:
    moves = data.draw(st.integers(1, market.moves))
    number = (moves - 1) // TICKS_PER_BAR
    seen = Market(market.series, [*market.minutes[:number], _partly(market.minutes[number], moves)])
    for resolution in market.series.resolutions:
        bars = market.series.bars(resolution, -FOREVER_MS, FOREVER_MS, 0, moves)
        assert bars == slow_bars(seen, resolution)
        assert bars[-1].close == market.series.last_price(moves)


def _partly(minute: Minute, moves: int) -> Minute:
    """Open, nearer extreme, other extreme, close."""
    bar, seen = minute.bar, (moves - 1) % TICKS_PER_BAR + 1
    extremes = (
        (bar.low, bar.high)
        if bar.open - bar.low <= bar.high - bar.open
        else (
            bar.high,
            bar.low,
        )
    )
    path = [bar.open, *extremes, bar.close][:seen]
    part = Bar(
        bar.time_ms, bar.open, max(path), min(path), path[-1], bar.volume * seen // TICKS_PER_BAR
    )
    return replace(minute, bar=part)


@pytest.mark.parametrize(
    ("resolution", "expected"),
    [
        ("60", ["13:30", "14:30", "15:30", "16:30", "17:30", "18:30", "19:30"]),
        ("240", ["13:30", "17:30"]),
        ("1D", ["00:00"]),
    ],
)
def test_an_hour_begins_with_its_session(resolution: str, expected: list[str]) -> None:
    hours = SessionHours("0930-1600", "America/New_York")
    first_ms = round(datetime(2025, 7, 1, 13, 30, tzinfo=UTC).timestamp() * 1_000)
    columns = BarColumns.from_bars(_bar(first_ms + n * MINUTE_MS, Random(n)) for n in range(390))
    series = BarSeries(
        INSTRUMENT,
        columns,
        resolutions_built_from(MINUTE_MS),
        MINUTE_MS,
        True,
        hours.sessions(first_ms, first_ms + DAY_MS),
    )
    bars = series.bars(resolution, -FOREVER_MS, FOREVER_MS, 0, TICKS_PER_BAR * 390)
    times = [datetime.fromtimestamp(bar.time_ms / 1_000, UTC) for bar in bars]
    assert [f"{time:%H:%M}" for time in times] == expected
