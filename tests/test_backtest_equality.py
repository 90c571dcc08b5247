"""A backtest and a server with the step clock have the same executions, orders, ledger and events,
byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest

from tests.kit.backtest_script import (
    BAR_MOVES_MS,
    TICK_MOVES_MS,
    ScriptWriter,
    on_server,
    server_executions,
    server_records,
    session_executions,
    session_records,
)
from tests.kit.recorded_markets import random_series
from tests.kit.server import serving
from tests.kit.stepped_market import START_MS
from trading_api.app_factory import create_app
from trading_api.backtest import BacktestSession
from trading_api.backtest.session_factory import backtest_settings
from trading_api.modules.datafeed.market.step_clock import SteppableSource
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.simulator.simulator import Simulator

ACCOUNT = "DEMO-ACCOUNT"
DAY_MS = 86_400_000
COSTS = {
    "SLIPPAGE_TICKS": 3,
    "ORDER_LATENCY_MS": 400,
    "COMMISSION_PER_UNIT": "0.01",
    "COMMISSION_TAKER_BPS": "2",
    "COMMISSION_MINIMUM": "0.5",
    "SESSION_WARNING_S": 1800,
}
LEVERED = {"LEVERAGE_DEFAULT": 20, "INITIAL_BALANCE": "2000", "MARGIN_WARNING_LEVELS": "300,150"}


def simulator() -> tuple[SteppableSource, int]:
    return Simulator(7, clock=lambda: START_MS), START_MS + DAY_MS


def recording() -> tuple[SteppableSource, int]:
    """Two sessions of a stock in euros, and the pair that converts them, round the clock."""
    acme = random_series(
        "ACME", 1, first_ms=START_MS, rows=2 * 1440, currency="EUR", session="0930-1600"
    )
    euro = random_series(
        "EURUSD", 2, first_ms=START_MS, rows=2 * 1440, price=10_950, price_scale=10_000
    )
    played = Recording([acme, euro])
    return Replay(played, played.start_ms), played.end_ms


Market = Callable[[], tuple[SteppableSource, int]]
CASES = [
    pytest.param(simulator, TICK_MOVES_MS, ["AAPL", "USDJPY", "BTCUSD"], {}, 1, id="simulator"),
    pytest.param(simulator, TICK_MOVES_MS, ["AAPL", "USDJPY"], COSTS, 2, id="simulator-costs"),
    pytest.param(recording, BAR_MOVES_MS, ["ACME", "EURUSD"], COSTS, 3, id="recording-costs"),
    pytest.param(recording, BAR_MOVES_MS, ["ACME"], LEVERED, 4, id="recording-levered"),
]
KINDS = {
    1: {"orderTriggered", "leverageSet", "commandBound"},
    2: {"orderArrived", "orderActivated", "orderTrailed", "orderRested", "orderCanceled"},
    3: {"orderModified", "orderSuspended"},
    4: {"marginLevelCrossed", "notificationRaised"},
}
"""What happens in each case, by its seed: a script that does less would compare nothing."""


@pytest.mark.parametrize(("market", "moves_ms", "symbols", "values", "seed"), CASES)
async def test_a_random_script_is_the_same_in_a_backtest_and_on_a_server(
    market: Market, moves_ms: Sequence[int], symbols: list[str], values: dict[str, Any], seed: int
) -> None:
    print(f"seed {seed}")
    stepped = {"DATAFEED_CLOCK": "step", "DATABASE_URL": "memory:", "COMMANDS_PER_S": 10_000.0}
    settings = backtest_settings(values | stepped)
    source, end_ms = market()
    session = BacktestSession(source, settings, ACCOUNT, end_ms)
    script = ScriptWriter(session, symbols, seed).run(28, moves_ms)
    api_app, _ = create_app(settings, market_source=market()[0])
    async with (
        serving(api_app) as address,
        httpx.AsyncClient(base_url=f"http://{address}", timeout=60) as rest,
    ):
        for step, answer in zip(script.steps, script.answers, strict=True):
            assert await on_server(rest, ACCOUNT, *step) == answer, step
        assert await server_records(rest, ACCOUNT) == session_records(session)
        for symbol in symbols:
            executions = session_executions(session, symbol)
            assert await server_executions(rest, ACCOUNT, symbol) == executions
            assert executions != b"[]", symbol
    assert KINDS[seed] <= {each.type for each in session.events()}
