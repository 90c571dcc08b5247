"""Timeframes: how they are parsed, and how their bars are aggregated from stored ones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.domain.bar import Bar
from trading_api.domain.resolution import RESOLUTIONS
from trading_api.modules.alpaca.data.timeframes import Timeframe
from trading_api.modules.alpaca.data.times import (
    first_day_ms,
    last_day_ms,
    midnight_ms,
    parse_end_ms,
    parse_start_ms,
    to_datetime,
    to_ms,
)

NEW_YORK = ZoneInfo("America/New_York")


def ms(text: str) -> int:
    return to_ms(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("1Min", "1"),
        ("1T", "1"),
        ("5Min", "5"),
        ("10Min", "5"),
        ("45Min", "15"),
        ("7Min", "1"),
        ("1Hour", "60"),
        ("6H", "120"),
        ("12Hour", "240"),
        ("23Hour", "60"),
        ("1Day", "1D"),
        ("1D", "1D"),
        ("1Week", "1W"),
        ("1M", "1M"),
        ("12Month", "1M"),
    ],
)
def test_a_timeframe_is_made_of_the_longest_stored_bars(text: str, base: str) -> None:
    assert Timeframe.parse(text).base(RESOLUTIONS) == base


@pytest.mark.parametrize(
    "text",
    ["", "Min", "0Min", "60Min", "24Hour", "2Day", "2Week", "4Month", "1Min ", "1min", "१Min"],
)
def test_other_texts_are_not_timeframes(text: str) -> None:
    with pytest.raises(ValueError, match="timeframe"):
        Timeframe.parse(text)


def test_without_fitting_bars_there_is_no_base() -> None:
    assert Timeframe.parse("5Min").base(["1D", "1W"]) is None
    assert Timeframe.parse("1Day").base(["1", "5"]) is None
    assert Timeframe.parse("10Min").base(["1", "10", "1D"]) == "1"


def test_bars_are_aggregated() -> None:
    start = ms("2026-11-30T10:00:00+00:00")
    minutes = [Bar(start + 60_000 * n, 10 + n, 20 + n, 5 - n, 11 + n, 1) for n in range(3)]
    pairs = Timeframe.parse("2Min").combine(minutes, "1")
    assert pairs == [
        Bar(start, 10, 21, 4, 12, 2),
        Bar(start + 120_000, 12, 22, 3, 13, 1),
    ]


@given(
    st.sampled_from(
        ["1Min", "7Min", "45Min", "1Hour", "5Hour", "23Hour", "1Day", "1Week", "3Month"]
    ),
    st.integers(-(10**12), 10**13),
)
def test_each_instant_is_in_one_bar(text: str, instant_ms: int) -> None:
    timeframe = Timeframe.parse(text)
    start_ms, next_ms = timeframe.start_of(instant_ms), timeframe.next_start(instant_ms)
    assert start_ms <= instant_ms < next_ms
    assert timeframe.start_of(start_ms) == timeframe.start_of(next_ms - 1) == start_ms
    assert timeframe.start_of(next_ms) == next_ms


def test_several_months_begin_in_january() -> None:
    quarter = Timeframe.parse("3M")
    starts = [ms("2026-01-01T00:00:00+00:00")]
    while len(starts) < 5:
        starts.append(quarter.next_start(starts[-1]))
    assert [to_datetime(each).month for each in starts] == [1, 4, 7, 10, 1]
    assert all(quarter.start_of(later - 1) == start for start, later in pairwise(starts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-30T10:00:00Z", "2026-11-30T10:00:00+00:00"),
        ("2026-11-30T10:00:00.000000001Z", "2026-11-30T10:00:00+00:00"),
        ("2026-11-30T05:00:00-05:00", "2026-11-30T10:00:00+00:00"),
        ("2026-11-30T10:00:00", "2026-11-30T10:00:00+00:00"),
        ("2026-11-30 10:00", "2026-11-30T10:00:00+00:00"),
        ("2026-11-30", "2026-11-30T05:00:00+00:00"),
        ("2026-07-01", "2026-07-01T04:00:00+00:00"),
    ],
)
def test_instants_are_rfc_3339_or_dates_of_the_exchange(text: str, expected: str) -> None:
    assert parse_start_ms(text, NEW_YORK) == parse_end_ms(text, NEW_YORK) == ms(expected)


def test_parts_of_a_millisecond_belong_inside_the_window() -> None:
    text = "2026-11-30T10:00:00.0005Z"
    whole = ms("2026-11-30T10:00:00+00:00")
    assert (parse_start_ms(text, NEW_YORK), parse_end_ms(text, NEW_YORK)) == (whole + 1, whole)


@pytest.mark.parametrize(
    "text", ["now", "20261130", "2026-W48-1", "2026-13-01", "1700000000", "\u0968"]
)
def test_other_texts_are_not_instants(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_start_ms(text, NEW_YORK)


@given(st.dates(date(1970, 1, 2), date(2100, 1, 1)))
def test_a_day_is_found_by_its_midnight_in_new_york(day: date) -> None:
    day_ms = to_ms(datetime(day.year, day.month, day.day, tzinfo=UTC))
    start_ms = midnight_ms(day_ms, NEW_YORK)
    assert to_datetime(start_ms).astimezone(NEW_YORK).isoformat()[:19] == f"{day}T00:00:00"
    assert first_day_ms(start_ms, NEW_YORK) == last_day_ms(start_ms, NEW_YORK) == day_ms
    assert first_day_ms(start_ms + 1, NEW_YORK) > day_ms
    assert last_day_ms(start_ms - 1, NEW_YORK) < day_ms
