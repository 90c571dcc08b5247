"""The record of a backtest, from which its result is calculated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from trading_api_client.models import CashLine, EquityData, Execution, PlacedOrder
from trading_api_client.strategy.equity_curve import EquityCurve, MarkSeries


class Rejection(Struct, frozen=True):
    """A command that the exchange rejected. `time` is in ms since 1970."""

    time: int
    command: str
    code: str
    message: str


class RunRecord(Struct, frozen=True, kw_only=True):
    """All that a run did, and all that it depends on.

    `terms` are the settings that were given. `data_hash` is the SHA-256 of the bars that were
    played, or of the simulator's seed and start. `path` is the assumed order of prices within a
    bar, and `ambiguous_bars` counts the bars whose result depends on it. `orders` are in their
    last state. Times are in ms since 1970."""

    strategy: str
    parameters: Mapping[str, Any]
    account_id: str
    currency: str
    data: str
    data_hash: str
    terms: Mapping[str, Any]
    seed: int
    path: str
    start_ms: int
    end_ms: int
    bars: int
    ambiguous_bars: int
    liquidations: int
    initial_balance: float
    final_equity: EquityData
    executions: Sequence[Execution]
    orders: Sequence[PlacedOrder]
    ledger: Sequence[CashLine]
    curve: EquityCurve
    marks: Mapping[str, MarkSeries]
    rejections: Sequence[Rejection]
