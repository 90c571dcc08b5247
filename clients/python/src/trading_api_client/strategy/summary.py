"""The statistics of a run as text."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from trading_api_client.strategy.run_record import RunRecord
from trading_api_client.strategy.statistics import Statistics

_PATHS = {"nearer": "the nearer one to its open", "opposite": "the farther one from its open"}


def summary(record: RunRecord, figures: Statistics) -> str:
    """Return a headline and the statistics of a run, one a line."""
    rows = summary_rows(record, figures)
    width = max(len(label) for label, _ in rows)
    lines = [f"{label:<{width}}  {value}" for label, value in rows]
    return "\n".join([headline(record), *lines])


def headline(record: RunRecord) -> str:
    """Return the strategy, the time range and the number of bars."""
    start, end = (format_time(ms) for ms in (record.start_ms, record.end_ms))
    return f"{record.strategy}: {start} to {end} UTC, {record.bars:,} bars"


def summary_rows(record: RunRecord, figures: Statistics) -> list[tuple[str, str]]:
    """Return the label and the value of each statistic."""
    money = f"{{:,.2f}} {record.currency}".format
    return [
        ("Return", f"{figures.total_return:+.2%}"),
        ("Equity", f"{money(figures.initial_balance)} -> {money(figures.final_equity)}"),
        ("Largest drawdown", f"{figures.max_drawdown:.2%}"),
        ("Sharpe ratio (daily, a year)", _number(figures.sharpe)),
        ("Time with a position", f"{figures.exposure_time:.1%}"),
        ("Trades", _with_open(figures)),
        ("Win rate", _share(figures.win_rate)),
        ("Profit factor", _number(figures.profit_factor)),
        ("Executions", f"{figures.executions:,}"),
        ("Commission", money(figures.commission)),
        ("Rejected commands", f"{figures.rejections:,}"),
        ("Liquidations", f"{figures.liquidations:,}"),
        ("Ambiguous bars (both brackets)", f"{figures.ambiguous_bars:,}"),
        ("Extreme of a bar that is first", _PATHS[record.path]),
        ("Parameters", _pairs(record.parameters)),
        ("Terms", _pairs(record.terms) or "the server's defaults"),
        ("Data", f"{record.data}, SHA-256 {record.data_hash[:16]}"),
        ("Seed of the slippage", str(record.seed)),
    ]


def format_time(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _with_open(figures: Statistics) -> str:
    still_open = f", {figures.open_trades:,} open" if figures.open_trades else ""
    return f"{figures.trades:,}{still_open}"


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"


def _share(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.1%}"


def _pairs(values: object) -> str:
    assert hasattr(values, "items")
    return ", ".join(f"{name}={value}" for name, value in values.items())
