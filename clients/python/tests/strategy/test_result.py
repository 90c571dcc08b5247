"""The tables, the figures and the files of a result."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pandas as pd
import pytest

from clients.python.tests.strategy.records import START_MS, execution, record
from trading_api_client.strategy.report import POINTS_MAX, downsampled
from trading_api_client.strategy.result import TABLES, Result

PRICES = [100.0 + hour for hour in range(72)]


@pytest.fixture(scope="module")
def result() -> Result:
    fills = [
        execution(1, 10, 101),
        execution(30, -10, 130, netAmount=289.0),
        execution(40, -1, 140),
    ]
    return Result(record(fills, PRICES))


def test_the_tables_have_names_and_timestamps(result: Result) -> None:
    first = result.executions.iloc[0]
    assert (first["side"], first["price"], first["orderId"]) == ("BUY", 101, "order-1")
    assert first["time"] == pd.Timestamp(START_MS + 3_600_000, unit="ms", tz="UTC")
    assert result.orders["status"].tolist() == ["FILLED"] * 3
    assert result.orders["duration.type"].tolist() == ["GTC"] * 3
    assert result.ledger["balance"].tolist() == [999, 1_288, 1_287]
    assert result.trades["netProfit"].tolist() == [288, -1]
    assert result.trades["exitTime"].isna().tolist() == [False, True]
    assert result.equity.index.name == "time"
    assert result.equity["equity"].iloc[-1] == 1_287 + 140 - 171


def test_a_table_without_rows_has_the_types_of_a_full_one(result: Result) -> None:
    empty = Result(record([], [1.0]))
    for name in TABLES:
        assert getattr(empty, name).dtypes.equals(getattr(result, name).dtypes), name


def test_returns_are_those_of_periods_and_begin_with_the_balance(result: Result) -> None:
    daily = result.returns("1D")
    assert daily.index.tz is None
    assert daily.index.tolist() == list(pd.date_range("2026-01-05", periods=3, freq="D"))
    total = (1 + daily).prod() - 1
    assert total == pytest.approx(result.statistics.total_return)
    assert len(result.returns("1h")) == 72


def test_a_period_without_a_bar_has_no_return() -> None:
    weekend = record([], PRICES)
    equity = Result(weekend)
    equity.__dict__["equity"] = equity.equity.drop(equity.equity.index[24:48])
    assert len(equity.returns()) == 2


def test_the_figures_count_what_the_tables_show(result: Result) -> None:
    figures = result.statistics
    assert (figures.trades, figures.open_trades, figures.win_rate) == (1, 1, 1.0)
    assert (figures.commission, figures.executions, figures.rejections) == (3, 3, 1)
    assert figures.max_drawdown == pytest.approx(result.equity["drawdown"].max())
    assert figures.exposure_time == pytest.approx((29 + 32) / 72)
    daily = result.returns()
    assert figures.sharpe == pytest.approx(daily.mean() / daily.std() * math.sqrt(365.25))


def test_the_profit_factor_needs_a_losing_trade_as_that_of_the_server() -> None:
    won = [execution(1, 10, 101), execution(30, -10, 130, netAmount=289.0)]
    figures = Result(record(won, PRICES)).statistics
    assert (figures.trades, figures.win_rate) == (1, 1.0)
    assert math.isnan(figures.profit_factor)
    text = repr(Result(record(won, PRICES)))
    assert [line.split()[-1] for line in text.splitlines() if "Profit factor" in line] == ["-"]
    lost = [execution(40, 1, 140), execution(50, -1, 130, netAmount=-11.0)]
    figures = Result(record(won + lost, PRICES)).statistics
    # The commission of each fill counts too.
    assert figures.profit_factor == pytest.approx(288 / 12)


def test_the_summary_names_what_the_result_depends_on(result: Result) -> None:
    text = repr(result)
    assert text.splitlines()[0] == (
        "Cross: 2026-01-05 00:00:00 to 2026-01-07 23:00:00 UTC, 72 bars"
    )
    for expected in ("+25.60%", "fast=10", "SLIPPAGE_TICKS=1", "1, 1 open", "the nearer one"):
        assert expected in text


def test_nothing_that_cannot_be_calculated_is_a_number() -> None:
    text = repr(Result(record([], [])))
    assert "nan" not in text
    assert "+0.00%" in text


def test_a_saved_result_has_all_tables_and_what_it_depends_on(
    result: Result, tmp_path: Path
) -> None:
    result.save(tmp_path / "new" / "folder")
    for name in TABLES:
        read = pd.read_parquet(tmp_path / "new" / "folder" / f"{name}.parquet")
        expected = getattr(result, name)
        assert len(read) == len(expected)
    assert read["code"].tolist() == ["price_off_tick"]
    described = json.loads((tmp_path / "new" / "folder" / "run.json").read_text())
    assert described["data_hash"] == "0" * 64
    assert described["statistics"]["trades"] == 1


def test_a_report_is_one_file_that_loads_nothing(result: Result, tmp_path: Path) -> None:
    result.report(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert len(page) < 2_000_000
    assert "<script src" not in page
    assert "<link" not in page
    assert "Largest drawdown" in page


def test_a_long_line_is_downsampled_to_its_extremes() -> None:
    curve = record([], [100.0] * 10_000).curve
    equity = curve.equity.copy()
    equity[5_000:5_002] = 3_000, 1
    times, kept = downsampled(curve.time, equity)
    assert len(times) == len(kept) <= POINTS_MAX
    assert (kept.max(), kept.min()) == (3_000, 1)
    assert (times[0], times[-1]) == (curve.time[0], curve.time[-1])
