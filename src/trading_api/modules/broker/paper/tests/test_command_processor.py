"""Commands and quotes in order, committed together, while the journal is full, slow or fails."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from pydantic import BaseModel

from tests.kit.paper_exchange import LIMIT, A, B, running
from trading_api.errors import ApiError
from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.memory import MemoryJournal


class FailingJournal(MemoryJournal):
    """Takes nothing once `is_failing`."""

    is_failing = False

    async def append(
        self, entries: Sequence[JournalEntry], images: Sequence[AccountImage] = ()
    ) -> None:
        if self.is_failing:
            raise OSError("no space left on device")
        await super().append(entries)


async def test_what_the_journal_did_not_store_did_not_happen() -> None:
    journal = FailingJournal()
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=1)
        await exchange.subscribe("orders", A)
        journal.is_failing = True
        with pytest.raises(ApiError) as rejected:
            await exchange.place(qty=2)
        assert (rejected.value.status, rejected.value.code) == (503, "ledger_failed")
        assert exchange.updates == []
        assert [order.qty for order in await exchange.queries.orders(A)] == [1.0]
        journal.is_failing = False
        assert await exchange.place(qty=3) == "order-2"
        assert [position.qty for position in exchange.queries.positions(A)] == [4.0]


async def test_commands_that_wait_together_are_journaled_together_and_each_is_answered() -> None:
    appended: list[int] = []

    class CountingJournal(MemoryJournal):
        async def append(
            self, entries: Sequence[JournalEntry], images: Sequence[AccountImage] = ()
        ) -> None:
            appended.append(len(entries))
            await super().append(entries)

    async with running(CountingJournal()) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        placing = [exchange.place(account, type=LIMIT, limitPrice=90.0) for account in (A, B) * 8]
        ids = await asyncio.gather(*placing)
    assert sorted(ids) == sorted([f"order-{number}" for number in range(1, 9)] * 2)
    assert len(appended) < 16
    assert sum(appended) == 18


async def test_commands_are_ordered_among_the_quotes_when_they_arrive() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00", size=100)
        placing = asyncio.create_task(exchange.place(qty=300))
        await asyncio.sleep(0)
        exchange.market.move("AAPL", "89.98", "90.00", size=100)
        exchange.market.move("AAPL", "109.98", "110.00", size=100)
        await placing
        await exchange.client.flush()
        executions = list(await exchange.queries.executions(A, "AAPL"))
        assert [(each.price, each.qty) for each in executions] == [
            (100.0, 100.0),
            (90.0, 100.0),
            (110.0, 100.0),
        ]


async def test_a_canceled_caller_and_a_failing_subscriber_do_not_stop_the_processor(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")

        def fail(data: BaseModel, **meta: int | str) -> None:
            raise LookupError

        await exchange.service.create_topic(f'orders:{{"accountId":"{A}"}}', fail)
        gone = asyncio.create_task(exchange.place(qty=1))
        await asyncio.sleep(0)
        gone.cancel()
        assert await exchange.place(qty=2) == "order-2"
        assert [position.qty for position in exchange.queries.positions(A)] == [3.0]
    assert "event_not_published" in caplog.text


class BlockedJournal(MemoryJournal):
    """Takes nothing before `is_open`."""

    def __init__(self) -> None:
        super().__init__()
        self.is_open = asyncio.Event()
        self.has_waiter = asyncio.Event()

    async def append(
        self, entries: Sequence[JournalEntry], images: Sequence[AccountImage] = ()
    ) -> None:
        self.has_waiter.set()
        await self.is_open.wait()
        await super().append(entries)


async def test_a_command_that_waits_for_the_journal_trades_at_the_quote_of_its_arrival() -> None:
    journal = BlockedJournal()
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        resting = asyncio.create_task(exchange.place(type=LIMIT, limitPrice=98.0))
        await journal.has_waiter.wait()
        exchange.market.move("AAPL", "97.98", "98.00")
        dip_ms = exchange.market.now_ms
        market = asyncio.create_task(exchange.place(qty=3))
        await asyncio.sleep(0)  # the task places its order
        exchange.market.move("AAPL", "104.98", "105.00")
        settling = asyncio.create_task(exchange.client.flush())
        journal.is_open.set()
        await asyncio.gather(resting, market, settling)
        executions = list(await exchange.queries.executions(A, "AAPL"))
        assert [(each.price, each.qty, each.time) for each in executions] == [
            (98.0, 10.0, dip_ms),
            (98.0, 3.0, dip_ms),
        ]
