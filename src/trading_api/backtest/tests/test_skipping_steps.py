"""A backtest that skips quotes has the updates and the events of one that makes every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.kit.backtest_script import ScriptWriter, session_records
from tests.kit.recorded_markets import random_series
from tests.kit.stepped_market import START_MS
from trading_api.backtest import AccountUpdate, BacktestSession
from trading_api.backtest.session_factory import backtest_settings
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.storage.bar_series import BarSeries

HOUR_MS, DAY_MS = 3_600_000, 86_400_000


def minutes(symbol: str, seed: int, **options: Any) -> BarSeries:
    return random_series(symbol, seed, first_ms=START_MS, **({"rows": 300} | options))


def one(seed: int) -> list[BarSeries]:
    return [minutes("ONE", seed)]


def with_gaps(seed: int) -> list[BarSeries]:
    return [minutes("ONE", seed, gaps=0.3), minutes("TWO", seed + 1, gaps=0.1, offset_ms=7_000)]


def in_sessions(seed: int) -> list[BarSeries]:
    return [
        minutes("ONE", seed, rows=1_600, session="0100-0230", currency="EUR"),
        minutes("EURUSD", seed + 1, rows=1_600, gaps=0.7, price=10_950, price_scale=10_000),
    ]


def inverse_pair(seed: int) -> list[BarSeries]:
    return [
        minutes("ONE", seed, currency="CHF"),
        minutes("USDCHF", seed + 1, currency="CHF", price=9_000, price_scale=10_000),
    ]


def of_seconds(seed: int) -> list[BarSeries]:
    return [minutes("ONE", seed, step_ms=1_000, rows=1_000, session="0000-0015")]


def of_days(seed: int) -> list[BarSeries]:
    return [minutes("ONE", seed, step_ms=DAY_MS, rows=200, session="0930-1600:23456")]


Market = Callable[[int], list[BarSeries]]
MARKETS = [one, with_gaps, in_sessions, inverse_pair, of_seconds, of_days]
SETTINGS: list[dict[str, Any]] = [
    {},
    {"SLIPPAGE_TICKS": 2, "ORDER_LATENCY_MS": 900, "COMMISSION_TAKER_BPS": 3},
    {
        "LEVERAGE_DEFAULT": 50,
        "INITIAL_BALANCE": 700,
        "MARGIN_WARNING_LEVELS": "400,300,200,120",
        "MAINTENANCE_RATIO": "0.9",
    },
]


@pytest.mark.parametrize(("number", "market"), list(enumerate(MARKETS)))
def test_skipping_changes_no_update_and_no_event(number: int, market: Market) -> None:
    compare(market, SETTINGS[number % len(SETTINGS)], seed=number)


def test_skipping_changes_no_margin_call() -> None:
    kinds = compare(one, SETTINGS[2], seed=11)
    assert {
        "marginLevelCrossed",
        "orderTrailed",
        "orderSuspended",
        "orderModified",
    } <= kinds.keys(), kinds


def compare(market: Market, values: dict[str, Any], seed: int) -> Counter[str]:
    """Run the same strategy with and without skipping, and return the kinds of its events."""
    print(f"seed {seed}")
    series = market(seed)
    runs = [_run(series, values, seed, skips=skips) for skips in (False, True)]
    for slow, fast in zip(*runs, strict=False):
        assert slow == fast
    assert len(runs[0]) == len(runs[1])
    return Counter(each.entry.type for each in runs[0] if isinstance(each, AccountUpdate))


def _run(series: list[BarSeries], values: dict[str, Any], seed: int, *, skips: bool) -> list[Any]:
    """Return everything that a random strategy sees."""
    recording = Recording(series)
    settings = backtest_settings(values)
    source = Replay(recording, recording.start_ms)
    session = BacktestSession(source, settings, "A", recording.end_ms, skips=skips)
    symbols, chance = [each.instrument.symbol for each in series], Random(seed)
    for symbol in symbols:
        resolutions = session.instrument(symbol).resolutions
        for resolution in dict.fromkeys([resolutions[0], chance.choice(resolutions)]):
            session.subscribe_bars(symbol, resolution)
    if chance.random() < 0.2:
        session.subscribe_quotes(symbols[0])
    writer = ScriptWriter(session, symbols, seed)
    seen: list[Any] = []
    while (update := session.advance()) is not None:
        seen.append((session.now_ms, update) if not isinstance(update, AccountUpdate) else update)
        if chance.random() < 0.12:
            for _ in range(chance.randrange(4)):
                writer.command()
                seen.append(writer.script.answers[-1])
            symbol = chance.choice(symbols)
            resolution = chance.choice(session.instrument(symbol).resolutions)
            history = session.history_columns(symbol, resolution, chance.randrange(1, 40))
            seen.append([each.tolist() for each in (history.time, history.close, history.volume)])
            seen.append(session.quote(symbol))
            seen.append(session.account.equity())
        elif chance.random() < 0.01:
            session.advance_to(session.now_ms + chance.randrange(HOUR_MS // 2))
            seen.append(session.now_ms)
    return [*seen, session.now_ms, session_records(session)]
