"""Shards that come and go while others trade, and what they leave in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Sequence
from typing import Any

import pytest

from tests.kit.manual_market import DAY_MS
from tests.kit.paper_exchange import LEVERAGE, LIMIT, STOP, PaperExchange, rejection_of, running
from trading_api.domain.shards import shard_of
from trading_api.errors import ConfigurationError
from trading_api.models.broker import LeverageSetParams, PreOrder
from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.journal.journal import (
    JournalEntry,
    JournalUnavailable,
    RecoveryStep,
)
from trading_api.modules.broker.journal.memory import MemoryJournal

SHARDS = 4
MOVING = (503, "shard_moving")


def account_in(shard: int, number: int = 0) -> str:
    """Return an account of a shard."""
    ids = (f"ACCOUNT-{each}" for each in range(1_000))
    return [each for each in ids if shard_of(each, SHARDS) == shard][number]


HERE, ELSEWHERE = account_in(0), account_in(1)


class ShardJournal(MemoryJournal):
    """Yields two entries in a step.

    An append waits for `is_open` and `turns` of the event loop, and fails while there is a
    `reason`."""

    def __init__(self) -> None:
        super().__init__(SHARDS)
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.reason = ""
        self.turns = 0
        self.refused: list[JournalEntry] = []
        self.recovered: list[list[int]] = []

    async def append(
        self, entries: Sequence[JournalEntry], images: Sequence[AccountImage] = ()
    ) -> None:
        await self.is_open.wait()
        for _ in range(self.turns):
            await asyncio.sleep(0)
        if self.reason:
            self.refused += entries
            raise JournalUnavailable(self.reason, "ledger_failed")
        await super().append(entries, images)

    async def recover(
        self, shards: Collection[int] | None = None, *, with_idle: bool = True
    ) -> AsyncGenerator[RecoveryStep, None]:
        if self.reason:
            raise ConfigurationError(self.reason)
        self.recovered.append(list(shards or ()))
        async for step in super().recover(shards, with_idle=with_idle):
            yield RecoveryStep([], 0, step.total, step.left_out)
            for first in range(0, len(step.items), 2):
                yield RecoveryStep(step.items[first : first + 2], first + 2, step.total)


def order(**fields: Any) -> PreOrder:
    return PreOrder.model_validate(
        {"symbol": "AAPL", "type": LIMIT, "side": 1, "qty": 1.0, "limitPrice": 90.0} | fields
    )


def what_memory_holds(exchange: PaperExchange) -> list[object]:
    """Return every structure of the broker that grows with accounts, emptied of its slack."""
    broker = exchange.broker
    index = broker.accounts.index
    maintenance = index._maintenance
    return [
        *(broker.accounts._accounts, broker.accounts._ids._sorted, broker.accounts._ids._new),
        *(broker.accounts._shards, broker.snapshots._events, broker._interest._symbols),
        *(index._by_symbol, index._symbols, index._orders, index._watched, index._watched_holders),
        list(index._expiries._values),
        *(maintenance._bounds, maintenance._currencies, maintenance._suspects),
        *(maintenance._symbols, maintenance._bids, maintenance._asks),
        *(maintenance._rates_low, maintenance._rates_high),
        broker.market_listener._revalued,
    ]


async def test_a_broker_with_shards_starts_without_any_and_refuses_their_accounts() -> None:
    async with running(MemoryJournal(SHARDS), shard_count=SHARDS) as exchange:
        broker, queries, client = exchange.broker, exchange.queries, exchange.client
        exchange.market.move("AAPL", "99.98", "100.00")
        params = LeverageSetParams.model_validate(LEVERAGE | {"leverage": 2.0})
        for doing in (
            client.place_order(HERE, order()),
            client.preview_order(HERE, order()),
            queries.orders(HERE),
            queries.events(HERE, 0, 10),
            exchange.subscribe("orders", HERE),
        ):
            status, code, sentence = await rejection_of(doing)
            assert (status, code) == MOVING
            assert "nothing was done" in sentence
        with pytest.raises(Exception, match="is moving to another server"):
            client.preview_leverage(HERE, params)
        assert broker.account_ids() == []
        await broker.load_shard(0)
        assert broker.shards is not None
        assert broker.shards.open_shards() == {0}
        await exchange.place(HERE)
        assert broker.account_ids() == [HERE]
        assert (await rejection_of(exchange.place(ELSEWHERE)))[:2] == MOVING


async def test_the_default_account_is_listed_where_its_shard_is() -> None:
    async with running(MemoryJournal(SHARDS), shard_count=SHARDS) as exchange:
        default = "DEMO-ACCOUNT"
        for shard in range(SHARDS):
            await exchange.broker.load_shard(shard)
            loaded = range(shard + 1)
            is_listed = shard_of(default, SHARDS) in loaded
            assert exchange.broker.account_ids() == ([default] if is_listed else [])


async def test_a_shard_continues_at_another_broker() -> None:
    journal = ShardJournal()
    async with running(journal, shard_count=SHARDS) as first:
        await first.broker.load_shard(0)
        async with running(journal, shard_count=SHARDS, market=first.market) as second:
            first.market.move("AAPL", "99.98", "100.00")
            await first.place(HERE)
            await first.place(HERE, type=LIMIT, limitPrice=95.0)
            await first.place(HERE, type=STOP, stopPrice=110.0)
            before = first.states(HERE)[0]
            await first.broker.release_shard(0)
            assert first.broker.account_ids() == []
            assert (await rejection_of(first.queries.orders(HERE)))[:2] == MOVING
            await second.broker.load_shard(0)
            assert second.states(HERE) == [before, before]
            first.market.move("AAPL", "94.98", "95.00")
            await second.client.flush()
            executions = await second.queries.executions(HERE, "AAPL")
            assert [each.price for each in executions] == [100.0, 95.0]
            assert await second.place(HERE) == "order-4"


async def test_orders_expire_and_positions_are_liquidated_after_a_move() -> None:
    journal = ShardJournal()
    async with running(journal, shard_count=SHARDS) as exchange:
        broker, market = exchange.broker, exchange.market
        await broker.load_shard(0)
        market.move("AAPL", "100.00", "100.00", size=10_000)
        await exchange.place(HERE, qty=9_890)
        await exchange.place(HERE, type=LIMIT, limitPrice=99.0, duration={"type": "DAY"})
        await broker.release_shard(0)
        assert not market.has_interest("AAPL")
        market.move("AAPL", "94.80", "94.80", size=10_000)
        await broker.load_shard(0)
        assert market.has_interest("AAPL")
        market.now_ms = DAY_MS
        await exchange.client.flush()
        assert [each.status for each in await exchange.queries.orders(HERE)][-1] == 1
        market.move("AAPL", "94.80", "94.80", size=10_000)
        await exchange.client.flush()
        assert exchange.queries.positions(HERE) == []


async def test_a_release_commits_what_waits_and_refuses_what_comes_later() -> None:
    journal = ShardJournal()
    async with running(journal, shard_count=SHARDS) as exchange:
        for shard in (0, 1):
            await exchange.broker.load_shard(shard)
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.subscribe("orders", HERE)
        journal.is_open.clear()
        waiting = [asyncio.create_task(exchange.place(HERE)) for _ in range(3)]
        await asyncio.sleep(0)
        releasing = asyncio.create_task(exchange.broker.release_shard(0))
        await asyncio.sleep(0)
        assert (await rejection_of(exchange.place(HERE)))[:2] == MOVING
        assert exchange.broker.snapshot(HERE).seq == 1
        journal.is_open.set()
        assert await asyncio.gather(*waiting) == ["order-1", "order-2", "order-3"]
        await releasing
        placed = [each["id"] for each in exchange.published("orders")]
        assert list(dict.fromkeys(placed)) == ["order-1", "order-2", "order-3"]
        assert (await rejection_of(exchange.queries.orders(HERE)))[:2] == MOVING
        assert await exchange.place(ELSEWHERE) == "order-1"


async def test_a_commit_that_fails_during_a_release_leaves_nothing() -> None:
    journal = ShardJournal()
    async with running(journal, shard_count=SHARDS) as exchange:
        await exchange.broker.load_shard(0)
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(HERE, type=LIMIT, limitPrice=95.0)
        journal.reason = "The disk is full"
        journal.is_open.clear()
        exchange.market.move("AAPL", "94.98", "95.00")
        waiting = asyncio.create_task(exchange.place(HERE))
        await asyncio.sleep(0)
        releasing = asyncio.create_task(exchange.broker.release_shard(0))
        await asyncio.sleep(0)
        exchange.market.move("AAPL", "93.98", "94.00")
        journal.is_open.set()
        assert (await rejection_of(waiting))[:2] == (503, "ledger_failed")
        await releasing
        assert not any(what_memory_holds(exchange))
        journal.reason = ""
        await exchange.broker.load_shard(0)
        assert exchange.broker.snapshot(HERE).seq == 2


async def test_quotes_whose_commits_fail_during_a_release_leave_nothing() -> None:
    journal = ShardJournal()
    async with running(journal, shard_count=SHARDS) as exchange:
        await exchange.broker.load_shard(0)
        for turns in range(1, 12):
            exchange.market.move("AAPL", "99.98", "100.00")
            await exchange.place(HERE, type=LIMIT, limitPrice=95.0)
            journal.reason, journal.turns = "The disk is full", turns
            releasing = asyncio.create_task(exchange.broker.release_shard(0))
            while HERE in exchange.broker.accounts.ids():
                exchange.market.move("AAPL", "94.98", "95.00")
                await asyncio.sleep(0)
            await releasing
            await exchange.client.flush()
            assert not any(what_memory_holds(exchange))
            journal.reason, journal.turns = "", 0
            await exchange.broker.load_shard(0)
            assert exchange.broker.snapshot(HERE).seq == 1 + turns
        assert min(entry.seq for entry in journal.refused) > 1


async def test_images_that_are_stored_during_a_release_stop_nothing() -> None:
    journal = ShardJournal()
    async with running(journal, shard_count=SHARDS) as exchange:
        exchange.broker.snapshots.events_max = 0
        for shard in (0, 1):
            await exchange.broker.load_shard(shard)
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(HERE, type=LIMIT, limitPrice=95.0, qty=10_000)
        placing: list[asyncio.Task[str]] = []
        async with asyncio.timeout(10):
            for journal.turns in range(12):
                releasing = asyncio.create_task(exchange.broker.release_shard(0))
                while not releasing.done():
                    exchange.market.move("AAPL", "94.98", "95.00", size=1)
                    placing.append(asyncio.create_task(exchange.place(ELSEWHERE)))
                    await asyncio.sleep(0)
                await releasing
                await exchange.broker.load_shard(0)
            await asyncio.gather(*placing)
        assert exchange.broker.snapshot(HERE).seq > 3


async def test_a_shard_that_cannot_be_read_is_not_loaded_and_can_be_tried_again() -> None:
    journal = ShardJournal()
    async with running(journal, shard_count=SHARDS) as exchange:
        journal.reason = "unreadable"
        with pytest.raises(ConfigurationError):
            await exchange.broker.load_shard(0)
        assert (await rejection_of(exchange.place(HERE)))[:2] == MOVING
        assert not any(what_memory_holds(exchange))
        journal.reason = ""
        await exchange.broker.load_shard(0)
        exchange.market.move("AAPL", "99.98", "100.00")
        assert await exchange.place(HERE) == "order-1"


async def test_shards_that_are_loaded_at_the_same_time_are_read_together() -> None:
    journal = ShardJournal()
    async with running(journal, shard_count=SHARDS) as exchange:
        await asyncio.gather(*map(exchange.broker.load_shard, range(SHARDS)))
        assert journal.recovered == [[0], [1, 2, 3]]
        exchange.market.move("AAPL", "99.98", "100.00")
        for account_id in (HERE, ELSEWHERE):
            await exchange.place(account_id)
        await asyncio.gather(*map(exchange.broker.release_shard, range(SHARDS)))
        assert not any(what_memory_holds(exchange))
        journal.reason = "unreadable"
        loading = [exchange.broker.load_shard(shard) for shard in range(SHARDS)]
        results = await asyncio.gather(*loading, return_exceptions=True)
        assert [type(each) for each in results] == [ConfigurationError] * SHARDS
        journal.reason = ""
        await asyncio.gather(*map(exchange.broker.load_shard, range(SHARDS)))
        assert await exchange.place(HERE) == "order-2"


async def test_a_hundred_moves_leave_nothing_in_memory() -> None:
    async with running(ShardJournal(), shard_count=SHARDS) as exchange:
        broker, market = exchange.broker, exchange.market
        accounts = [account_in(shard, number) for shard in range(SHARDS) for number in range(3)]
        for shard in range(SHARDS):
            await broker.load_shard(shard)
        market.move("AAPL", "99.98", "100.00")
        market.move("USDJPY", "149.990", "150.010")
        market.move("NIKKEI", "1000.00", "1000.50")
        for account_id in accounts:
            await exchange.place(account_id, type=LIMIT, limitPrice=90.0)
            await exchange.place(account_id)
            await exchange.place(account_id, symbol="NIKKEI", qty=10)
            broker.watch_valuation(account_id)
        held = [broker.snapshot(each).seq for each in accounts]
        for number in range(100):
            await broker.release_shard(number % SHARDS)
            market.move("AAPL", "99.98", "100.00")
            await broker.load_shard(number % SHARDS)
        assert [broker.snapshot(each).seq for each in accounts] == held
        for account_id in accounts:
            broker.unwatch_valuation(account_id)
        for shard in range(SHARDS):
            await broker.release_shard(shard)
        await exchange.client.flush()
        assert not any(what_memory_holds(exchange))
        assert broker.snapshots._total == 0
        assert not market.has_interest("NIKKEI")
        assert not market.has_interest("USDJPY")


async def test_a_watched_account_is_valued_again_after_its_shard_returned() -> None:
    async with running(ShardJournal(), shard_count=SHARDS) as exchange:
        await exchange.broker.load_shard(0)
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(HERE)
        await exchange.subscribe("equity", HERE)
        await exchange.broker.release_shard(0)
        await exchange.broker.load_shard(0)
        exchange.updates.clear()
        exchange.market.move("AAPL", "100.98", "101.00")
        assert exchange.routes() == ["equity"]
