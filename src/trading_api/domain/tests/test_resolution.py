from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.domain.resolution import (
    DAY_MS,
    RESOLUTIONS,
    bar_start,
    canonical,
    first_bar_start,
    next_bar_start,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(-(10**13), 10**14)


def test_short_spellings_have_one_canonical_name() -> None:
    spellings = {"D": "1D", "W": "1W", "M": "1M", "1D": "1D", "5": "5", "15S": "15S"}
    assert {name: canonical(name) for name in spellings} == spellings


@pytest.mark.parametrize("name", ["", "7", "2D", "d", "1m", "12M", "S", "05", "1T"])
def test_other_names_are_no_resolution(name: str) -> None:
    assert canonical(name) is None


@given(st.sampled_from(RESOLUTIONS), INSTANTS)
def test_an_instant_lies_within_its_bar(resolution: str, instant_ms: int) -> None:
    start_ms, next_ms = bar_start(resolution, instant_ms), next_bar_start(resolution, instant_ms)
    assert start_ms <= instant_ms < next_ms
    assert bar_start(resolution, start_ms) == start_ms == first_bar_start(resolution, start_ms)
    assert bar_start(resolution, next_ms - 1) == start_ms
    assert bar_start(resolution, next_ms) == next_ms == first_bar_start(resolution, start_ms + 1)


@given(st.integers(-400_000, 2_000_000))
def test_days_weeks_and_months_are_those_of_the_calendar(day: int) -> None:
    date = EPOCH + timedelta(days=day)
    instant_ms = day * DAY_MS + 12_345
    monday, first = date - timedelta(days=date.weekday()), date.replace(day=1)
    assert bar_start("1D", instant_ms) == day * DAY_MS
    assert bar_start("1W", instant_ms) == (monday - EPOCH).days * DAY_MS
    assert bar_start("1M", instant_ms) == (first - EPOCH).days * DAY_MS
