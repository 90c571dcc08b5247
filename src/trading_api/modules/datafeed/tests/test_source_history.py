"""Windows of stored quotes and trades."""

from __future__ import annotations

from itertools import islice

import pytest

from trading_api.domain.trade_tape import TradeTape
from trading_api.errors import Invalid
from trading_api.modules.datafeed.simulator.price_tree import TICK_MS
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.modules.datafeed.source_history import SourceHistory
from trading_api.modules.datafeed.tests.fakes import NOON_MS

SOURCE = Simulator(seed=7, clock=lambda: NOON_MS)
HISTORY = SourceHistory(SOURCE)
QUOTES = list(islice(SOURCE.quote_history("AAPL"), 3_000))[::-1]


@pytest.mark.parametrize(("start", "end", "limit"), [(100, 200, 500), (1_000, 2_500, 600)])
async def test_a_window_of_quotes_holds_the_newest_ones_in_order(
    start: int, end: int, limit: int
) -> None:
    quotes = await HISTORY.quotes("AAPL", QUOTES[start].time_ms, QUOTES[end].time_ms, limit)
    assert quotes == QUOTES[start:end][-limit:]


async def test_trades_are_those_of_the_tape() -> None:
    tape = TradeTape([])
    expected = [trade for quote in QUOTES if (trade := tape.read(quote))]
    start_ms, end_ms = QUOTES[1_500].time_ms, QUOTES[2_900].time_ms
    trades = await HISTORY.trades("AAPL", start_ms, end_ms, 10_000)
    assert trades
    assert trades == [each for each in expected if start_ms <= each.time_ms < end_ms]
    assert await HISTORY.trades("AAPL", start_ms, end_ms, 7) == trades[-7:]


async def test_a_window_without_quotes_is_empty() -> None:
    assert not await HISTORY.quotes("AAPL", NOON_MS + 1, NOON_MS + 2, 10)
    assert not await HISTORY.trades("AAPL", NOON_MS, NOON_MS, 10)


async def test_the_oldest_of_a_window_are_read_from_its_start() -> None:
    start_ms, end_ms = QUOTES[1_000].time_ms, QUOTES[2_500].time_ms
    quotes = await HISTORY.quotes("AAPL", start_ms, end_ms, 600, oldest=True)
    assert quotes == QUOTES[1_000:1_600]
    every = await HISTORY.trades("AAPL", start_ms, end_ms, 10_000)
    assert await HISTORY.trades("AAPL", start_ms, end_ms, 7, oldest=True) == every[:7]


async def test_the_end_of_a_window_may_be_long_ago() -> None:
    history, end_ms = SourceHistory(SOURCE, quotes_read_max=100), NOON_MS - 10**9 * TICK_MS
    quotes = await history.quotes("AAPL", 0, end_ms, 10)
    assert [each.time_ms for each in quotes] == [
        end_ms - TICK_MS * number - 1 for number in range(9, -1, -1)
    ]


async def test_a_window_of_too_many_quotes_is_refused() -> None:
    history = SourceHistory(SOURCE, quotes_read_max=1_000)
    start_ms, end_ms = NOON_MS - 1_001 * TICK_MS, NOON_MS
    with pytest.raises(Invalid, match="1000 quotes"):
        await history.quotes("AAPL", start_ms, end_ms, 10_000)
    with pytest.raises(Invalid, match="1000 quotes"):
        await history.trades("AAPL", start_ms, end_ms, 10_000, oldest=True)
