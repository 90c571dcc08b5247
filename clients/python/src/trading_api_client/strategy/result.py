"""The result of a backtest: tables, figures and files."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from trading_api_client.models import CashLine, Execution, PlacedOrder
from trading_api_client.strategy.equity_curve import drawdown
from trading_api_client.strategy.run_record import Rejection, RunRecord
from trading_api_client.strategy.statistics import (
    Statistics,
    curve_figures,
    sharpe_ratio,
    trade_figures,
)
from trading_api_client.strategy.summary import summary
from trading_api_client.strategy.trades import Trade, round_trips
from trading_api_client.tables import import_library, to_pandas, to_timestamps

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("executions", "orders", "ledger", "equity", "trades", "rejections")


class Result:
    """The result of a backtest. Its repr is a summary.

    The tables are DataFrames with the wire's column names, timestamps in UTC and named
    enumerations. They are built at the first access, and need pandas. `record` has the same data as
    objects."""

    def __init__(self, record: RunRecord) -> None:
        self.record = record

    def __repr__(self) -> str:
        return summary(self.record, self.statistics)

    @cached_property
    def statistics(self) -> Statistics:
        """The statistics of the run."""
        record = self.record
        initial = record.initial_balance
        final, total_return, worst, exposed = curve_figures(record.curve, initial)
        closed, still_open, win_rate, factor = trade_figures(self._trades)
        return Statistics(
            initial_balance=initial,
            final_equity=final,
            total_return=total_return,
            max_drawdown=worst,
            sharpe=sharpe_ratio(record.curve, initial),
            exposure_time=exposed,
            trades=closed,
            open_trades=still_open,
            win_rate=win_rate,
            profit_factor=factor,
            executions=len(record.executions),
            commission=sum(each.commission or 0.0 for each in record.executions),
            rejections=len(record.rejections),
            liquidations=record.liquidations,
            ambiguous_bars=record.ambiguous_bars,
            bars=record.bars,
        )

    @cached_property
    def executions(self) -> pd.DataFrame:
        """All fills, in the order of the events."""
        return to_pandas(self.record.executions, Execution)

    @cached_property
    def orders(self) -> pd.DataFrame:
        """All orders in their last states, in the order of placing."""
        return to_pandas(self.record.orders, PlacedOrder)

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """All changes of cash."""
        return to_pandas(self.record.ledger, CashLine)

    @cached_property
    def rejections(self) -> pd.DataFrame:
        """All rejected commands."""
        return to_pandas(self.record.rejections, Rejection)

    @cached_property
    def trades(self) -> pd.DataFrame:
        """All positions, each from its opening until it was flat; see `Trade`."""
        return to_pandas(self._trades, Trade)

    @cached_property
    def equity(self) -> pd.DataFrame:
        """The equity, the balance, the exposure and the drawdown, by `time`.

        A row is an instant at which a bar closed. The last row is the end."""
        curve = self.record.curve
        columns = {
            "equity": curve.equity,
            "balance": curve.balance,
            "exposure": curve.exposure,
            "drawdown": drawdown(curve.equity),
        }
        pandas = import_library("pandas", extra="pandas")
        index = to_timestamps(curve.time).rename("time")
        frame: pd.DataFrame = pandas.DataFrame(columns, index=index)
        return frame

    def returns(self, period: str = "1D") -> pd.Series[float]:
        """Return the simple return of each period in which there was a bar.

        The index has the beginnings of the periods in UTC, without a time zone. quantstats and
        similar libraries take this form. `period` is an offset alias of pandas."""
        equity = self.equity["equity"].tz_localize(None)
        closes = equity.resample(period).last().dropna()
        before = closes.shift(fill_value=self.record.initial_balance)
        return (closes / before - 1.0).rename("returns")

    def save(self, folder: str | Path) -> None:
        """Write each table as a Parquet file, and `run.json` with the parameters, the terms, the
        hash of the data and the statistics. Needs pandas and pyarrow."""
        import_library("pyarrow", extra="parquet")  # pandas writes with it
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name in TABLES:
            table: pd.DataFrame = getattr(self, name)
            table = table.reset_index() if name == "equity" else table
            table.to_parquet(folder / f"{name}.parquet", engine="pyarrow")
        (folder / "run.json").write_text(json.dumps(self._description(), indent=2) + "\n")

    def report(self, path: str | Path) -> None:
        """Write one HTML file with the statistics, and with charts of the equity, the drawdown and
        the executions. The file needs no network. Needs the extra `report`."""
        from trading_api_client.strategy.report import write_report

        write_report(self, Path(path))

    @cached_property
    def _trades(self) -> list[Trade]:
        return round_trips(self.record.executions)

    def _description(self) -> dict[str, Any]:
        record = self.record
        names = (
            "strategy",
            "parameters",
            "account_id",
            "currency",
            "data",
            "data_hash",
            "terms",
            "seed",
            "path",
            "start_ms",
            "end_ms",
        )
        described = {name: getattr(record, name) for name in names}
        described["statistics"] = self.statistics
        plain: dict[str, Any] = json.loads(msgspec.json.encode(described, enc_hook=str))
        return plain
