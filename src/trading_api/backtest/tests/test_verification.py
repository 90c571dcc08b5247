"""A paper account is run again from its ledger, and the first execution that differs is named."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tests.kit.backtest_script import BAR_MOVES_MS, TICK_MOVES_MS, ScriptWriter
from tests.kit.recorded_markets import random_series
from tests.kit.stepped_market import START_MS
from trading_api.backtest import BacktestSession
from trading_api.backtest.session_factory import backtest_settings
from trading_api.backtest.verification import VerifiedPeriod, verify_account
from trading_api.backtest.verify_command import verify
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.engine.events import OrderFilled
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.simulator.simulator import Simulator

COSTS = {"SLIPPAGE_TICKS": 2, "ORDER_LATENCY_MS": 400, "COMMISSION_TAKER_BPS": 3}
LEVERED = {"LEVERAGE_DEFAULT": 50, "INITIAL_BALANCE": 700, "MARGIN_WARNING_LEVELS": "300,150"}
SYMBOLS = ["ONE", "TWO"]
RECORDING = Recording(
    [random_series(name, n, first_ms=START_MS, rows=900) for n, name in enumerate(SYMBOLS)]
)


def replayed(values: dict[str, Any]) -> BacktestSession:
    source = Replay(RECORDING, RECORDING.start_ms)
    return BacktestSession(source, backtest_settings(values), "A", RECORDING.end_ms)


def simulated(values: dict[str, Any]) -> BacktestSession:
    source = Simulator(7, clock=lambda: START_MS)
    return BacktestSession(source, backtest_settings(values), "A", START_MS + 3_600_000)


def recorded(seed: int, values: dict[str, Any], moves: int = 100) -> Sequence[JournalEntry]:
    session = replayed(values)
    ScriptWriter(session, SYMBOLS, seed).run(moves, BAR_MOVES_MS)
    return session.events()


@pytest.mark.parametrize(("seed", "values"), [(1, {}), (22, COSTS), (3, LEVERED)])
def test_a_random_account_of_a_recording_is_the_same_in_a_re_run(
    seed: int, values: dict[str, Any]
) -> None:
    print(f"seed {seed}")
    entries = recorded(seed, values)
    period = verify_account(replayed(values), entries)
    assert period.difference is None
    assert period.executions == sum(isinstance(each.event, OrderFilled) for each in entries) > 5


@pytest.mark.parametrize("seed", [1])
def test_a_random_account_of_the_simulator_is_the_same_in_a_re_run(seed: int) -> None:
    print(f"seed {seed}")
    session = simulated(COSTS)
    ScriptWriter(session, ["AAPL", "USDJPY"], seed).run(60, TICK_MOVES_MS)
    period = verify_account(simulated(COSTS), session.events())
    assert (period.difference, period.executions > 3) == (None, True)


def test_the_first_execution_that_differs_is_named() -> None:
    entries = list(recorded(1, {}))
    fills = [n for n, each in enumerate(entries) if isinstance(each.event, OrderFilled)]
    number = fills[3]
    entry = entries[number]
    assert isinstance(entry.event, OrderFilled)
    price = entry.event.execution.price + Decimal("0.01")
    execution = msgspec.structs.replace(entry.event.execution, price=price)
    changed = msgspec.structs.replace(entry.event, execution=execution)
    entries[number] = msgspec.structs.replace(entry, event=changed)
    period = verify_account(replayed({}), entries)
    assert period.executions == 3
    assert period.difference is not None
    assert execution.id in period.difference
    assert f"{price:f}" in period.difference


def test_other_terms_differ() -> None:
    period = verify_account(replayed({"COMMISSION_PER_UNIT": 1}), recorded(1, {}))
    assert period.executions == 0
    assert "commission" in str(period.difference)


def test_an_account_without_its_first_events_cannot_be_run_again() -> None:
    with pytest.raises(ConfigurationError, match="The events before number 3 were removed"):
        verify_account(replayed({}), recorded(1, {})[2:])


def test_an_empty_account_is_the_same() -> None:
    assert verify_account(replayed({}), []) == VerifiedPeriod(0, 0)


@pytest.mark.parametrize(
    ("values", "account", "reason"),
    [
        ({}, "A", "DATAFEED_CLOCK=step"),
        ({"DATAFEED_CLOCK": "step"}, "LIVE-1", "LIVE-1 is a live account"),
        ({"DATAFEED_CLOCK": "step", "DATABASE_URL": "memory:"}, None, "memory:"),
    ],
)
def test_what_cannot_be_run_again_is_refused(
    values: dict[str, Any], account: str | None, reason: str
) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        verify(backtest_settings(values), account)
