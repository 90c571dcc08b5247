"""Opens the sessions of a backtest: one for each run, all on the same data."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from trading_api.backtest.session import BacktestSession
from trading_api.backtest.session_factory import (
    ConfigurationError,
    IntrabarPath,
    backtest_settings,
    create_session,
    create_simulated_session,
    data_hash,
    read_recording,
)
from trading_api_client.strategy.frame_bars import explain, write_bars

Instant = int | str | datetime


class SessionSource(Protocol):
    """Opens sessions. `description` describes the data for people, and `path` is the assumed order
    of prices within a bar."""

    description: str
    path: IntrabarPath

    def open(self) -> BacktestSession:
        """Return a session with a new account, at the beginning of the data. Raises
        ConfigurationError."""
        ...

    @property
    def data_hash(self) -> str:
        """The SHA-256 of the data."""
        ...


class RecordedSessions:
    """Opens sessions on recorded data, which is read once. Implements SessionSource."""

    def __init__(
        self,
        data: str | Path | Mapping[str, Any],
        terms: Mapping[str, object],
        start: Instant | None,
        end: Instant | None,
        account: str,
        path: IntrabarPath,
    ) -> None:
        _check_data(data)
        self.path = path
        self.description = (
            ", ".join(data) + " (DataFrames)" if isinstance(data, Mapping) else str(data)
        )
        self._data = data
        self._terms = terms
        self._period = start, end
        self._account = account

    def open(self) -> BacktestSession:
        return create_session(
            self._recording, self._terms, *self._period, self._account, path=self.path
        )

    @cached_property
    def data_hash(self) -> str:
        return data_hash(self.open().source)

    @cached_property
    def _recording(self) -> Any:
        settings = backtest_settings(self._terms)
        if not isinstance(self._data, Mapping):
            return read_recording(self._data, settings)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "DataFrames.csv"
            write_bars(self._data, path)
            try:
                return read_recording(path, settings)
            except ConfigurationError as error:
                raise ValueError(explain(str(error), self._data)) from None


class SimulatedSessions:
    """Opens sessions on the simulated market of a seed, whose ticks need no assumed path.
    Implements SessionSource."""

    path: IntrabarPath = "nearer"

    def __init__(
        self, seed: int, terms: Mapping[str, object], start: Instant, end: Instant, account: str
    ) -> None:
        self.description = f"simulator, seed {seed}"
        self._seed = seed
        self._terms = terms
        self._period = start, end
        self._account = account

    def open(self) -> BacktestSession:
        return create_simulated_session(self._seed, *self._period, self._terms, self._account)

    @cached_property
    def data_hash(self) -> str:
        return data_hash(self.open().source)


def _check_data(data: object) -> None:
    if not isinstance(data, str | Path | Mapping):
        kind = type(data).__name__
        raise TypeError(f"The data is a {kind}; pass a path, or {{'AAPL': a DataFrame}}.")
