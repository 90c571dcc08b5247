"""Brokers on one PostgreSQL ledger, whose shards move when a broker joins, ends or stalls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from sqlalchemy.util import greenlet_spawn

from tests.kit.manual_clock import ManualClock
from tests.kit.manual_market import ManualMarket
from tests.kit.owner_processes import OwnerProcess
from tests.kit.paper_exchange import LIMIT, PaperExchange, rejection_of, running
from tests.kit.postgresql import new_database_url_with_ledger
from tests.kit.server import until
from trading_api.domain.shards import shard_number, shard_of, shard_partition
from trading_api.errors import ApiError
from trading_api.models.broker import PreOrder
from trading_api.modules.broker.journal.journal import FencedOut
from trading_api.modules.broker.journal.postgres.database import PostgresDatabase
from trading_api.modules.broker.journal.postgres.fence import Fence
from trading_api.modules.broker.journal.postgres.postgres_journal import PostgresJournal
from trading_api.modules.broker.journal.verify.verification import verify
from trading_api.modules.broker.ownership.owner_clock import OwnerClock
from trading_api.modules.broker.ownership.postgres_ownership import PostgresOwnership

SHARDS = 8
PARTITIONS = [shard_partition(number) for number in range(SHARDS)]
ACCOUNTS = [f"ACCOUNT-{number}" for number in range(24)]
STALE_S = 3.0
POLL_S = 0.05


class OwnedBroker:
    """A paper exchange that holds the shards which its owner claims."""

    def __init__(self, exchange: PaperExchange, process: OwnerProcess, fence: Fence) -> None:
        self.exchange = exchange
        self.process = process
        self.fence = fence
        process.loading, process.releasing = self._load, self._release

    async def _load(self, partition: str) -> None:
        await self.exchange.broker.load_shard(_number(partition))

    async def _release(self, partition: str) -> None:
        await self.exchange.broker.release_shard(_number(partition))

    def seqs(self) -> dict[str, int]:
        """Return the last event of each account that is held."""
        broker = self.exchange.broker
        opened = [each for each in broker.account_ids() if each in ACCOUNTS]
        return {each: broker.snapshot(each).seq for each in opened}

    async def place(self, account_id: str, key: str | None = None) -> str:
        fields = {"symbol": "AAPL", "type": LIMIT, "side": 1, "qty": 1.0, "limitPrice": 90.0}
        order = PreOrder.model_validate(fields)
        return await self.exchange.client.place_order(account_id, order, key)


def _number(partition: str) -> int:
    number = shard_number(partition)
    assert number is not None
    return number


class Deployment:
    """Brokers that trade in one market."""

    def __init__(self, database: PostgresDatabase) -> None:
        self.database = database
        self.market: ManualMarket | None = None
        self.brokers: list[OwnedBroker] = []

    @asynccontextmanager
    async def broker(
        self, name: str, clock: OwnerClock | None = None, journal_fence: Fence | None = None
    ) -> AsyncIterator[OwnedBroker]:
        """Run a broker. The journal's fence is the owner's, unless another one is given."""
        session = PostgresOwnership(self.database, name, "shards")
        process = OwnerProcess(session, name, PARTITIONS, clock, STALE_S, POLL_S)
        fence = process.fence if journal_fence is None else journal_fence
        journal = PostgresJournal(self.database, fence)
        try:
            async with running(journal, shard_count=SHARDS, market=self.market) as exchange:
                self.market = exchange.market
                made = OwnedBroker(exchange, process, fence)
                self.brokers.append(made)
                await process.start()
                yield made
        finally:
            await process.cancel()
            await session.close()
            await journal.close()  # which a fenced broker has left open

    async def do(self, account_id: str, doing: Callable[[OwnedBroker], Awaitable[str]]) -> str:
        """Send a command to whichever broker takes it, as a gateway does."""
        async with asyncio.timeout(20):
            while True:
                for broker in self.brokers:
                    try:
                        return await doing(broker)
                    except ApiError as error:
                        if error.code != "shard_moving":
                            raise
                await asyncio.sleep(0.01)

    async def place(self, account_id: str, key: str | None = None) -> str:
        return await self.do(account_id, lambda broker: broker.place(account_id, key))

    def seqs(self) -> dict[str, int]:
        merged: dict[str, int] = {}
        for broker in self.brokers:
            seqs = broker.seqs()
            assert not merged.keys() & seqs.keys()
            merged |= seqs
        return merged


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def deployment() -> Deployment:
    return Deployment(PostgresDatabase(new_database_url_with_ledger(SHARDS), SHARDS))


async def verified(database: PostgresDatabase) -> int:
    """Return how many events the ledger has. Raise if its hash chains are broken."""
    return (await greenlet_spawn(verify, database)).events


async def test_commands_are_done_once_while_brokers_join_and_leave(
    deployment: Deployment,
) -> None:
    done: dict[str, list[str]] = {account_id: [] for account_id in ACCOUNTS}

    async def trade() -> None:
        for number in range(6):
            for account_id in ACCOUNTS:
                key = f"key-{number}"
                order_id = await deployment.place(account_id, key)
                assert await deployment.place(account_id, key) == order_id
                done[account_id].append(order_id)

    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(deployment.broker("one"))
        one.exchange.market.move("AAPL", "99.98", "100.00")
        await until(lambda: len(one.process.loaded) == SHARDS)
        trading = asyncio.create_task(trade())
        two = await stack.enter_async_context(deployment.broker("two"))
        await until(lambda: len(two.process.loaded) == SHARDS // 2)
        await one.process.shut_down()
        await trading
        await until(lambda: len(two.process.loaded) == SHARDS)
        assert set(map(tuple, done.values())) == {
            tuple(f"order-{number}" for number in range(1, 7))
        }
        # The account is opened, and each order comes with the record of its key.
        assert two.seqs() == dict.fromkeys(ACCOUNTS, 1 + 2 * 6)
        assert one.seqs() == {}
        assert one.process.fenced == two.process.fenced == []
    assert await verified(deployment.database) == len(ACCOUNTS) * 13


async def test_a_standby_continues_what_an_ended_process_committed(
    deployment: Deployment,
) -> None:
    async with deployment.broker("two") as two, AsyncExitStack() as stack:
        one = await stack.enter_async_context(deployment.broker("one"))
        await until(lambda: len(two.process.loaded) == len(one.process.loaded) == SHARDS // 2)
        two.exchange.market.move("AAPL", "99.98", "100.00")
        for account_id in ACCOUNTS:
            await deployment.place(account_id, "key")
        expected = deployment.seqs()
        deployment.brokers.remove(one)
        await stack.aclose()  # without a release, as after a kill
        await until(lambda: len(two.process.loaded) == SHARDS)
        assert two.seqs() == expected == dict.fromkeys(ACCOUNTS, 3)
        assert {await two.place(each, "key") for each in ACCOUNTS} == {"order-1"}
        assert two.seqs() == expected
        assert {await two.place(each, "other") for each in ACCOUNTS} == {"order-2"}


async def test_a_stalled_broker_writes_nothing_after_its_shards_were_taken_over(
    deployment: Deployment,
) -> None:
    # Its clock and its fence stand still, as if its process had stopped before a commit.
    stale_fence = Fence()
    async with AsyncExitStack() as stack:
        stalled = await stack.enter_async_context(
            deployment.broker("stalled", ManualClock(), stale_fence)
        )
        await until(lambda: len(stalled.process.loaded) == SHARDS)
        stale_fence.epochs.update(stalled.process.fence.epochs)
        stalled.exchange.market.move("AAPL", "99.98", "100.00")
        for account_id in ACCOUNTS:
            await stalled.place(account_id)
        other = await stack.enter_async_context(deployment.broker("other"))
        await until(lambda: len(other.process.loaded) == SHARDS)
        assert other.process.fence.epochs == dict.fromkeys(range(SHARDS), 2)
        assert len(stalled.process.fenced) == 1
        assert stale_fence.epochs == dict.fromkeys(range(SHARDS), 1)
        placing = asyncio.create_task(stalled.place(ACCOUNTS[0]))
        assert stalled.exchange.task is not None
        with pytest.raises(FencedOut):
            await stalled.exchange.task
        assert not placing.done(), "a fenced process answers nobody"
        placing.cancel()
        assert {await other.place(each) for each in ACCOUNTS} == {"order-2"}
        assert other.seqs() == dict.fromkeys(ACCOUNTS, 3)
    assert await verified(deployment.database) == 3 * len(ACCOUNTS)


async def test_accounts_of_shards_that_others_own_are_refused(deployment: Deployment) -> None:
    async with deployment.broker("one") as one, deployment.broker("two") as two:
        await until(lambda: len(two.process.loaded) == len(one.process.loaded) == SHARDS // 2)
        one.exchange.market.move("AAPL", "99.98", "100.00")
        for account_id in ACCOUNTS:
            shard = shard_of(account_id, SHARDS)
            holder, other = (one, two) if shard in one.fence.epochs else (two, one)
            assert await holder.place(account_id) == "order-1"
            assert (await rejection_of(other.place(account_id)))[:2] == (503, "shard_moving")


async def test_what_the_journal_keeps_of_a_shard_leaves_the_memory_with_it(
    deployment: Deployment,
) -> None:
    async with deployment.broker("one") as one:
        await until(lambda: len(one.process.loaded) == SHARDS)
        one.exchange.market.move("AAPL", "99.98", "100.00")
        for account_id in ACCOUNTS:
            await one.place(account_id)
        async with deployment.broker("two") as two:
            await until(lambda: len(two.process.loaded) == len(one.process.loaded) == SHARDS // 2)
            journal = one.exchange.journal
            assert isinstance(journal, PostgresJournal)
            assert journal._tails.shards == one.fence.epochs.keys()
