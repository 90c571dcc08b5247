"""The broker while its ledger can't be written: what callers receive, and what it keeps."""

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


class FileExchange:
    """A paper exchange over a ledger file that does not wait for locks."""

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
async def running(path: Path) -> AsyncIterator[tuple[FileExchange, asyncio.Task[None]]]:
    exchange = FileExchange(path)
    await exchange.client.start()
    work = asyncio.create_task(exchange.client.run())
    await asyncio.sleep(0)
    try:
        yield exchange, work
    finally:
        work.cancel()
        await asyncio.wait([work])


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def test_commands_are_rejected_with_the_reason_and_memory_is_never_ahead_of_the_ledger(
    tmp_path: Path,
) -> None:
    path = tmp_path / "trading.db"
    async with running(path) as (exchange, _):
        assert await exchange.client.place_order("DEMO-ACCOUNT", BID) == "order-1"
        with locked(path):
            for command in (
                exchange.client.place_order("DEMO-ACCOUNT", BUY),
                exchange.client.cancel_order("DEMO-ACCOUNT", "order-1"),
                exchange.client.place_order("ANOTHER", BUY),
            ):
                with pytest.raises(ApiError) as caught:
                    await command
                assert (caught.value.status, caught.value.code) == (503, "ledger_locked")
                assert caught.value.detail == (
                    "The ledger is locked by another process; nothing was done."
                )
            assert await exchange.orders() == {"order-1": 6}
            known = [account.id for account in await exchange.client.queries.accounts(None)]
            assert known == ["DEMO-ACCOUNT"]
        assert await exchange.client.place_order("DEMO-ACCOUNT", BUY) == "order-2"
        assert await exchange.orders() == {"order-1": 6, "order-2": 2}
    assert verify(Database(f"sqlite:///{path}")).accounts == 1


async def test_a_fill_that_could_not_be_stored_happens_at_the_next_quote(tmp_path: Path) -> None:
    path = tmp_path / "trading.db"
    async with running(path) as (exchange, _):
        await exchange.client.place_order("DEMO-ACCOUNT", BID)
        with locked(path):
            exchange.market.move("AAPL", "89.00", "89.50")
            await exchange.client.flush()
            assert await exchange.orders() == {"order-1": 6}
            assert list(await exchange.client.queries.executions("DEMO-ACCOUNT", "AAPL")) == []
        exchange.market.move("AAPL", "89.00", "89.50")
        await exchange.client.flush()
        assert await exchange.orders() == {"order-1": 2}
    async with running(path) as (exchange, _):
        assert await exchange.orders() == {"order-1": 2}
        assert len(list(await exchange.client.queries.executions("DEMO-ACCOUNT", "AAPL"))) == 1


async def test_events_are_read_while_another_process_has_locked_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "trading.db"
    async with running(path) as (exchange, _):
        await exchange.client.place_order("DEMO-ACCOUNT", BID)
        with locked(path):
            events = await exchange.client.queries.events("DEMO-ACCOUNT", 0, 10)
        assert [event.type for event in events] == ["accountOpened", "orderPlaced"]
        await exchange.client.cancel_order("DEMO-ACCOUNT", "order-1")
        (event,) = await exchange.client.queries.events("DEMO-ACCOUNT", 2, 10)
        assert event.type == "orderCanceled"


async def test_events_that_cannot_be_read_are_rejected_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "trading.db"
    async with running(path) as (exchange, _):
        await exchange.client.place_order("DEMO-ACCOUNT", BID)
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("ALTER TABLE events RENAME TO somewhere_else")
        with pytest.raises(ApiError) as caught:
            await exchange.client.queries.events("DEMO-ACCOUNT", 0, 10)
        assert (caught.value.status, caught.value.code) == (503, "ledger_failed")


async def test_a_ledger_that_another_process_has_written_ends_the_processor(tmp_path: Path) -> None:
    path = tmp_path / "trading.db"
    async with running(path) as (exchange, work):
        await exchange.client.place_order("DEMO-ACCOUNT", BID)
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("INSERT INTO events VALUES ('DEMO-ACCOUNT', 3, 'Unknown', 1, '', '')")
        with pytest.raises(ApiError) as caught:
            await exchange.client.place_order("DEMO-ACCOUNT", BUY)
        assert (caught.value.status, caught.value.code) == (503, "ledger_failed")
        with pytest.raises(JournalConflict):
            await work
