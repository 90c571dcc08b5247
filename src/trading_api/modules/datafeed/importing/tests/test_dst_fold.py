"""Where clocks go back, an hour is written twice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.kit.scale import scaled
from trading_api.modules.datafeed.importing.csv_rows import FaultyRowsError
from trading_api.modules.datafeed.importing.import_report import ImportReport
from trading_api.modules.datafeed.importing.importer import (
    ImportRequest,
    import_files,
)
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.modules.datafeed.tests.recordings import written

NIGHT_MS = 1_762_056_000_000
"""Midnight of 2025-11-02 in New York, where 2 o'clock becomes 1 o'clock."""
MINUTES = 4 * 60
HOUR = 60


def clock(minute: int) -> str:
    """What the clock on the wall shows so many minutes after midnight."""
    shown = minute if minute < 2 * HOUR else minute - HOUR
    return f"2025-11-02 {shown // 60:02}:{shown % 60:02}"


def row(minute: int, price: int | None = None) -> str:
    price = minute + 1 if price is None else price
    return f"{clock(minute)},{price},{price},{price},{price},1"


def imported(folder: Path, *files: Sequence[str]) -> tuple[ImportReport, list[int]]:
    """The report, and the stored minutes after midnight."""
    paths = [
        written(folder, "time,open,high,low,close,volume", *lines, name=f"{number}.csv")
        for number, lines in enumerate(files)
    ]
    store = BarStore(folder / "data")
    order = ImportRequest(paths, "ONE", "America/New_York", is_replacing=True)
    report = import_files(store, order)
    series = store.open("ONE")
    assert series is not None
    return report, [(bar.time_ms - NIGHT_MS) // 60_000 for bar in series.recorded]


def test_a_duplicate_in_the_first_hour_stays_in_it(tmp_path: Path) -> None:
    minutes = [*range(61), 60, *range(61, MINUTES)]
    report, stored = imported(tmp_path, [row(minute) for minute in minutes])
    assert stored == list(range(MINUTES))
    assert report.duplicates == 1


def test_a_duplicate_in_the_second_hour_stays_in_it(tmp_path: Path) -> None:
    minutes = [*range(131), 130, *range(131, MINUTES)]
    report, stored = imported(tmp_path, [row(minute) for minute in minutes])
    assert stored == list(range(MINUTES))
    assert report.duplicates == 1


@settings(max_examples=scaled(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, MINUTES - 1), unique=True, min_size=1, max_size=3))
@example([61, 120])
@example([61, 121])
@example([119, 121])
def test_files_are_split_anywhere(tmp_path: Path, cuts: list[int]) -> None:
    ends = [0, *sorted(cuts), MINUTES]
    files = [[row(minute) for minute in range(*part)] for part in pairwise(ends)]
    report, stored = imported(tmp_path, *files)
    assert stored == list(range(MINUTES))
    assert report.duplicates == 0


def test_the_newest_row_may_come_first(tmp_path: Path) -> None:
    _, stored = imported(tmp_path, [row(minute) for minute in reversed(range(MINUTES))])
    assert stored == list(range(MINUTES))


def test_a_file_that_begins_in_the_second_hour_is_decided_by_what_follows(tmp_path: Path) -> None:
    _, stored = imported(tmp_path, [row(minute) for minute in range(150, MINUTES)])
    assert stored == list(range(150, MINUTES))


@pytest.mark.parametrize("same", [False, True])
def test_bars_of_an_hour_come_twice(tmp_path: Path, same: bool) -> None:
    minutes = range(0, MINUTES, HOUR)
    _, stored = imported(tmp_path, [row(minute, 7 if same else None) for minute in minutes])
    assert stored == list(minutes)


@pytest.mark.parametrize(
    "minutes",
    [
        [*range(70, 80)],
        [*range(60, 70), *range(120, 130), *range(60, 70), *range(180, 190)],
    ],
)
def test_what_no_order_decides_is_refused(tmp_path: Path, minutes: list[int]) -> None:
    with pytest.raises(FaultyRowsError, match="the time comes twice on that day, and the order"):
        imported(tmp_path, [row(minute) for minute in minutes])


def test_equal_times_that_differ_are_refused(tmp_path: Path) -> None:
    lines = [*(row(minute) for minute in range(70)), row(69, 999), row(70), row(180)]
    with pytest.raises(FaultyRowsError) as caught:
        imported(tmp_path, lines)
    assert "the time comes twice" in str(caught.value)


def test_an_offset_decides(tmp_path: Path) -> None:
    lines = [f"2025-11-02T01:{n:02}:00-05:00,1,1,1,1,1" for n in range(10, 20)]
    _, stored = imported(tmp_path, lines)
    assert stored == list(range(130, 140))


def test_ticks_go_back_once(tmp_path: Path) -> None:
    lines = [
        f"{clock(minute)}:00,{minute + 1},1" for minute in (50, 60, 60, 119, 120, 120, 179, 180)
    ]
    path = written(tmp_path, "time,price,volume", *lines, name="ticks.csv")
    store = BarStore(tmp_path / "data")
    import_files(store, ImportRequest([path], "ONE", "America/New_York"))
    series = store.open("ONE")
    assert series is not None
    minutes = [(bar.time_ms - NIGHT_MS) // 60_000 for bar in series.recorded]
    assert minutes == [50, 60, 119, 120, 179, 180]
