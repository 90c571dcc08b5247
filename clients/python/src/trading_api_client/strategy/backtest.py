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
    market, or a mapping of symbols to DataFrames of pandas or polars. `settings` are settings of the
    server by the names of their environment variables, such as SLIPPAGE_TICKS or
    COMMISSION_TAKER_BPS. What is before `start` is history. Every run begins with a new account.
    Between its open and its close a bar reaches the extreme that is nearer to the open first, or
    with the `path` "opposite" the other one.
    `progress` shows a bar on a terminal. Needs the extra `backtest`."""

    def __init__(
        self,
        data: str | Path | Mapping[str, Any],
        settings: Mapping[str, object] | None = None,
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
            data, settings or {}, start, end, account, path
        )
        self._settings = dict(settings or {})
        self._progress = progress

    @classmethod
    def simulator(
        cls,
        seed: int = 7,
        *,
        start: Instant,
        end: Instant,
        settings: Mapping[str, object] | None = None,
        account: str = ACCOUNT,
        progress: bool = True,
    ) -> Self:
        """Return a backtest on the simulated market of a seed."""
        import_library("trading_api", "backtest")
        from trading_api_client.strategy.session_source import SimulatedSessions

        backtest = cls.__new__(cls)
        backtest._sessions = SimulatedSessions(seed, settings or {}, start, end, account)
        backtest._settings = dict(settings or {})
        backtest._progress = progress
        return backtest

    def run(self, strategy_class: type[Strategy], **parameters: Any) -> Result:
        """Run a strategy to the end of the data, or until it calls `stop()`.

        Raises what a callback raises, after `on_stop`. Raises ApiError for a symbol or a resolution
        that the data do not have."""
        return self._run(strategy_class, parameters, self._progress)

    def sweep(
        self,
        strategy_class: type[Strategy],
        *,
        processes: int | None = None,
        **values: Iterable[Any],
    ) -> pd.DataFrame:
        """Run a strategy with every combination of the values, and return a table of the figures.

        A row has the parameters and the statistics of a run. The order is that of the arguments,
        and the last one changes fastest. `processes` is by default the number of processors. Needs
        pandas."""

        def run(parameters: Mapping[str, Any]) -> Statistics:
            return self._run(strategy_class, parameters, False).statistics

        _ = self._sessions.data_hash  # read the data before the processes begin, which share them
        return sweep(run, combinations(values), processes, self._progress)

    def session(self) -> InteractiveBacktest:
        """Return a new account at the beginning of the data, for a notebook or the REPL.

        `for bar in session.bars("AAPL", "1")` moves the market; the commands and the queries are
        those of a strategy."""
        from trading_api_client.strategy.interactive import InteractiveBacktest

        return InteractiveBacktest(self._sessions, self._settings)

    def _run(
        self, strategy_class: type[Strategy], parameters: Mapping[str, Any], progress: bool
    ) -> Result:
        from trading_api_client.strategy.backtest_run import BacktestRun

        run = BacktestRun(self._sessions, self._settings, strategy_class, parameters)
        return Result(run.run(progress))
