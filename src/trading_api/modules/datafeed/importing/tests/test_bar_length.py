"""The length of bars: stated, stored, or found in the times of rows."""

from __future__ import annotations

import re

import pytest

from trading_api.modules.datafeed.importing.bar_length import parse_bar_length
from trading_api.modules.datafeed.storage.errors import RecordingError
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.modules.datafeed.tests.recordings import HEADER, Load, LoadFile, minute, opened

DAY_MS = 86_400_000


@pytest.mark.parametrize(
    ("base", "more", "step_ms", "stored"),
    [
        ("incr_base.csv", "incr_fri_mon.csv", DAY_MS, 10),
        ("incr_mbase.csv", "incr_msparse.csv", 60_000, 7),
    ],
)
def test_sparse_rows_join_the_stored_bars(
    store: BarStore, load_file: LoadFile, base: str, more: str, step_ms: int, stored: int
) -> None:
    load_file(base)
    report = load_file(more)
    assert (report.step_ms, report.stored) == (step_ms, stored)
    assert opened(store).step_ms == step_ms


def test_months_of_different_lengths_join(load: Load) -> None:
    load(HEADER, "2024-07-01,1,1,1,1,1", "2024-08-01,1,1,1,1,1")
    report = load(HEADER, "2025-01-01,1,1,1,1,1", "2025-02-01,1,1,1,1,1", "2025-03-01,1,1,1,1,1")
    assert report.stored == 5


def test_rows_without_a_price_show_the_length_of_bars(load_file: LoadFile) -> None:
    report = load_file("nan_rows_step.csv")
    assert (report.step_ms, report.stored, report.unpriced) == (60_000, 6, 6)


def test_a_stated_length_outranks_the_times(store: BarStore, load: Load) -> None:
    rows = [minute("10:00"), minute("10:05"), minute("10:10")]
    assert load(HEADER, *rows, bar_ms=60_000).step_ms == 60_000
    assert load(HEADER, *rows, bar_ms=60_000).duplicates == 3
    with pytest.raises(RecordingError, match="is stored as bars of 0:01:00"):
        load(HEADER, *rows, bar_ms=300_000)
    assert load(HEADER, *rows, bar_ms=300_000, is_replacing=True).step_ms == 300_000
    assert opened(store).step_ms == 300_000
    assert load(HEADER, minute("10:00"), symbol="TWO", bar_ms=DAY_MS).step_ms == DAY_MS


def test_a_stated_length_that_rows_contradict_is_rejected_by_line(load: Load) -> None:
    rows = [minute(f"10:0{number}") for number in range(6)]
    with pytest.raises(RecordingError, match=r"line 3: the row stands off the grid"):
        load(HEADER, *rows, bar_ms=300_000)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (["2024-01-15", "2024-01-22", "2024-01-29"], "these rows are 7 days apart"),
        (["2024-01-15 10:00", "2024-01-15 11:00"], "these rows are 1:00:00 apart"),
    ],
)
def test_bars_of_another_length_do_not_join(
    load: Load, load_file: LoadFile, rows: list[str], says: str
) -> None:
    load_file("incr_base.csv")
    with pytest.raises(RecordingError, match=says):
        load(HEADER, *(f"{text},1,1,1,1,1" for text in rows))


def test_ticks_have_no_length(load: Load) -> None:
    with pytest.raises(RecordingError, match="--bar is the length of bars"):
        load("time,price", "2024-01-02 10:00:00,1", bar_ms=60_000)


def test_the_report_says_that_bars_look_labelled_at_their_close(
    load: Load, load_file: LoadFile
) -> None:
    hours = {"session": "0930-1600", "timezone": "America/New_York"}
    assert load_file("close_labelled.csv", "HINTED", **hours).look_close_labelled
    report = load_file("close_labelled.csv", **hours, is_close_labelled=True)
    assert not report.look_close_labelled
    assert not any("--label" in line for line in report.lines())
    report = load_file("close_labelled.csv", "ALWAYS", session="24x7")
    assert not report.look_close_labelled
    rows = [f"2026-01-05 {hour:02}:30:00,1,1,1,1,1" for hour in range(9, 17)]
    # A bar at both ends: trading went on after the session.
    assert not load(HEADER, *rows, symbol="BOTH", session="0930-1630").look_close_labelled
    hinted = load(HEADER, *rows[1:], symbol="TWO", session="0930-1630")
    assert any("--label close" in line for line in hinted.lines())


def test_bars_labelled_at_their_close_are_moved_to_their_start(
    store: BarStore, load_file: LoadFile
) -> None:
    hours = {"timezone": "America/New_York", "session": "0930-1600"}
    report = load_file("close_labelled.csv", **hours, is_close_labelled=True)
    assert (report.taken, report.outside) == (17, 0)
    first, last = opened(store).recorded[0], opened(store).recorded[16]
    assert (first.time_ms, last.time_ms) == (1_735_828_200_000, 1_735_851_300_000)


def test_the_last_bar_of_a_session_may_be_shorter(store: BarStore, load: Load) -> None:
    clocks = ("10:30", "11:30", "12:30", "13:30", "14:30", "15:30", "16:00")
    rows = [minute(clock) for clock in clocks]
    load(HEADER, *rows, session="0930-1600", is_close_labelled=True)
    starts = [bar.time_ms // 60_000 % 1_440 for bar in opened(store).recorded]
    assert starts == [570, 630, 690, 750, 810, 870, 930]


@pytest.mark.parametrize(
    ("text", "length_ms"),
    [
        ("30s", 30_000),
        ("1m", 60_000),
        ("5min", 300_000),
        ("60", 3_600_000),
        ("4h", 14_400_000),
        ("1d", DAY_MS),
        ("1D", DAY_MS),
        ("1w", 7 * DAY_MS),
        ("1M", 31 * DAY_MS),
        ("1mo", 31 * DAY_MS),
    ],
)
def test_lengths_are_parsed(text: str, length_ms: int) -> None:
    assert parse_bar_length(text) == length_ms


@pytest.mark.parametrize("text", ["", "7s", "0m", "m", "1y", "-1m", "99999999999d", "2w"])
def test_lengths_that_make_no_resolution_are_errors(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        parse_bar_length(text)
