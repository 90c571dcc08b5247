"""Which accounts exist: opened by a command, recovered from the journal, discarded if unused."""

from __future__ import annotations

import pytest

from tests.kit.paper_exchange import LIMIT, A, running
from trading_api.errors import ApiError
from trading_api.modules.broker.journal.memory import MemoryJournal


async def test_reading_opens_no_account_and_shows_a_new_one() -> None:
    journal = MemoryJournal()
    async with running(journal) as exchange:
        assert exchange.queries.account("NEW").model_dump() == {
            "id": "NEW",
            "name": "NEW",
            "type": "demo",
            "kind": "paper",
            "currency": "USD",
        }
        (equity,) = await exchange.subscribe("equity", "NEW")
        assert equity.model_dump()["equity"] == 100_000.0
        assert list(await exchange.queries.orders("NEW")) == []
        with pytest.raises(ApiError):
            await exchange.client.cancel_order("NEW", "order-1")
    assert [entry async for entry in journal.load()] == []


async def test_accounts_continue_where_the_journal_ends() -> None:
    journal = MemoryJournal()
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=5)
        await exchange.place(type=LIMIT, limitPrice=90.0)
        before = list(await exchange.queries.orders(A)), exchange.queries.positions(A)
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        assert await exchange.place(type=LIMIT, limitPrice=80.0) == "order-3"
        assert (
            list(await exchange.queries.orders(A))[:2],
            exchange.queries.positions(A),
        ) == before
        exchange.market.move("AAPL", "89.00", "90.00")
        await exchange.client.flush()
        assert [position.qty for position in exchange.queries.positions(A)] == [15.0]


async def test_accounts_whose_commands_were_all_rejected_are_discarded() -> None:
    async with running() as exchange:
        for number in range(50):
            with pytest.raises(ApiError):
                await exchange.client.cancel_order(f"TRIED-{number}", "order-1")
        assert [account.id for account in await exchange.queries.accounts(None)] == ["DEMO-ACCOUNT"]
