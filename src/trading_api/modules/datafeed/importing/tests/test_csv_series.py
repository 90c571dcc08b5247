"""Files that are read without an import, and files that cannot be."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from trading_api.modules.datafeed.importing.csv_series import read_series
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.storage.errors import RecordingError
from trading_api.modules.datafeed.tests.recordings import written

HEADER = "time,open,high,low,close,volume"
NOON_S = 1_784_289_600


@pytest.mark.parametrize(
    ("first", "second", "time_ms"),
    [
        ("2024-03-01T10:00:00Z", "2024-03-01T10:01:00Z", 1_709_287_200_000),
        ("2024-03-01 10:00", "2024-03-01 10:01", 1_709_287_200_000),
        ("2024-03-01 05:00:00-05:00", "2024-03-01 05:01:00-05:00", 1_709_287_200_000),
        ("1709287200", "1709287260", 1_709_287_200_000),
        ("1709287200000", "1709287260000", 1_709_287_200_000),
        ("20240301", "20240302", 1_709_251_200_000),
        ("2024-03-01 00:00:00-05:00", "2024-03-02 00:00:00-05:00", 1_709_251_200_000),
    ],
)
def test_times_are_read_however_they_are_written(
    tmp_path: Path, first: str, second: str, time_ms: int
) -> None:
    path = written(tmp_path, HEADER, f"{first},1,1,1,1,1", f"{second},1,1,1,1,1")
    assert Recording(read_series(path)).series[0].recorded[0].time_ms == time_ms


GOOD = "2024-01-02,10,12,9,11,5"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("2024-01-03,nan,12,9,11,5", "open 'nan' is not a finite"),
        ("2024-01-03,10,inf,9,11,5", "high 'inf' is not a finite"),
        ("2024-01-03,10,12,x,11,5", "low 'x' is not a finite"),
        ("2024-01-03,10,12,9,,5", "close '' is not a finite"),
        ("2024-01-03,10,12,9,11,nan", "volume 'nan' is not a finite"),
        ("2024-01-03,10,12,9,11,-1", "volume is below zero"),
        ("2024-01-03,10,12,0,11,5", "a price is not above zero"),
        ("2024-01-03,10,12,-9,11,5", "a price is not above zero"),
        ("2024-01-03,10,10.5,9,11,5", "do not hold its open and close"),
        ("2024-01-03,10,12,10.5,11,5", "do not hold its open and close"),
        ("2024-01-02,10,12,9,11,6", "contradicts another one of the same time"),
        ("2024-02-31,10,12,9,11,5", "time '2024-02-31' is not a date"),
        ("1e400,10,12,9,11,5", "time '1e400' is not a date"),
        ("2024-01-03,10,12", "too few cells"),
        ("2024-01-03,1e-13,1e-13,1e-13,1e-13,5", "'1e-13' has more than 12 decimals"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, line: str, says: str) -> None:
    path = written(tmp_path, HEADER, GOOD, line, "2024-01-04,10,12,9,11,5", "2024-01-05,1,1,1,1,1")
    with pytest.raises(RecordingError) as caught:
        Recording(read_series(path))
    assert str(caught.value).startswith(f"{path}, line 3: ")
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([""], "line 1: there is no header"),
        ([HEADER], "has no rows"),
        ([HEADER, GOOD], "one row does not tell"),
        (["time,open,high,low,volume", GOOD], "line 1: no column is named close"),
        (["open,high,low,close", GOOD], "line 1: no column is named time"),
        (["date,datetime,open,high,low,close", GOOD], "line 1: several columns could be the time"),
        ([HEADER + ",symbol", GOOD + ",A:B"], "line 2: the symbol 'A:B' is not made of"),
        (
            [HEADER, f"{NOON_S},1,1,1,1,1", f"{NOON_S + 7},1,1,1,1,1"],
            "No resolution is made of bars 7 s apart",
        ),
    ],
)
def test_a_bad_file_is_reported_in_a_sentence(tmp_path: Path, lines: list[str], says: str) -> None:
    path = written(tmp_path, *lines)
    with pytest.raises(RecordingError) as caught:
        Recording(read_series(path))
    assert str(path) in str(caught.value)
    assert says in str(caught.value)


def test_an_unreadable_file_is_reported_in_a_sentence(tmp_path: Path) -> None:
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"\xff\xfe\x00\x80")
    for path in (tmp_path / "missing.csv", tmp_path, binary):
        with pytest.raises(RecordingError, match=str(path)):
            Recording(read_series(path))


def test_a_symbol_from_a_file_name_has_no_odd_characters(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, GOOD, "2024-01-03,10,12,9,11,5", name="eur usd+é.m1.csv")
    assert Recording(read_series(path)).series[0].instrument.symbol == "EUR_USD__.M1"


def test_fractions_of_volume_are_counted_exactly(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, "2024-01-02,1,1,1,1,0.125", "2024-01-03,1,1,1,1,2")
    (series,) = Recording(read_series(path)).series
    assert series.instrument.quantity_step == Decimal("0.001")
    assert [bar.volume for bar in series.recorded] == [125, 2_000]
