"""Idle accounts: loaded at their first use, and removed from memory when there are too many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.kit.ledger_file import rows
from tests.kit.paper_exchange import (
    LEVERAGE,
    LIMIT,
    SELL,
    A,
    B,
    PaperExchange,
    rejection_of,
    running,
)
from tests.kit.server import until
from trading_api.domain.shards import shard_of
from trading_api.errors import Unavailable
from trading_api.models.broker import LeverageSetParams, PreOrder
from trading_api.modules.broker.engine.account_image import AccountImage, image_of
from trading_api.modules.broker.engine.events import CashDeposited
from trading_api.modules.broker.journal.journal import JournalEntry, JournalUnavailable
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.broker.journal.verify.verification import verify
from trading_api.modules.broker.paper.account_loader import (
    EVENTS_AFTER_IMAGE_MAX,
    LOADED_TOGETHER,
)

ORDER = PreOrder.model_validate({"symbol": "AAPL", "type": 2, "side": 1, "qty": 1.0})
LEVERAGE_OF_TWO = LeverageSetParams.model_validate(LEVERAGE | {"leverage": 2.0})


class GatedJournal(MemoryJournal):
    """Returns the accounts that it has read once it `is_open`, and fails while there is a
    `reason`."""

    def __init__(self, shard_count: int = 1) -> None:
        super().__init__(shard_count)
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.reason = ""
        self.read_accounts: list[list[str]] = []

    async def recover_accounts(
        self, account_ids: Collection[str]
    ) -> Sequence[AccountImage | JournalEntry]:
        self.read_accounts.append(sorted(account_ids))
        found = await super().recover_accounts(account_ids)
        await self.is_open.wait()
        if self.reason:
            raise JournalUnavailable(self.reason, "ledger_failed")
        return found


@asynccontextmanager
async def with_idle_accounts(
    *account_ids: str, journal: GatedJournal | None = None, **settings: Any
) -> AsyncIterator[tuple[PaperExchange, GatedJournal]]:
    """Run an exchange whose journal has accounts that bought and sold, and B with an order."""
    journal = journal or GatedJournal()
    async with running(journal) as first:
        first.market.move("AAPL", "100.00", "100.00")
        for account_id in account_ids or [A]:
            await first.place(account_id)
            await first.place(account_id, side=SELL)
        await first.place(B, type=LIMIT, limitPrice=90.0)
    async with running(journal, **settings) as exchange:
        exchange.market.move("AAPL", "100.00", "100.00")
        yield exchange, journal


def in_memory(exchange: PaperExchange) -> list[str]:
    return sorted(exchange.broker.accounts._accounts)


async def unload(exchange: PaperExchange) -> None:
    """Remove what was used before this call."""
    for _ in range(2):
        await exchange.broker.account_loader.unload_excess()


async def test_only_accounts_with_live_orders_or_positions_are_loaded_at_the_start() -> None:
    journal = GatedJournal()
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "100.00", "100.00")
        await exchange.place("HOLDER")
    async with with_idle_accounts(journal=journal) as (exchange, _):
        assert in_memory(exchange) == [B, "HOLDER"]
        assert exchange.broker.account_ids() == [A, B, "DEMO-ACCOUNT", "HOLDER"]
        listed = await exchange.queries.accounts(None)
        assert [(each.id, each.currency) for each in listed] == [
            (each, "USD") for each in exchange.broker.account_ids()
        ]


async def test_the_first_use_loads_an_account() -> None:
    async def subscribe(exchange: PaperExchange) -> None:
        await exchange.subscribe("orders", A)
        assert exchange.service.sequence(f'orders:{{"accountId":"{A}"}}') == {"seq": 5}

    async def preview(exchange: PaperExchange) -> None:
        assert (await exchange.client.preview_order(A, ORDER)).confirm_id is None

    async def load(exchange: PaperExchange) -> None:
        await exchange.broker.load(A)
        assert exchange.broker.snapshot(A).balance == 100_000

    async def place(exchange: PaperExchange) -> None:
        assert await exchange.place(A) == "order-3"

    for use in (subscribe, preview, load, place):
        async with with_idle_accounts() as (exchange, journal):
            with pytest.raises(Unavailable, match="is not loaded"):
                exchange.broker.snapshot(A)
            with pytest.raises(Unavailable, match="is not loaded"):
                exchange.broker.history(A)
            with pytest.raises(Unavailable, match="is not loaded"):
                exchange.client.preview_leverage(A, LEVERAGE_OF_TWO)
            await use(exchange)
            assert journal.read_accounts == [[A]]
            assert [each.id for each in await exchange.queries.orders(A)][:2] == [
                "order-1",
                "order-2",
            ]


async def test_an_account_that_no_command_opened_needs_no_look_up() -> None:
    async with with_idle_accounts() as (exchange, journal):
        await exchange.broker.load("NEW")
        assert exchange.queries.equity("NEW").balance == 100_000
        assert await exchange.place("NEW") == "order-1"
        assert journal.read_accounts == []


async def test_commands_of_one_account_keep_their_order_and_others_do_not_wait() -> None:
    async with with_idle_accounts() as (exchange, journal):
        journal.is_open.clear()
        waiting = [asyncio.create_task(exchange.place(A)) for _ in range(3)]
        await until(lambda: bool(journal.read_accounts))
        assert await exchange.place(B) == "order-2"
        journal.is_open.set()

        for _ in range(100):
            if not exchange.broker.accounts.is_unloaded(A):
                break
            await asyncio.sleep(0)
        # It is in memory, but those that waited come first.
        late = await exchange.place(A)
        assert [*await asyncio.gather(*waiting), late] == [
            "order-3",
            "order-4",
            "order-5",
            "order-6",
        ]
        assert journal.read_accounts == [[A]]
        assert not exchange.broker.account_loader._loads


async def test_a_flush_waits_for_commands_whose_accounts_are_being_loaded() -> None:
    async with with_idle_accounts() as (exchange, journal):
        journal.is_open.clear()
        placing = asyncio.create_task(exchange.place(A))
        await until(lambda: bool(journal.read_accounts))
        flushing = asyncio.create_task(exchange.client.flush())
        journal.is_open.set()
        await flushing
        assert exchange.broker.snapshot(A).position("AAPL") is not None
        await placing


async def test_accounts_that_are_wanted_at_the_same_time_are_read_together() -> None:
    accounts = [f"IDLE-{number:03}" for number in range(2 * LOADED_TOGETHER)]
    async with with_idle_accounts(*accounts) as (exchange, journal):
        journal.is_open.clear()
        loading = [asyncio.create_task(exchange.broker.load(each)) for each in accounts]
        await until(lambda: bool(journal.read_accounts))
        journal.is_open.set()
        await asyncio.gather(*loading)
        assert len(journal.read_accounts) <= 3
        assert max(map(len, journal.read_accounts)) <= LOADED_TOGETHER
        assert sorted(each for read in journal.read_accounts for each in read) == accounts


async def test_an_account_that_cannot_be_read_is_answered_with_503_and_tried_again() -> None:
    async with with_idle_accounts() as (exchange, journal):
        journal.reason = "The disk is gone"
        failing = (exchange.place(A), exchange.client.preview_order(A, ORDER))
        for doing in (*failing, exchange.subscribe("orders", A), exchange.broker.load(A)):
            assert (await rejection_of(doing))[:2] == (503, "ledger_failed")
        journal.reason = ""
        assert await exchange.place(A) == "order-3"


async def test_a_caller_that_gives_up_does_not_stop_the_load_of_others() -> None:
    async with with_idle_accounts() as (exchange, journal):
        journal.is_open.clear()
        first, second = [asyncio.create_task(exchange.place(A)) for _ in range(2)]
        await until(lambda: bool(journal.read_accounts))
        first.cancel()
        await asyncio.wait([first])
        journal.is_open.set()
        assert await second == "order-3"


async def test_a_shard_that_is_released_during_a_load_takes_nothing_from_it() -> None:
    shard = shard_of(A, 4)
    journal = GatedJournal(4)
    async with with_idle_accounts(journal=journal, shard_count=4) as (exchange, _):
        await exchange.broker.load_shard(shard)
        journal.is_open.clear()
        placing = asyncio.create_task(exchange.place(A))
        await until(lambda: bool(journal.read_accounts))
        await exchange.broker.release_shard(shard)
        # Another process writes, and the shard comes back.
        deposit = CashDeposited(Decimal(1), balance=Decimal(100_001), at_ms=1_000)
        await journal.append([JournalEntry(A, 6, deposit)])
        await exchange.broker.load_shard(shard)
        journal.is_open.set()
        assert await placing == "order-3"
        assert journal.read_accounts == [[A], [A]]
        assert exchange.broker.snapshot(A).balance == 100_001


async def test_accounts_with_open_topics_are_loaded_with_their_shard() -> None:
    shard = shard_of(A, 4)
    journal = GatedJournal(4)
    async with with_idle_accounts(journal=journal, shard_count=4) as (exchange, _):
        await exchange.broker.load_shard(shard)
        await exchange.subscribe("orders", A)
        await exchange.broker.release_shard(shard)
        await exchange.broker.load_shard(shard)
        assert exchange.broker.snapshot(A).seq == 5


async def test_idle_accounts_beyond_the_bound_leave_the_memory_oldest_first() -> None:
    accounts = [f"IDLE-{number}" for number in range(4)]
    async with with_idle_accounts(*accounts, idle_max=2) as (exchange, _):
        for account_id in accounts:
            await exchange.broker.load(account_id)
        await exchange.broker.load(accounts[0])
        assert in_memory(exchange) == [B, *accounts]
        await unload(exchange)
        assert in_memory(exchange) == [B, accounts[0], accounts[3]]
        assert exchange.broker.account_ids() == [B, "DEMO-ACCOUNT", *accounts]
        assert await exchange.place(accounts[1]) == "order-3"


async def test_an_account_stays_until_it_was_unused_between_two_calls() -> None:
    async with with_idle_accounts(idle_max=0) as (exchange, _):
        loader = exchange.broker.account_loader
        await exchange.broker.load(A)
        await loader.unload_excess()
        await exchange.broker.load(A)
        await loader.unload_excess()
        assert exchange.broker.snapshot(A).seq == 5
        await loader.unload_excess()
        assert in_memory(exchange) == [B]


async def test_a_command_that_waits_keeps_its_account_in_memory() -> None:
    async with with_idle_accounts(idle_max=0) as (exchange, _):
        await exchange.broker.load(A)
        placing = asyncio.create_task(exchange.client.deposit(A, 1.0))
        await unload(exchange)
        await placing
        assert exchange.broker.account_ids()[0] == A
        await unload(exchange)
        assert in_memory(exchange) == [B]
        await exchange.broker.load(A)
        assert exchange.broker.snapshot(A).balance == 100_001


async def test_pinned_and_watched_accounts_stay_in_memory() -> None:
    async with with_idle_accounts(idle_max=0) as (exchange, _):
        for route in ("orders", "equity"):
            await exchange.subscribe(route, A)
        for route in ("orders", "equity"):
            await unload(exchange)
            topic = f'{route}:{{"accountId":"{A}"}}'
            assert exchange.service.sequence(topic)
            exchange.service.remove_topic(topic)
        await unload(exchange)
        assert in_memory(exchange) == [B]
        exchange.service.remove_topic(topic)
        assert not exchange.broker.accounts.idle.pinned


async def test_an_account_with_many_events_leaves_after_its_next_image(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/trading.db")
    async with running(SqlJournal(database), idle_max=0) as exchange:
        exchange.market.move("AAPL", "100.00", "100.00")
        for _ in range(EVENTS_AFTER_IMAGE_MAX + 1):
            await exchange.client.deposit(A, 1.0)
        before = image_of(exchange.states(A)[0])
        await unload(exchange)
        assert in_memory(exchange) == [A]
        await exchange.place(B, type=LIMIT, limitPrice=90.0)
        assert rows(database.path, "SELECT account_id FROM snapshots") == [(A,)]
        await unload(exchange)
        assert in_memory(exchange) == [B]
        await exchange.broker.load(A)
        assert image_of(exchange.states(A)[0]) == before
        await exchange.client.deposit(A, 1.0)
    verify(database)


async def test_accounts_leave_and_come_back_without_a_trace(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/trading.db")
    accounts = [f"TRADER-{number}" for number in range(5)]
    async with running(SqlJournal(database), idle_max=0) as exchange:
        exchange.market.move("AAPL", "100.00", "100.00")
        for turn in range(1, 6):
            for account_id in accounts:
                assert await exchange.place(account_id, qty=1.0) == f"order-{2 * turn - 1}"
                assert await exchange.place(account_id, qty=1.0, side=SELL) == f"order-{2 * turn}"
            await unload(exchange)
            assert in_memory(exchange) == []
            assert not exchange.broker.snapshots._events
            journal = exchange.journal
            assert isinstance(journal, SqlJournal)
            assert journal._open is not None
            await journal.currencies()  # after what the writing thread has been given
            assert not journal._open.tails
        assert exchange.broker.account_ids() == ["DEMO-ACCOUNT", *accounts]
    assert verify(database).accounts == len(accounts)
