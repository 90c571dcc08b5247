"""Two owners of one shard: only the one with the present epoch writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import pytest

from tests.kit.ledger_streams import mixed, trading
from trading_api.domain.shards import shard_of, shard_partition
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import image_of
from trading_api.modules.broker.journal.journal import FencedOut, JournalEntry
from trading_api.modules.broker.journal.postgres.database import PostgresDatabase
from trading_api.modules.broker.journal.postgres.fence import Fence
from trading_api.modules.broker.journal.postgres.ownership_table import OwnershipTable
from trading_api.modules.broker.journal.postgres.postgres_journal import PostgresJournal
from trading_api.modules.broker.journal.postgres.tests.conftest import (
    SHARDS,
    Connect,
    OpenJournal,
    until_waiting,
)

ACCOUNT = "A"
SHARD = shard_of(ACCOUNT, SHARDS)
STREAM = trading(ACCOUNT, 60)
ELSEWHERE = next(each for each in "BCDEFGH" if shard_of(each, SHARDS) != SHARD)
OTHER = trading(ELSEWHERE, 60)


@dataclass(slots=True)
class Owner:
    """A process that owns shards."""

    journal: PostgresJournal
    fence: Fence
    table: OwnershipTable
    name: str

    async def take(self, *shards: int) -> None:
        for shard in shards:
            epoch = await self.table.take(shard_partition(shard), self.name)
            self.fence.epochs[shard] = epoch


@pytest.fixture
async def owners(connect: Connect, open_journal: OpenJournal) -> list[Owner]:
    made = []
    for name in ("one", "two"):
        fence = Fence()
        made.append(Owner(open_journal(fence), fence, OwnershipTable(await connect()), name))
    return made


@asynccontextmanager
async def begun_append_is_blocked(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Keep the next append waiting in its middle: it waits whether another event with the number of
    its own is committed."""
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(f"INSERT INTO events VALUES ('{ACCOUNT}', 11, '', 0, '', '')")
    yield
    await transaction.rollback()


async def stored(journal: PostgresJournal) -> list[JournalEntry]:
    return [entry async for entry in journal.load()]


async def test_the_former_owner_writes_nothing(owners: list[Owner]) -> None:
    one, two = owners
    await one.take(SHARD)
    await one.journal.append(STREAM[:10])
    await two.take(SHARD)
    with pytest.raises(FencedOut, match=f"owns some of .{SHARD}"):
        await one.journal.append(STREAM[10:20])
    assert await stored(two.journal) == STREAM[:10]
    await two.journal.append(STREAM[10:30])
    with pytest.raises(FencedOut):
        await one.journal.append(STREAM[30:])
    assert await stored(two.journal) == STREAM[:30]


async def test_a_batch_of_which_one_shard_is_lost_is_not_written(owners: list[Owner]) -> None:
    one, two = owners
    await one.take(SHARD, shard_of(ELSEWHERE, SHARDS))
    await two.take(SHARD)
    with pytest.raises(FencedOut):
        await one.journal.append(mixed(OTHER[:5], STREAM[:5]))
    await one.journal.append(OTHER[:5])
    assert await stored(one.journal) == OTHER[:5]


async def test_a_shard_that_was_never_taken_cannot_be_written(owners: list[Owner]) -> None:
    one, _ = owners
    await one.take(shard_of(ELSEWHERE, SHARDS))
    with pytest.raises(FencedOut, match=f"does not own .{SHARD}"):
        await one.journal.append(STREAM[:5])


async def test_an_image_is_fenced_too(owners: list[Owner]) -> None:
    one, two = owners
    await one.take(SHARD)
    await one.journal.append(STREAM[:10])
    state = AccountState()
    for entry in STREAM[:10]:
        state.evolve(entry.event)
    await two.take(SHARD)
    with pytest.raises(FencedOut):
        await one.journal.append([], [image_of(state)])
    await two.journal.append([], [image_of(state)])
    step, *_ = [each async for each in two.journal.recover([SHARD])]
    assert step.items == [image_of(state)]


async def test_a_shard_that_returns_is_continued_after_what_others_wrote(
    owners: list[Owner],
) -> None:
    one, two = owners
    await one.take(SHARD)
    await one.journal.append(STREAM[:10])
    await two.take(SHARD)
    await two.journal.append(STREAM[10:20])
    await one.take(SHARD)
    await one.journal.append(STREAM[20:])
    assert await stored(two.journal) == STREAM


async def test_a_take_over_waits_for_an_append_that_has_begun(
    owners: list[Owner], connect: Connect
) -> None:
    one, two = owners
    await one.take(SHARD)
    await one.journal.append(STREAM[:10])
    blocker = await connect()
    async with asyncio.TaskGroup() as tasks:
        async with begun_append_is_blocked(blocker):
            appending = tasks.create_task(one.journal.append(STREAM[10:]))
            await until_waiting(blocker)
            taking = tasks.create_task(two.take(SHARD))
            await until_waiting(blocker, 2)
            assert not appending.done()
            assert not taking.done()
            assert await one.table.heartbeat("one") == 1, "a heartbeat does not wait"
        await taking
        assert await stored(two.journal) == STREAM
        await appending


async def test_an_append_waits_for_a_take_over_that_has_begun_and_writes_nothing(
    owners: list[Owner], connect: Connect
) -> None:
    one, two = owners
    await one.take(SHARD)
    await one.journal.append(STREAM[:10])
    taker = await connect()
    async with taker.transaction():
        await OwnershipTable(taker).take(shard_partition(SHARD), "two")
        appending = asyncio.create_task(one.journal.append(STREAM[10:]))
        await until_waiting(taker)
        assert not appending.done()
    with pytest.raises(FencedOut):
        await appending
    assert await stored(two.journal) == STREAM[:10]


async def test_recovery_reads_the_accounts_of_its_shards(owners: list[Owner]) -> None:
    one, two = owners
    await one.take(SHARD, shard_of(ELSEWHERE, SHARDS))
    await one.journal.append(mixed(STREAM, OTHER))
    steps = [each async for each in two.journal.recover([SHARD])]
    assert [item for step in steps for item in step.items] == STREAM
    assert (steps[-1].done, steps[-1].total) == (60, 60)
    unowned = [each async for each in two.journal.recover([])]
    assert [step.items for step in unowned] == [[]]


async def test_a_journal_without_a_fence_is_the_only_writer(
    open_journal: OpenJournal, connect: Connect
) -> None:
    sole = open_journal(None)
    await sole.append(mixed(STREAM, OTHER))
    table = OwnershipTable(await connect())
    assert {row.epoch for row in await table.rows()} == {1}
    assert not await table.try_lock(shard_partition(SHARD))
    assert await table.stale_owners(0) == []
    with pytest.raises(ConfigurationError, match="is written by another process"):
        await open_journal(None).currencies()


async def test_after_the_only_writer_has_ended_another_continues(
    database: PostgresDatabase, open_journal: OpenJournal
) -> None:
    sole = PostgresJournal(database)
    await sole.append(STREAM[:10])
    await sole.close()
    next_one = open_journal(None)
    await next_one.append(STREAM[10:])
    assert await stored(next_one) == STREAM
