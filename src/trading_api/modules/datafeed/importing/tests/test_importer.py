"""Data of one's own: imported whole or not at all, and served from the columns it is kept in."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from trading_api.domain.bar import Bar
from trading_api.modules.datafeed.importing.csv_rows import FaultyRowsError
from trading_api.modules.datafeed.importing.importer import (
    ImportRequest,
    import_files,
)
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.storage.errors import RecordingError
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.modules.datafeed.tests.fakes import RecordingSink
from trading_api.modules.datafeed.tests.recordings import (
    FOREVER_MS,
    HEADER,
    NEW_YORK,
    Load,
    at,
    every,
    minute,
    opened,
    package_file,
)

# Real recordings


def test_real_minutes_of_new_york_keep_to_their_session(store: BarStore) -> None:
    path = package_file("mintalib", "samples", "minute-prices.csv")
    order = ImportRequest([path], "AAPL", NEW_YORK, "0930-1600", "XNYS", exchange="NASDAQ")
    report = import_files(store, order)
    assert (report.taken, report.duplicates, report.outside) == (1_596, 0, 0)
    assert report.gaps.count == 0
    series = opened(store, "AAPL")
    assert series.instrument.session == "0930-1600"
    assert series.instrument.resolutions == series.resolutions
    hours = [datetime.fromtimestamp(bar.time_ms / 1_000, UTC) for bar in every(series, "60")]
    assert {f"{hour:%M}" for hour in hours} == {"30"}
    days = every(series, "1D")
    assert [datetime.fromtimestamp(day.time_ms / 1_000, UTC).day for day in days] == [
        31,
        3,
        4,
        5,
        6,
    ]
    assert sum(day.volume for day in days) == sum(bar.volume for bar in every(series, "1"))
    (week,) = every(series, "1W")[1:]
    assert (week.open, week.close) == (days[1].open, days[-1].close)


def test_real_trades_become_seconds_and_all_that_is_made_of_them(
    store: BarStore, tmp_path: Path
) -> None:
    """500,000 trades are in the package; the first 20,000 are enough."""
    lines = package_file("mlfinpy", "dataset", "data", "tick_data.csv").open(encoding="utf-8")
    path = tmp_path / "trades.csv"
    with lines:
        path.write_text("".join(islice(lines, 20_001)), encoding="utf-8")
    report = import_files(store, ImportRequest([path], "SP", NEW_YORK, type="futures"))
    assert (report.rows, report.are_ticks, report.step_ms) == (20_000, True, 1_000)
    volume = sum(
        int(line.rpartition(",")[2]) for line in path.read_text(encoding="utf-8").split()[2::2]
    )
    series = opened(store, "SP")
    assert series.instrument.price_scale == 100
    for resolution in ("1S", "30S", "1", "240", "1D"):
        bars = every(series, resolution)
        assert sum(bar.volume for bar in bars) == volume
        assert (bars[0].open, bars[0].time_ms % 1_000) == (164_025, 0)


def test_real_quotes_are_stored_as_they_were_quoted_and_played_to_their_end(
    store: BarStore, tmp_path: Path
) -> None:
    """Recorded by findatapy: bids of EURUSD, through single precision. The file has 100,005; the
    first 20,000 are enough."""
    path = tmp_path / "bids.csv"
    recorded = Path(sys.prefix, "recordings", "tests", "EURUSD_tick.csv")
    with recorded.open(encoding="utf-8") as file:
        path.write_text("".join(islice(file, 20_001)), encoding="utf-8")
    report = import_files(store, ImportRequest([path], "EURUSD", "UTC", type="forex"))
    assert (report.rows, report.are_ticks) == (20_000, True)
    series = opened(store, "EURUSD")
    assert series.instrument.price_scale == 100_000
    lines = path.read_text(encoding="utf-8").split()[2:]
    bids = [round(float(line.rpartition(",")[2]) * 100_000) for line in lines if "," in line]
    (day,) = every(series, "1D")
    assert (day.open, day.high, day.low, day.close) == (
        bids[0],
        max(bids),
        min(bids),
        bids[-1],
    )
    replay = Replay(Recording([series]), clock=lambda: 0)
    before = len(replay.bars("EURUSD", "1S", -FOREVER_MS, FOREVER_MS))
    assert before / report.stored == pytest.approx(0.8, abs=0.01)
    sink = RecordingSink()
    while replay.step_to(FOREVER_MS, sink):
        pass
    assert sink.closings == ["the recording has ended"]
    assert replay.bars("EURUSD", "1D", -FOREVER_MS, FOREVER_MS) == [day]
    assert replay.bars("EURUSD", "1S", -FOREVER_MS, FOREVER_MS) == every(series, "1S")


def test_quotes_of_a_currency_pair_are_read_as_they_were_meant(store: BarStore, load: Load) -> None:
    """As findatapy records them: the bid alone, through single precision."""
    report = load(
        "Date,EURUSD.bid",
        "2016-06-14 00:00:00.098,1.1094800233840942",
        "2016-06-14 00:00:00.150,1.1094800233840942",
        "2016-06-14 00:00:00.353,1.109470009803772",
        "2016-06-14 00:00:01.601,1.1106200218200684",
        type="forex",
    )
    assert (report.rows, report.taken, report.duplicates) == (4, 2, 0)
    series = opened(store)
    assert series.instrument.price_scale == 100_000
    start_ms = at("2016-06-14")
    assert every(series, "1S") == [
        Bar(start_ms, 110_948, 110_948, 110_947, 110_947, 0),
        Bar(start_ms + 1_000, 110_9_47 + 115, 111_062, 111_062, 111_062, 0),
    ]
    assert not series.has_volume


def test_a_bid_and_an_ask_are_worth_their_middle(store: BarStore, load: Load) -> None:
    load("time;bid;ask", "2025-03-10 10:00:00;1.5;1.6", "2025-03-10 10:00:01;1.5;1.5")
    assert [bar.close for bar in every(opened(store), "1S")] == [155, 150]


# Times


def test_times_are_those_of_the_exchange_on_both_sides_of_a_change(
    store: BarStore, load: Load
) -> None:
    lines = [minute("01:59", day="2025-03-09"), minute("03:00", day="2025-03-09")]
    load(HEADER, *lines, minute("03:01", day="2025-03-09"), timezone=NEW_YORK)
    times = [bar.time_ms for bar in every(opened(store), "1")]
    assert times == [at("2025-03-09T06:59") + 60_000 * n for n in range(3)]


def test_the_hour_that_comes_twice_is_read_in_the_order_of_the_file(
    store: BarStore, load: Load
) -> None:
    clocks = [f"01:{n:02}" for n in range(60)] * 2
    load(HEADER, *(minute(clock, day="2025-11-02") for clock in clocks), timezone=NEW_YORK)
    times = [bar.time_ms for bar in every(opened(store), "1")]
    assert times == [at("2025-11-02T05:00") + 60_000 * n for n in range(120)]


# Reports


def test_the_report_counts_gaps_by_the_session(load: Load) -> None:
    clocks = [f"{hour:02}:{n:02}" for hour in (9, 10) for n in range(0, 60, 5)]
    lines = [
        minute(clock, day=day)
        for day in ("2025-03-07", "2025-03-10")
        for clock in clocks
        if not (day == "2025-03-10" and clock in ("09:15", "09:20", "10:40"))
    ]
    report = load(HEADER, *lines, timezone=NEW_YORK, session="0900-1100")
    assert (report.gaps.count, report.gaps.longest_ms) == (2, 600_000)
    assert report.gaps.after_ms == at("2025-03-10T13:10")
    assert (
        "Gaps in trading time: 2, the longest of 0:10:00 after 2025-03-10 13:10:00 UTC."
        in report.lines()
    )


def test_rows_outside_the_session_are_left_out_and_counted(store: BarStore, load: Load) -> None:
    lines = [minute(clock) for clock in ("09:29", "09:30", "09:31", "16:00")]
    report = load(HEADER, *lines, timezone=NEW_YORK, session="0930-1600")
    assert (report.taken, report.outside) == (2, 2)
    assert report.first_outside_ms == at("2025-03-10T13:29")
    assert len(opened(store).recorded) == 2


def test_identical_rows_are_dropped_and_counted_in_any_order(store: BarStore, load: Load) -> None:
    lines = [minute(f"10:{n:02}", price=n + 1) for n in range(10)]
    Random(7).shuffle(lines)
    report = load(HEADER, *lines, lines[3], lines[4], lines[3])
    assert (report.rows, report.taken, report.duplicates) == (13, 10, 3)
    assert [bar.open for bar in every(opened(store), "1")] == list(range(1, 11))


# Refusals


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([HEADER, minute("10:00"), "2025-03-10 10:01,1,2,3,1,1"], "line 3: the row has a high"),
        (
            [HEADER, minute("10:00"), minute("10:00", 11), minute("10:01")],
            "line 3: the row contradicts",
        ),
        ([HEADER, minute("10:00"), minute("02:30", day="2025-03-09")], "line 3: the time"),
        (["time,price,volume", "2025-03-10 10:01,5,1", "2025-03-10 10:00,5,1"], "line 3: the row"),
        (["time,bid,ask", "2025-03-10 10:01,5,4"], "line 2: the ask is below the bid"),
        (["time,kind", "2025-03-10,1"], "line 1: no column is named open, nor price, nor bid"),
        ([HEADER, minute("10:00", 1e-8), minute("10:01", 1e15)], "too large"),
        ([HEADER + ",symbol", minute("10:00") + ",TWO"], "has no rows of ONE"),
    ],
)
def test_a_bad_file_imports_nothing(
    store: BarStore, load: Load, lines: list[str], says: str
) -> None:
    load(HEADER, minute("09:00"), minute("09:01"), timezone=NEW_YORK)
    before = every(opened(store), "1")
    with pytest.raises(RecordingError) as caught:
        load(*lines, timezone=NEW_YORK)
    assert says in str(caught.value)
    assert every(opened(store), "1") == before


def test_a_join_that_would_outgrow_the_columns_changes_nothing(store: BarStore, load: Load) -> None:
    load(HEADER, minute("09:00", volume=5 * 10**11), minute("09:01", volume=5 * 10**11))
    before = every(opened(store), "1")
    with pytest.raises(RecordingError, match="too large"):
        load(HEADER, "2025-03-10 09:02,1,1,1,1,1.00000001", minute("09:03"))
    assert every(opened(store), "1") == before


def test_every_bad_row_is_counted_and_the_first_ones_are_named(load: Load) -> None:
    rows = [f"2025-03-10 10:{n:02},1,1,1,{'x' if n % 2 else 1},1" for n in range(60)]
    with pytest.raises(FaultyRowsError) as caught:
        load(HEADER, *rows)
    assert caught.value.count == 30
    assert [fault.line for fault in caught.value.faults] == list(range(3, 43, 2))


@pytest.mark.parametrize("symbol", ["", "A:B", "..", ".X", "lower", "A" * 65])
def test_a_symbol_that_is_no_name_of_a_folder_is_refused(load: Load, symbol: str) -> None:
    with pytest.raises(RecordingError, match="is not made of"):
        load(HEADER, minute("10:00"), minute("10:01"), symbol=symbol)


# Again


def test_importing_again_joins_and_what_is_there_already_is_a_duplicate(
    store: BarStore, load: Load
) -> None:
    lines = [minute(f"10:{n:02}", price=n + 1) for n in range(30)]
    load(HEADER, *lines[10:20])
    report = load(HEADER, *lines[:15])
    assert (report.taken, report.duplicates, report.stored) == (10, 5, 20)
    report = load(HEADER, lines[29])
    assert (report.taken, report.gaps.count, report.stored) == (1, 1, 21)
    opens = [bar.open for bar in every(opened(store), "1")]
    assert opens == [*range(1, 21), 30]


def test_finer_prices_make_the_stored_ones_as_fine(store: BarStore, load: Load) -> None:
    load(HEADER, minute("10:00", 10.5), minute("10:01", 11))
    load(HEADER, minute("10:02", 10.125), minute("10:01", 11))
    series = opened(store)
    assert series.instrument.price_scale == 1_000
    assert [bar.open for bar in every(series, "1")] == [10_500, 11_000, 10_125]


def test_a_minute_in_which_nothing_traded_joins_those_with_volume(
    store: BarStore, load: Load
) -> None:
    load(HEADER, minute("10:00"), minute("10:01"))
    report = load(HEADER, minute("10:02", volume=0))
    assert report.stored == 3
    assert opened(store).has_volume


@pytest.mark.parametrize(
    ("lines", "options", "says"),
    [
        ([minute("10:01", 12), minute("10:02")], {}, "contradict stored ones"),
        ([minute("10:00"), minute("10:05"), minute("10:10")], {}, "bars of 0:01:00"),
        ([minute("10:02:30"), minute("10:03:30")], {}, "off the grid of the stored bars"),
        ([minute("10:02"), minute("10:03")], {"timezone": NEW_YORK}, "session 24x7 of UTC"),
        ([minute("10:02"), minute("10:03")], {"session": "0900-1700"}, "session 24x7 of UTC"),
    ],
)
def test_what_contradicts_the_stored_is_refused_unless_it_is_to_replace_it(
    store: BarStore, load: Load, lines: list[str], options: dict[str, str], says: str
) -> None:
    load(HEADER, minute("10:00"), minute("10:01"))
    before = every(opened(store), "1")
    with pytest.raises(RecordingError, match=says):
        load(HEADER, *lines, **options)
    assert every(opened(store), "1") == before
    report = load(HEADER, *lines, **options, is_replacing=True)
    assert report.stored == report.taken == len(opened(store).recorded) == len(lines)
