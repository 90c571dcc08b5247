"""Owners that join, die and stall, with the locks and the clock of a PostgreSQL server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import asyncpg
import pytest

from tests.kit.manual_clock import ManualClock
from tests.kit.owner_processes import OwnerProcess
from tests.kit.postgresql import new_database_url_with_ledger
from tests.kit.server import until
from trading_api.domain.shards import MARKET_PARTITION, shard_partition
from trading_api.modules.broker.journal.postgres.database import PostgresDatabase
from trading_api.modules.broker.ownership.owner_clock import OwnerClock
from trading_api.modules.broker.ownership.postgres_ownership import PostgresOwnership

SHARDS = 8
PARTITIONS = [shard_partition(number) for number in range(SHARDS)]
STALE_S = 1.0
POLL_S = 0.1

Start = Callable[..., Awaitable[OwnerProcess]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def database() -> PostgresDatabase:
    return PostgresDatabase(new_database_url_with_ledger(SHARDS), SHARDS)


@pytest.fixture
async def start(database: PostgresDatabase) -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        async def started(
            name: str, kind: str = "shards", clock: OwnerClock | None = None
        ) -> OwnerProcess:
            session = PostgresOwnership(database, name, kind)
            partitions = PARTITIONS if kind == "shards" else [MARKET_PARTITION]
            process = OwnerProcess(session, name, partitions, clock, STALE_S, POLL_S)
            stack.push_async_callback(session.close)
            stack.push_async_callback(process.cancel)
            return await process.start()

        yield started


def connection_of(process: OwnerProcess) -> asyncpg.Connection:
    assert isinstance(process.session, PostgresOwnership)
    assert process.session._holding is not None
    return process.session._holding


async def test_owners_share_the_shards_evenly_when_they_join_and_leave(start: Start) -> None:
    one = await start("one")
    await until(lambda: len(one.loaded) == SHARDS)
    two = await start("two")
    await until(lambda: len(one.loaded) == len(two.loaded) == 4)
    three = await start("three")
    processes = [one, two, three]
    await until(lambda: sorted(len(each.loaded) for each in processes) == [2, 3, 3])
    await two.shut_down()
    await until(lambda: len(one.loaded) == len(three.loaded) == 4)
    assert [each.fenced for each in processes] == [[], [], []]
    assert two.owner.epochs == {}


async def test_what_an_owner_had_is_taken_over_when_its_connections_close(start: Start) -> None:
    one, two = await start("one"), await start("two")
    await until(lambda: len(one.loaded) == len(two.loaded) == 4)
    await one.cancel()
    connection_of(one).terminate()
    before_s = asyncio.get_running_loop().time()
    await until(lambda: len(two.loaded) == SHARDS)
    assert asyncio.get_running_loop().time() - before_s < STALE_S
    assert two.fenced == []


async def test_a_stalled_owner_is_replaced_and_notices_that_its_session_was_ended(
    start: Start,
) -> None:
    # The clock of a stopped process stands still for it: it sends no heartbeats.
    stalled = await start("stalled", clock=ManualClock())
    await until(lambda: len(stalled.loaded) == SHARDS)
    other = await start("other")
    before_s = asyncio.get_running_loop().time()
    await until(lambda: len(other.loaded) == SHARDS)
    assert asyncio.get_running_loop().time() - before_s > STALE_S - 2 * POLL_S
    await until(lambda: bool(stalled.fenced))
    assert stalled.fence.epochs == {}
    assert other.fence.epochs == dict.fromkeys(range(SHARDS), 2)
    assert other.fenced == []


async def test_a_standby_of_the_market_takes_over(start: Start) -> None:
    active = await start("active", "market")
    await until(lambda: active.loaded == {MARKET_PARTITION: 1})
    standby = await start("another", "market")
    await asyncio.sleep(5 * POLL_S)
    assert (active.loaded, standby.loaded) == ({MARKET_PARTITION: 1}, {})
    await active.shut_down()
    await until(lambda: standby.loaded == {MARKET_PARTITION: 2})


async def test_a_connection_that_only_reads_is_opened_again(
    start: Start, database: PostgresDatabase
) -> None:
    one = await start("one")
    await until(lambda: len(one.loaded) == SHARDS)
    operator = await database.connect("operator")
    ended = await operator.fetchval(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE application_name = 'trading-api ownership reading'"
        " AND datname = current_database()"
    )
    await operator.close()
    assert ended == 1
    two = await start("two")
    await until(lambda: len(one.loaded) == len(two.loaded) == 4)
    assert one.fenced == []


async def test_every_owner_is_fenced_when_all_sessions_are_ended(
    start: Start, database: PostgresDatabase
) -> None:
    one, two = await start("one"), await start("two")
    await until(lambda: len(one.loaded) == len(two.loaded) == 4)
    operator = await database.connect("operator")
    await operator.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name LIKE 'trading-api ownership%' AND datname = current_database()"
    )
    await operator.close()
    await until(lambda: bool(one.fenced and two.fenced))
    three = await start("three")
    await until(lambda: len(three.loaded) == SHARDS)
