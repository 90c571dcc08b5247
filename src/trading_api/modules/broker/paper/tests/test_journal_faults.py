"""The broker while its ledger can't be written: what callers hear, and what it remembers."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest

from tests.kit.manual_market import ManualMarket, instrument
from tests.kit.paper_client import PaperClient
from trading_api.errors import ApiError
from trading_api.models.broker import PreOrder
from trading_api.modules.broker.journal.journal import JournalConflict
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.broker.journal.verify.verification import verify
from trading_api.modules.broker.paper.factory import create_exchange_rules
from trading_api.settings import Settings
from trading_api.shared.module_interface import ModuleContext

BUY = PreOrder.model_validate({"symbol": "AAPL", "type": 2, "side": 1, "qty": 10.0})
BID = PreOrder.model_validate(
    {"symbol": "AAPL", "type": 1, "side": 1, "qty": 10.0, "limitPrice": 90.0}
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Desk:
    def __init__(self, path: Path) -> None:
        self.market = ManualMarket(instrument("AAPL"))
        context = ModuleContext(Settings.defaults(), self.market, lambda: 42)
        journal = SqlJournal(Database(f"sqlite:///{path}", busy_timeout_s=0.01))
        self.client = PaperClient(journal, create_exchange_rules(context.settings), context)
        self.market.move("AAPL", "99.98", "100.00")

    async def orders(self) -> dict[str, int]:
        orders = await self.client.queries.orders("DEMO-ACCOUNT")
        return {order.id: order.status for order in orders}


@asynccontextmanager
async def running(path: Path) -> AsyncIterator[tuple[Desk, asyncio.Task[None]]]:
    desk = Desk(path)
    await desk.client.start()
    work = asyncio.create_task(desk.client.run())
    await asyncio.sleep(0)
    try:
        yield desk, work
    finally:
        work.cancel()
        await asyncio.wait([work])


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def test_commands_are_refused_with_the_reason_and_nothing_in_memory_runs_ahead(
    tmp_path: Path,
) -> None:
    path = tmp_path / "trading.db"
    async with running(path) as (desk, _):
        assert await desk.client.place_order("DEMO-ACCOUNT", BID) == "order-1"
        with locked(path):
            for command in (
                desk.client.place_order("DEMO-ACCOUNT", BUY),
                desk.client.cancel_order("DEMO-ACCOUNT", "order-1"),
                desk.client.place_order("ANOTHER", BUY),
            ):
                with pytest.raises(ApiError) as caught:
                    await command
                assert (caught.value.status, caught.value.code) == (503, "ledger_locked")
                assert caught.value.detail == (
                    "The ledger is locked by another process; nothing was done."
                )
            assert await desk.orders() == {"order-1": 6}
            known = [account.id for account in desk.client.queries.accounts(None)]
            assert known == ["DEMO-ACCOUNT"]
        assert await desk.client.place_order("DEMO-ACCOUNT", BUY) == "order-2"
        assert await desk.orders() == {"order-1": 6, "order-2": 2}
    assert verify(Database(f"sqlite:///{path}")).accounts == 1


async def test_a_fill_that_could_not_be_kept_happens_at_the_next_quote(tmp_path: Path) -> None:
    path = tmp_path / "trading.db"
    async with running(path) as (desk, _):
        await desk.client.place_order("DEMO-ACCOUNT", BID)
        with locked(path):
            desk.market.move("AAPL", "89.00", "89.50")
            await desk.client.flush()
            assert await desk.orders() == {"order-1": 6}
            assert list(await desk.client.queries.executions("DEMO-ACCOUNT", "AAPL")) == []
        desk.market.move("AAPL", "89.00", "89.50")
        await desk.client.flush()
        assert await desk.orders() == {"order-1": 2}
    async with running(path) as (desk, _):
        assert await desk.orders() == {"order-1": 2}
        assert len(list(await desk.client.queries.executions("DEMO-ACCOUNT", "AAPL"))) == 1


async def test_events_are_read_while_another_process_has_locked_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "trading.db"
    async with running(path) as (desk, _):
        await desk.client.place_order("DEMO-ACCOUNT", BID)
        with locked(path):
            events = await desk.client.queries.events("DEMO-ACCOUNT", 0, 10)
        assert [event.type for event in events] == ["accountOpened", "orderPlaced"]
        await desk.client.cancel_order("DEMO-ACCOUNT", "order-1")
        (event,) = await desk.client.queries.events("DEMO-ACCOUNT", 2, 10)
        assert event.type == "orderCanceled"


async def test_events_that_cannot_be_read_are_refused_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "trading.db"
    async with running(path) as (desk, _):
        await desk.client.place_order("DEMO-ACCOUNT", BID)
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("ALTER TABLE events RENAME TO somewhere_else")
        with pytest.raises(ApiError) as caught:
            await desk.client.queries.events("DEMO-ACCOUNT", 0, 10)
        assert (caught.value.status, caught.value.code) == (503, "ledger_failed")


async def test_a_ledger_that_somebody_else_has_written_ends_the_work(tmp_path: Path) -> None:
    path = tmp_path / "trading.db"
    async with running(path) as (desk, work):
        await desk.client.place_order("DEMO-ACCOUNT", BID)
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("INSERT INTO events VALUES ('DEMO-ACCOUNT', 3, 'Unheard', 1, '', '')")
        with pytest.raises(ApiError) as caught:
            await desk.client.place_order("DEMO-ACCOUNT", BUY)
        assert (caught.value.status, caught.value.code) == (503, "ledger_failed")
        with pytest.raises(JournalConflict):
            await work
