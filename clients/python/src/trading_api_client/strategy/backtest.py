"""Runs strategies on recorded or simulated data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

from trading_api_client.strategy.result import Result
from trading_api_client.strategy.statistics import Statistics
from trading_api_client.strategy.strategy import Strategy
from trading_api_client.strategy.sweep import combinations, sweep
from trading_api_client.tables import import_library

if TYPE_CHECKING:
    import pandas as pd

    from trading_api_client.strategy.interactive import InteractiveBacktest
    from trading_api_client.strategy.session_source import SessionSource

Instant: TypeAlias = int | str | datetime
"""Milliseconds since 1970, or a time such as "2026-01-05T14:30"; without a zone it is UTC."""

ACCOUNT = "BACKTEST"


class Backtest:
    """Runs strategies on data, on the server's own exchange.

    `data` is a folder of stored bars (DATA_DIR), a CSV or Parquet file, the folder of a recorded
    market, or a mapping of symbols to DataFrames of pandas or polars. `terms` has settings of
    the server by the names of their environment variables, such as SLIPPAGE_TICKS. Bars before
    `start` are history. Every run begins with a new account.

    `path` is the assumed order of prices within a bar. With "nearer", a bar first reaches the
    extreme nearer to its open, with "opposite" the other one. `progress` shows a progress bar on a
    terminal. Needs the extra `backtest`."""

    def __init__(
        self,
        data: str | Path | Mapping[str, Any],
        terms: Mapping[str, object] | None = None,
        *,
        start: Instant | None = None,
        end: Instant | None = None,
        account: str = ACCOUNT,
        path: Literal["nearer", "opposite"] = "nearer",
        progress: bool = True,
    ) -> None:
        import_library("trading_api", "backtest")
        from trading_api_client.strategy.session_source import RecordedSessions

        self._sessions: SessionSource = RecordedSessions(
            data, terms or {}, start, end, account, path
        )
        self._terms = dict(terms or {})
        self._progress = progress

    @classmethod
    def simulator(
        cls,
        seed: int = 7,
        *,
        start: Instant,
        end: Instant,
        terms: Mapping[str, object] | None = None,
        account: str = ACCOUNT,
        progress: bool = True,
    ) -> Self:
        """Return a backtest on the simulated market with this seed, from `start` to `end`."""
        import_library("trading_api", "backtest")
        from trading_api_client.strategy.session_source import SimulatedSessions

        backtest = cls.__new__(cls)
        backtest._sessions = SimulatedSessions(seed, terms or {}, start, end, account)
        backtest._terms = dict(terms or {})
        backtest._progress = progress
        return backtest

    def run(self, strategy_class: type[Strategy], **parameters: Any) -> Result:
        """Run a strategy to the end of the data, or until it calls `stop()`, and return the result.

        Raises the exception of a callback, after `on_stop`. Raises Refused for a symbol or a
        resolution that the data does not have."""
        return self._run(strategy_class, parameters, self._progress)

    def sweep(
        self,
        strategy_class: type[Strategy],
        *,
        processes: int | None = None,
        **values: Iterable[Any],
    ) -> pd.DataFrame:
        """Run a strategy with every combination of the values, and return a table of the figures.

        A row has the parameters and the statistics of a run. The rows have the order of the
        arguments, and the last argument changes fastest. `processes` is by default the number of
        processors. Needs pandas."""

        def run(parameters: Mapping[str, Any]) -> Statistics:
            return self._run(strategy_class, parameters, False).statistics

        _ = self._sessions.data_hash  # read the data before the processes begin, which share them
        return sweep(run, combinations(values), processes, self._progress)

    def session(self) -> InteractiveBacktest:
        """Return a session with a new account at the beginning of the data, for a notebook or the
        REPL.

        `for bar in session.bars("AAPL", "1")` moves the market. The session has the commands and
        the queries of a strategy."""
        from trading_api_client.strategy.interactive import InteractiveBacktest

        return InteractiveBacktest(self._sessions, self._terms)

    def _run(
        self, strategy_class: type[Strategy], parameters: Mapping[str, Any], progress: bool
    ) -> Result:
        from trading_api_client.strategy.backtest_run import BacktestRun

        run = BacktestRun(self._sessions, self._terms, strategy_class, parameters)
        return Result(run.run(progress))
