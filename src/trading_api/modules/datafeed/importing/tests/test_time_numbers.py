"""Numbers that are times, and numbers that only look like them."""

from __future__ import annotations

import pytest

from trading_api.modules.datafeed.importing.csv_rows import FaultyRowsError
from trading_api.modules.datafeed.storage.errors import RecordingError
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.modules.datafeed.tests.recordings import Load, LoadFile, at, opened

HEADER = "time,open,high,low,close"


def times(store: BarStore, symbol: str = "ONE") -> list[int]:
    return [bar.time_ms for bar in opened(store, symbol).recorded]


def lines(*texts: object) -> list[str]:
    return [HEADER, *(f"{text},1,1,1,1" for text in texts)]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("20240102", "20240103"), "2024-01-02"),
        (("20240102.0", "20240103.0"), "2024-01-02"),
        (("2024010209", "2024010210"), "2024-01-02T09:00"),
        (("202401020930", "202401020931"), "2024-01-02T09:30"),
        (("202401020930.0", "202401020931.0"), "2024-01-02T09:30"),
        (("20240102093000", "20240102093001"), "2024-01-02T09:30"),
        (("20240102093000000", "20240102093001000"), "2024-01-02T09:30"),
        (("1704187800", "1704187860"), "2024-01-02T09:30"),
        (("1704187800.0", "1704187860.0"), "2024-01-02T09:30"),
        (("1704187800000", "1704187860000"), "2024-01-02T09:30"),
        (("1704187800000000", "1704187860000000"), "2024-01-02T09:30"),
        (("1704187800000000000", "1704187860000000000"), "2024-01-02T09:30"),
        (("1704187800", "1704187860000"), "2024-01-02T09:30"),
        (("-86400", "0", "1704153600"), "1969-12-31"),
        (("31536000000", "31622400000", "1704153600000"), "1971-01-01"),
    ],
)
def test_digits_are_dates_where_they_have_the_shape_of_dates(
    store: BarStore, load: Load, texts: tuple[str, ...], expected: str
) -> None:
    load(*lines(*texts), bar_ms=86_400_000 if len(texts) > 2 else None)
    assert times(store)[0] == at(expected)


@pytest.mark.parametrize("name", ["t_excel.csv", "t_index.csv"])
def test_serial_numbers_and_row_counters_are_rejected(load_file: LoadFile, name: str) -> None:
    with pytest.raises(
        RecordingError, match=r"line 2: the times are numbers such as .*--time-form"
    ):
        load_file(name)


def test_whole_serial_numbers_of_days_are_rejected(load: Load) -> None:
    with pytest.raises(RecordingError, match="too small for seconds since 1970"):
        load(*lines(45_293, 45_294, 45_295))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("t_floatdate.csv", ["2024-01-02", "2024-01-03", "2024-01-04"]),
        ("t_yyyymmddhhmm.csv", [f"2024-01-02T09:3{minute}" for minute in range(3)]),
    ],
)
def test_dates_of_digits_are_read(
    store: BarStore, load_file: LoadFile, name: str, expected: list[str]
) -> None:
    load_file(name)
    assert times(store) == [at(text) for text in expected]


@pytest.mark.parametrize(
    ("form", "texts", "expected"),
    [
        ("excel", ("45293.5", "45294.5"), "2024-01-02"),
        ("s", ("0", "86400"), "1970-01-01"),
        ("s", ("20217600", "20304000"), "1970-08-23"),
        ("ms", ("86400000", "172800000"), "1970-01-02"),
        ("us", ("1704153600000000", "1704240000000000"), "2024-01-02"),
        ("ns", ("1704153600000000000", "1704240000000000000"), "2024-01-02"),
        ("%y%m%d", ("240102", "240103"), "2024-01-02"),
        ("%d/%m/%Y", ("02/01/2024", "03/01/2024"), "2024-01-02"),
        ("%m/%d/%Y", ("02/01/2024", "02/02/2024"), "2024-02-01"),
    ],
)
def test_a_time_format_decides(
    store: BarStore, load: Load, form: str, texts: tuple[str, ...], expected: str
) -> None:
    load(*lines(*texts), time_format=form)
    assert times(store)[0] == at(expected)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2999-01-01", "line 4: the time '2999-01-01' is after tomorrow"),
        ("1899-12-31", "line 4: the time '1899-12-31' is before 1900"),
        ("4102444800", "line 4: the time '4102444800' is after tomorrow"),
        ("20240231", "line 4: the time '20240231' is not a date"),
        ("12345678901234567", "line 4: the time '12345678901234567' is"),
        ("1e999999999", "line 4: the time '1e999999999' is not a date"),
    ],
)
def test_times_that_cannot_be_are_rejected_by_line(load: Load, text: str, says: str) -> None:
    around = ("20240102", "20240103") if text[0] == "2" else ("1704153600", "1704240000")
    with pytest.raises(FaultyRowsError) as caught:
        load(*lines(*around, text))
    assert says in str(caught.value)
    assert caught.value.count == 1


def test_bars_shorter_than_a_second_are_rejected_by_line(load: Load) -> None:
    with pytest.raises(FaultyRowsError) as caught:
        load(*lines(*(f"{1_704_153_600_000 + 250 * n}" for n in range(4))))
    assert "line 3: the row is 0.25 s from the one above" in str(caught.value)
    assert caught.value.count == 3


@pytest.mark.parametrize(
    "text", ["2024-01-02 09:30", "202401020930", "02.01.2024 09:30", "20240102 093000"]
)
def test_a_time_zone_is_needed_only_by_a_time_without_an_offset(
    store: BarStore, load: Load, text: str
) -> None:
    with pytest.raises(RecordingError, match=r"line 2: the time '.*' has no offset.*--timezone"):
        load(*lines(text, text), timezone=None, bar_ms=60_000)
    offsets = ("2024-01-02T09:30:00-05:00", "2024-01-02T09:31:00-05:00")
    load(*lines(*offsets), timezone=None)
    load(*lines("2024-01-02 09:32 GMT-0500", "1704205980"), timezone="Asia/Tokyo")
    assert times(store) == [at(f"2024-01-02T14:3{minute}") for minute in range(4)]


def test_dates_need_no_time_zone(store: BarStore, load: Load) -> None:
    load(*lines("2024-01-02", "2024-01-03"), timezone=None)
    assert times(store) == [at("2024-01-02"), at("2024-01-03")]


def test_a_session_needs_a_time_zone(load: Load) -> None:
    with pytest.raises(RecordingError, match="--session 0930-1600 needs --timezone"):
        load(*lines("2024-01-02", "2024-01-03"), timezone=None, session="0930-1600")
