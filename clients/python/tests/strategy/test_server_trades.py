"""A backtest reports the trades and the figures that the server states of the same executions."""

from __future__ import annotations

import math
import random

import pytest
from msgspec import convert

from tests.kit.paper_exchange import A, PaperExchange, running
from trading_api.models.broker.performance import PerformanceStatistics
from trading_api_client.models import Execution
from trading_api_client.strategy.statistics import trade_figures
from trading_api_client.strategy.trades import Trade, round_trips


async def test_trades_and_figures_are_those_of_the_server() -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    async with running() as exchange:
        position = 0
        for number in range(120):
            move(exchange, chance.randrange(9_000, 11_000) / 100)
            signed = chance.choice([1, -1]) * chance.randrange(1, 20)
            if number % 12 == 11 and position:  # most positions of a random walk never end
                signed = -position
            position += signed
            await exchange.place(side=1 if signed > 0 else -1, qty=float(abs(signed)))
        trades, statistics = await compare_trades(exchange)
    assert statistics.total.trades > 5
    compare_figures(trades, statistics)


@pytest.mark.parametrize("exits", [[], [110.0], [90.0], [110.0, 112.0]], ids=str)
async def test_figures_without_a_value_are_those_of_the_server(exits: list[float]) -> None:
    async with running() as exchange:
        for exit_price in exits:
            move(exchange, 100.0)
            await exchange.place(qty=2.0)
            move(exchange, exit_price)
            await exchange.place(side=-1, qty=2.0)
        trades, statistics = await compare_trades(exchange)
    assert statistics.total.trades == len(exits)
    compare_figures(trades, statistics)


def move(exchange: PaperExchange, price: float) -> None:
    exchange.market.move("AAPL", f"{price:.2f}", f"{price + 0.02:.2f}", size=10**6)


async def compare_trades(exchange: PaperExchange) -> tuple[list[Trade], PerformanceStatistics]:
    """Return the trades of a backtest with these executions, and the statistics of the server."""
    executions = [
        convert(each.model_dump(by_alias=True, exclude_none=True), Execution)
        for each in await exchange.queries.executions(A)
    ]
    trades = round_trips(executions)
    performance = exchange.queries.performance
    closed = sorted(await performance.trades(A, 1_000, None), key=lambda each: each.seq)
    own = sorted((each for each in trades if each.exitTime), key=lambda each: each.exitTime or 0)
    assert [(each.entryTime, each.exitTime, each.qty, each.side.value) for each in own] == [
        (each.entry_time, each.exit_time, each.qty, each.side.value) for each in closed
    ]
    for one, other in zip(own, closed, strict=True):
        assert one.netProfit == pytest.approx(other.net_profit)
        assert one.commission == pytest.approx(other.fees)
        assert (one.entryPrice, one.exitPrice) == pytest.approx(
            (other.entry_price, other.exit_price)
        )
    return trades, await performance.statistics(A, None, None)


def compare_figures(trades: list[Trade], statistics: PerformanceStatistics) -> None:
    count, open_count, win_rate, factor = trade_figures(trades)
    total = statistics.total
    assert (count, open_count) == (total.trades, statistics.open_trades.trades)
    assert win_rate == pytest.approx(number_or_nan(total.win_rate), nan_ok=True)
    assert factor == pytest.approx(number_or_nan(total.profit_factor), nan_ok=True)


def number_or_nan(value: float | None) -> float:
    return math.nan if value is None else value
