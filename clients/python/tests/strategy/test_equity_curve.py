"""The equity over time, from fills, cash and prices."""

from __future__ import annotations

import numpy as np
import pytest

from clients.python.tests.strategy.records import HOUR_MS, START_MS, execution, record
from trading_api_client.strategy.equity_curve import MarkSeries, drawdown, equity_curve

FILLS = [execution(1, 10, 100), execution(3, -10, 104, netAmount=39.0)]


def test_equity_is_cash_and_what_positions_would_yield() -> None:
    curve = record(FILLS, [99, 100, 102, 104, 90]).curve
    assert curve.balance.tolist() == [1_000, 999, 999, 1_038, 1_038]
    assert curve.equity.tolist() == [1_000, 999, 1_019, 1_038, 1_038]
    assert curve.exposure.tolist() == [0, 1_000, 1_020, 0, 0]


@pytest.mark.parametrize(("sign", "price"), [(1, 101.5), (-1, 102.25)])
def test_a_position_is_valued_at_the_side_that_would_close_it(sign: int, price: float) -> None:
    times = START_MS + HOUR_MS * np.arange(3)
    marks = {"AAPL": MarkSeries(times, np.array([100.0, 100.0, 102.0]), 0.5, 0.25)}
    curve = equity_curve(times, 1_000.0, [], [execution(1, sign * 10, 100)], marks)
    assert curve.equity[-1] == 1_000 + sign * 10 * (price - 100)


def test_a_foreign_profit_is_converted_at_the_rate_of_each_instant() -> None:
    times = START_MS + HOUR_MS * np.arange(3)
    marks = {"AAPL": MarkSeries(times, np.array([1.0, 2.0, 3.0]), rate=np.array([1.0, 0.5, 0.25]))}
    curve = equity_curve(times, 0.0, [], [execution(0, 8, 1)], marks)
    assert curve.equity.tolist() == [0, 4, 4]
    assert curve.exposure.tolist() == [8, 8, 6]


def test_a_symbol_without_prices_is_valued_at_its_last_fill() -> None:
    times = START_MS + HOUR_MS * np.arange(3)
    fills = [execution(0, 1, 10, symbol="MSFT"), execution(2, 1, 16, symbol="MSFT")]
    assert equity_curve(times, 0.0, [], fills, {}).equity.tolist() == [0, 0, 6]


def test_the_drawdown_is_the_distance_from_the_highest_value() -> None:
    assert drawdown(np.array([100.0, 75, 120, 60])).tolist() == [0, 0.25, 0, 0.5]
    assert drawdown(np.array([])).tolist() == []
