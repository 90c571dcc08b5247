"""Liquidations that follow from the prices of several symbols, and from conversion rates."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.kit.paper_exchange import BUY, SELL, A, PaperExchange, running
from trading_api.modules.broker.journal.memory import MemoryJournal


@pytest.mark.parametrize(
    ("symbol", "price", "left"),
    [
        ("NIKKEI", "9400", 1),
        ("NIKKEI", "9300", 0),
        ("USDJPY", "80", 1),
        ("USDJPY", "125", 1),
    ],
)
async def test_position_in_another_currency_is_liquidated_by_its_price(
    symbol: str, price: str, left: int
) -> None:
    async with running(leverage_default=10, initial_balance=1000) as exchange:
        exchange.market.move("USDJPY", "100", "100")
        exchange.market.move("NIKKEI", "10000", "10000")
        await exchange.place(symbol="NIKKEI", qty=90)
        for moved, to in ((symbol, price), ("NIKKEI", price if symbol == "NIKKEI" else "10000")):
            exchange.market.move(moved, to, to)
            await exchange.client.flush()
        assert len(exchange.queries.positions(A)) == left


async def test_position_is_liquidated_by_the_rate_at_the_next_quote_of_its_symbol() -> None:
    async with running(leverage_default=10, initial_balance=1000) as exchange:
        exchange.market.move("USDJPY", "100", "100")
        exchange.market.move("NIKKEI", "10000", "10000")
        await exchange.place(symbol="NIKKEI", side=SELL, qty=90)
        for symbol, price, left in (
            ("NIKKEI", "10550", 1),
            # The loss of 495 becomes 643; 550 is what the account may lose.
            ("USDJPY", "77", 1),
            ("NIKKEI", "10550", 0),
        ):
            exchange.market.move(symbol, price, price)
            await exchange.client.flush()
            assert len(exchange.queries.positions(A)) == left


async def test_winner_that_loses_its_price_counts_at_its_cost() -> None:
    async with running(leverage_default=10, initial_balance=1000) as exchange:
        for symbol in ("AAPL", "MSFT"):
            exchange.market.move(symbol, "100.00", "100.00")
        await exchange.place(symbol="AAPL", side=SELL, qty=45)
        await exchange.place(symbol="MSFT", side=BUY, qty=45)
        exchange.market.move("AAPL", "70.00", "70.00")
        exchange.market.move("MSFT", "80.00", "80.00")
        await exchange.client.flush()
        assert len(exchange.queries.positions(A)) == 2
        exchange.market.move("AAPL", "70.00", "0")
        await exchange.client.flush()
        exchange.market.move("MSFT", "80.00", "80.00")
        await exchange.client.flush()
        assert [position.symbol for position in exchange.queries.positions(A)] == ["AAPL"]


@pytest.mark.parametrize(
    ("is_known", "price", "left"),
    [(True, "94", 1), (True, "93", 0), (False, "94", 1), (False, "93", 0)],
)
async def test_recovered_position_is_liquidated_by_the_first_quote_that_demands_it(
    is_known: bool, price: str, left: int
) -> None:
    journal = MemoryJournal()
    settings: dict[str, Any] = {"leverage_default": 10, "initial_balance": 1000}
    async with running(journal, **settings) as exchange:
        exchange.market.move("AAPL", "100", "100")
        await exchange.place(qty=90)
    exchange = PaperExchange(journal, **settings)
    if is_known:
        exchange.market.move("AAPL", "100", "100")
    await exchange.client.start()
    task = asyncio.create_task(exchange.client.run())
    exchange.market.move("AAPL", price, price)
    await exchange.client.flush()
    assert len(exchange.queries.positions(A)) == left
    task.cancel()
