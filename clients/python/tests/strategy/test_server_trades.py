"""A backtest reports the trades and the figures that the server states of the same executions."""

from __future__ import annotations

import random

import pytest
from msgspec import convert

from tests.kit.paper_exchange import A, running
from trading_api_client.models import Execution
from trading_api_client.strategy.statistics import trade_figures
from trading_api_client.strategy.trades import round_trips


async def test_trades_and_figures_are_those_of_the_server() -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    async with running() as exchange:
        position = 0
        for number in range(120):
            price = chance.randrange(9_000, 11_000) / 100
            exchange.market.move("AAPL", f"{price:.2f}", f"{price + 0.02:.2f}", size=10**6)
            signed = chance.choice([1, -1]) * chance.randrange(1, 20)
            if number % 12 == 11 and position:  # most positions of a random walk never end
                signed = -position
            position += signed
            await exchange.place(side=1 if signed > 0 else -1, qty=float(abs(signed)))
        executions = [
            convert(each.model_dump(by_alias=True, exclude_none=True), Execution)
            for each in await exchange.queries.executions(A)
        ]
        trades = round_trips(executions)
        performance = exchange.queries.performance
        closed = sorted(await performance.trades(A, 1_000, None), key=lambda each: each.seq)
        statistics = await performance.statistics(A, None, None)
    own = sorted((each for each in trades if each.exitTime), key=lambda each: each.exitTime or 0)
    assert len(own) > 5
    assert [(each.entryTime, each.exitTime, each.qty, each.side.value) for each in own] == [
        (each.entry_time, each.exit_time, each.qty, each.side.value) for each in closed
    ]
    for one, other in zip(own, closed, strict=True):
        assert one.netProfit == pytest.approx(other.net_profit)
        assert one.commission == pytest.approx(other.fees)
        assert (one.entryPrice, one.exitPrice) == pytest.approx(
            (other.entry_price, other.exit_price)
        )
    count, open_count, win_rate, factor = trade_figures(trades)
    total = statistics.total
    assert (count, open_count) == (total.trades, statistics.open_trades.trades)
    assert win_rate == pytest.approx(total.win_rate)
    assert factor == pytest.approx(total.profit_factor)
