"""Withdrawals, and the settlement of a position whose symbol is gone, as clients see them."""

from __future__ import annotations

import pytest

from tests.kit.paper_exchange import LIMIT, SELL, A, rejection_of, running
from trading_api.modules.broker.journal.memory import MemoryJournal


async def test_a_position_in_a_symbol_that_is_gone_is_settled_and_frees_its_margin() -> None:
    journal = MemoryJournal()
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=10, takeProfit=110.0)
        await exchange.place(type=LIMIT, limitPrice=90.0)
    async with running(journal, symbols=()) as exchange:
        assert (await rejection_of(exchange.client.close_position(A, "AAPL", None)))[0] != 200
        assert exchange.queries.equity(A).used_margin
        for route in ("orders", "executions", "positions", "position-pl", "equity"):
            await exchange.subscribe(route, A)
        await exchange.client.settle(A, "AAPL", 60.0)
        assert exchange.routes()[-2:] == ["positions", "equity"]
        assert [data["status"] for data in exchange.published("orders")] == [1, 1]
        assert exchange.published("executions") == []
        *_, closed = exchange.published("positions")
        assert (closed["id"], closed["qty"], closed["side"]) == ("AAPL", 0.0, 1)
        equity = exchange.published("equity")[-1]
        assert (equity["balance"], equity["realizedPL"], equity["usedMargin"]) == (
            99_600.0,
            -400.0,
            0.0,
        )
        *_, event = await exchange.queries.events(A, 0, 100)
        assert (event.type, event.symbol, event.price) == ("positionSettled", "AAPL", 60.0)
        assert event.positions is not None
        assert [(each.symbol, each.qty) for each in event.positions] == [("AAPL", 0.0)]
        *_, line = await exchange.queries.cash_lines(A, None, 100)
        assert (line.kind, line.amount, line.symbol) == ("settlement", -400.0, "AAPL")
    async with running(journal) as exchange:
        await exchange.broker.load(A)
        assert exchange.queries.positions(A) == []
        assert exchange.queries.equity(A).balance == 99_600.0


async def test_a_settlement_of_a_known_symbol_converts_at_the_present_rate() -> None:
    async with running() as exchange:
        exchange.market.move("USDJPY", "150.000", "150.000")
        exchange.market.move("NIKKEI", "30000.00", "30000.00")
        await exchange.place(symbol="NIKKEI", side=SELL, qty=1)
        exchange.market.move("USDJPY", "100.000", "100.000")
        await exchange.client.settle(A, "NIKKEI", 29_000.0)
        assert exchange.queries.equity(A).balance == pytest.approx(100_010.0)


async def test_a_settlement_opens_no_account() -> None:
    async with running() as exchange:
        rejected = await rejection_of(exchange.client.settle("NEW", "AAPL", 1.0))
        assert rejected[:2] == (404, "position_not_found")
        assert "NEW" not in [each.id for each in await exchange.queries.accounts(None)]


async def test_a_withdrawal_is_published_and_leaves_margin_alone() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=10)
        await exchange.subscribe("equity", A)
        free = exchange.queries.equity(A).free_margin
        assert free is not None
        status, code, sentence = await rejection_of(exchange.client.withdraw(A, free + 0.01))
        assert (status, code) == (409, "insufficient_funds")
        assert f"{free:.2f}" in sentence
        await exchange.client.withdraw(A, free)
        (equity,) = exchange.published("equity")
        assert equity["freeMargin"] == pytest.approx(0.0)
        *_, event = await exchange.queries.events(A, 0, 100)
        assert (event.type, event.balance) == ("cashWithdrawn", equity["balance"])
        *_, line = await exchange.queries.cash_lines(A, None, 100)
        assert (line.kind, line.amount) == ("withdrawal", -free)
