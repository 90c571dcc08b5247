"""A bar that reaches take-profit and stop is counted, and the opposite path fills the other one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from trading_api.backtest import create_session
from trading_api.backtest.session_factory import IntrabarPath
from trading_api.errors import ConfigurationError
from trading_api.models.broker import Execution, PreOrder

BARS = """time,open,high,low,close,volume
2026-01-05 10:00,100.00,100.05,99.95,100.00,4000
2026-01-05 10:01,100.00,100.05,99.95,100.00,4000
2026-01-05 10:02,100.00,{high},{low},100.00,4000
2026-01-05 10:03,100.00,100.05,99.95,100.00,4000
"""


def run(
    folder: Path, path: IntrabarPath, side: int = 1, high: str = "102.00", low: str = "98.50"
) -> tuple[int, list[Execution]]:
    """Place an order with brackets one and a half away, and play the bars."""
    file = folder / "ONE.csv"
    file.write_text(BARS.format(high=high, low=low))
    session = create_session(file, path=path)
    session.subscribe_bars("ONE", "1")
    session.advance()
    order = {"symbol": "ONE", "type": 2, "side": side, "qty": 1}
    brackets = {"takeProfit": 100 + side * 1.4, "stopLoss": 100 - side * 1.4}
    session.account.place_order(PreOrder.model_validate(order | brackets))
    while session.advance() is not None:
        pass
    return session.ambiguous_bars, session.account.executions()


@pytest.mark.parametrize("side", [1, -1])
def test_a_bar_that_reaches_both_brackets_is_counted(tmp_path: Path, side: int) -> None:
    count, (_, nearer) = run(tmp_path, "nearer", side)
    other, (_, opposite) = run(tmp_path, "opposite", side)
    assert count == other == 1
    # The low is nearer to the open than the high.
    stopped = 98.49 if side > 0 else 102.01
    taken = 101.4 if side > 0 else 98.6
    assert {nearer.price, opposite.price} == {stopped, taken}
    assert nearer.price < opposite.price


@pytest.mark.parametrize("path", ["nearer", "opposite"])
def test_a_bar_that_reaches_one_bracket_is_not_counted(tmp_path: Path, path: IntrabarPath) -> None:
    for high, low in (("101.40", "98.50"), ("102.00", "98.62")):
        count, executions = run(tmp_path, path, high=high, low=low)
        assert (count, len(executions)) == (0, 2)


def test_an_unknown_path_is_refused(tmp_path: Path) -> None:
    path: Any = "farther"
    with pytest.raises(ConfigurationError, match="nearer or opposite, not 'farther'"):
        run(tmp_path, path)
