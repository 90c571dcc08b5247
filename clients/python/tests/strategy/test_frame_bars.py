"""DataFrames as the CSV files that the server reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from trading_api_client.strategy.backtest import Backtest
from trading_api_client.strategy.frame_bars import write_bars

TIMES = ["2026-01-05 14:30", "2026-01-05 14:31"]
FIRST_MS = 1_767_623_400_000
PRICES = {"Open": [1.5, 2.0], "High": [2.0, 3.25], "Low": [1.0, 2.0], "Close": [2.0, 3.0]}


def _written(tmp_path: Path, **frames: Any) -> list[str]:
    path = tmp_path / "bars.csv"
    write_bars(frames, path)
    return path.read_text(encoding="utf-8").splitlines()


def _at(times: Any) -> pd.DataFrame:
    return pd.DataFrame(PRICES | {"Volume": [10, 20]}, index=times)


def _polars(times: Any) -> pl.DataFrame:
    return pl.DataFrame(PRICES | {"volume": [10, 20], "time": times})


@pytest.mark.parametrize(
    "frame",
    [
        _at(pd.to_datetime(TIMES)),
        _at(pd.to_datetime(TIMES, utc=True)),
        _at(pd.to_datetime(TIMES).tz_localize("UTC").tz_convert("America/New_York")),
        _at([FIRST_MS, FIRST_MS + 60_000]),
        _at(pd.to_datetime(TIMES)).reset_index(names="Date"),
        _at(pd.to_datetime(TIMES, utc=True)).reset_index(names="timestamp"),
        _polars(pd.to_datetime(TIMES).to_numpy()),
        _polars([FIRST_MS, FIRST_MS + 60_000]),
        _polars(pd.to_datetime(TIMES).to_numpy()).with_columns(
            pl.col("time").dt.replace_time_zone("UTC").dt.convert_time_zone("Asia/Tokyo")
        ),
    ],
    ids=["naive", "utc", "zone", "ms", "date", "column", "polars", "polars-ms", "polars-zone"],
)
def test_every_kind_of_time_is_written_as_milliseconds(frame: Any, tmp_path: Path) -> None:
    assert _written(tmp_path, AAPL=frame) == [
        "symbol,time,open,high,low,close,volume",
        f"AAPL,{FIRST_MS},1.5,2.0,1.0,2.0,10.0",
        f"AAPL,{FIRST_MS + 60_000},2.0,3.25,2.0,3.0,20.0",
    ]


def test_several_symbols_are_in_one_file_and_without_volume_if_one_has_none(tmp_path: Path) -> None:
    one = _at(pd.to_datetime(TIMES))
    lines = _written(tmp_path, AAPL=one, MSFT=one.drop(columns="Volume"))
    assert lines[0] == "symbol,time,open,high,low,close"
    assert [line[:4] for line in lines[1:]] == ["AAPL", "AAPL", "MSFT", "MSFT"]


def test_a_frame_without_prices_or_times_is_an_error_that_names_the_symbol(tmp_path: Path) -> None:
    whole = _at(pd.to_datetime(TIMES))
    with pytest.raises(ValueError, match="AAPL have no column 'low'"):
        _written(tmp_path, AAPL=whole.drop(columns="Low"))
    with pytest.raises(ValueError, match="times of AAPL"):
        _written(tmp_path, AAPL=whole.reset_index(drop=True))
    with pytest.raises(ValueError, match="AAPL have no index"):
        _written(tmp_path, AAPL=pl.DataFrame(PRICES))
    with pytest.raises(ValueError, match="no symbols"):
        _written(tmp_path)
    with pytest.raises(ValueError, match="bars of AAPL have no rows"):
        _written(tmp_path, AAPL=whole.iloc[:0])
    with pytest.raises(ValueError, match="column 'Low' of AAPL is not numeric"):
        _written(tmp_path, AAPL=whole.assign(Low="low"))
    with pytest.raises(ValueError, match="AAPL, row 1: the time is missing"):
        _written(tmp_path, AAPL=_at(pd.to_datetime([TIMES[0], None])))
    with pytest.raises(TypeError, match="'AAPL' are a Series, not a DataFrame"):
        _written(tmp_path, AAPL=whole["Low"])


def test_rejected_bars_are_named_by_symbol_and_row() -> None:
    good, bad = _at(pd.to_datetime(TIMES)), _at(pd.to_datetime(TIMES))
    bad.loc[bad.index[1], "Close"] = float("nan")

    def error(frames: Any) -> str:
        with pytest.raises(ValueError, match=r"^The bars of ") as raised:
            Backtest(frames).session()
        return str(raised.value)

    found = error({"AAPL": good, "MSFT": bad})
    assert found == "The bars of 'MSFT', row 1: the close 'nan' is not a finite, usable number."
    found = error({"AAPL": good.iloc[:1]})
    assert found == "The bars of AAPL: one row does not tell how far bars are apart."


def test_a_frame_without_a_symbol_is_refused() -> None:
    frame: Any = _at(pd.to_datetime(TIMES))
    for data in (frame, frame["Close"]):
        with pytest.raises(TypeError, match=r"pass a path, or \{'AAPL': a DataFrame\}"):
            Backtest(data)
