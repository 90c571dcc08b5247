"""Which process owns a partition: locks, epochs and heartbeats."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from trading_api.domain.shards import MARKET_PARTITION
from trading_api.modules.broker.journal.postgres.ownership_table import (
    OwnershipTable,
    PartitionRow,
    all_partitions,
)
from trading_api.modules.broker.journal.postgres.tests.conftest import SHARDS, Connect


async def row(table: OwnershipTable, partition: str) -> PartitionRow:
    return next(each for each in await table.rows() if each.partition == partition)


async def test_at_first_nobody_owns_a_partition(connect: Connect) -> None:
    rows = await OwnershipTable(await connect()).rows()
    names = [MARKET_PARTITION, *(f"shard-{number}" for number in range(SHARDS))]
    assert rows == [PartitionRow(name, 0, "", None, None) for name in names]


async def test_one_session_locks_a_partition_until_it_unlocks_it(connect: Connect) -> None:
    one, two = OwnershipTable(await connect()), OwnershipTable(await connect())
    assert await one.try_lock("shard-1")
    assert not await two.try_lock("shard-1")
    assert await two.try_lock("shard-2")
    assert await two.try_lock(MARKET_PARTITION)
    await one.unlock("shard-1")
    assert await two.try_lock("shard-1")


async def test_each_owner_begins_a_new_epoch(connect: Connect) -> None:
    first, second = await connect(), await connect()
    one, two = OwnershipTable(first), OwnershipTable(second)
    assert await one.take("shard-1", "one") == 1
    found = await row(two, "shard-1")
    assert (found.epoch, found.owner, found.backend_pid) == (1, "one", first.get_server_pid())
    assert await two.take("shard-1", "two") == 2
    assert await two.take_all(["shard-1", MARKET_PARTITION], "two") == {
        "shard-1": 3,
        MARKET_PARTITION: 1,
    }
    assert (await row(one, "shard-0")).epoch == 0


async def test_an_owner_without_heartbeats_becomes_stale(connect: Connect) -> None:
    one, two = OwnershipTable(await connect()), OwnershipTable(await connect())
    await one.take_all(["shard-1", "shard-2"], "one")
    await two.take("shard-3", "two")
    await asyncio.sleep(0.05)
    assert await one.heartbeat("one") == 2
    assert [each.partition for each in await one.stale_owners(0.04)] == ["shard-3"]
    assert await one.stale_owners(10) == []


async def test_a_session_that_no_longer_owns_a_partition_sends_no_heartbeats_for_it(
    connect: Connect,
) -> None:
    one, two = OwnershipTable(await connect()), OwnershipTable(await connect())
    await one.take_all(["shard-1", "shard-2"], "name")
    await two.take("shard-1", "name")
    assert await one.heartbeat("name") == 1


async def test_terminating_an_owner_ends_its_session_and_its_locks(connect: Connect) -> None:
    stopped, connection = await connect(), await connect()
    one, two = OwnershipTable(stopped), OwnershipTable(connection)
    await one.try_lock("shard-1")
    await one.take("shard-1", "one")
    (stale,) = await two.stale_owners(0)
    assert stale.backend_pid is not None
    assert await two.terminate(stale.backend_pid)
    assert await two.try_lock("shard-1")
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await one.heartbeat("one")


async def test_a_session_that_holds_no_lock_is_not_terminated(connect: Connect) -> None:
    stranger, table = await connect(), OwnershipTable(await connect())
    assert await table.terminate(stranger.get_server_pid())
    assert await stranger.fetchval("SELECT 1") == 1


async def test_a_released_partition_has_no_owner_and_keeps_its_epoch(connect: Connect) -> None:
    one, two = OwnershipTable(await connect()), OwnershipTable(await connect())
    await one.try_lock("shard-1")
    epoch = await one.take("shard-1", "one")
    await one.release("shard-1", epoch)
    assert await row(two, "shard-1") == PartitionRow("shard-1", 1, "", None, None)
    assert await two.try_lock("shard-1")


async def test_a_partition_of_a_later_epoch_is_not_released(connect: Connect) -> None:
    one, two = OwnershipTable(await connect()), OwnershipTable(await connect())
    await one.try_lock("shard-1")
    epoch = await one.take("shard-1", "one")
    await two.take("shard-1", "two")
    await one.release("shard-1", epoch)
    assert (await row(two, "shard-1")).owner == "two"


async def test_all_partitions_are_locked_or_the_wait_ends(connect: Connect) -> None:
    one, two = OwnershipTable(await connect()), OwnershipTable(await connect())
    partitions = all_partitions(SHARDS)
    assert await one.lock_all(partitions, timeout_s=1)
    assert not await two.lock_all(partitions, timeout_s=0.01)
    for partition in partitions:
        await one.unlock(partition)
    assert await two.lock_all(partitions, timeout_s=1)


async def test_an_owner_without_heartbeats_may_never_become_stale(connect: Connect) -> None:
    table = OwnershipTable(await connect())
    await table.take_all(["shard-1"], "one", sends_heartbeats=False)
    assert await table.stale_owners(0) == []
    assert (await row(table, "shard-1")).owner == "one"
