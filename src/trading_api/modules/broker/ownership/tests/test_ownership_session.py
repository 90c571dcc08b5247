"""The contract of every OwnershipSession."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest

from tests.kit.memory_ownership import MemoryOwnership
from tests.kit.postgresql import new_database_url_with_ledger, server
from tests.kit.server import until
from tests.kit.unix_proxy import unix_proxy
from trading_api.domain.shards import MARKET_PARTITION, shard_partition
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.postgres.database import PostgresDatabase
from trading_api.modules.broker.ownership.owner_clock import BootClock
from trading_api.modules.broker.ownership.ownership_session import (
    OwnershipLost,
    OwnershipSession,
    OwnershipUnreadable,
    OwnershipView,
    PartitionState,
)
from trading_api.modules.broker.ownership.postgres_ownership import PostgresOwnership

SHARDS = 4
STALE_S = 2.0
PARTITIONS = [MARKET_PARTITION, *map(shard_partition, range(SHARDS))]

MakeSession = Callable[[str, str], OwnershipSession]


class Opened:
    """An open session, and what it reported."""

    def __init__(self, session: OwnershipSession) -> None:
        self.session = session
        self.lost: list[str] = []
        self.changes = 0

    async def open(self, stale_s: float = STALE_S) -> None:
        await self.session.open(self.lost.append, self._count, stale_s)

    def _count(self) -> None:
        self.changes += 1

    async def partition(self, partition: str) -> PartitionState:
        view = await self.session.view()
        return next(each for each in view.partitions if each.partition == partition)


Open = Callable[..., Awaitable[Opened]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["memory", "postgresql"])
def make(request: pytest.FixtureRequest) -> MakeSession:
    if request.param == "memory":
        return MemoryOwnership(PARTITIONS, BootClock()).session
    database = PostgresDatabase(new_database_url_with_ledger(SHARDS), SHARDS)
    return lambda owner, kind: PostgresOwnership(database, owner, kind)


@pytest.fixture
async def opened(make: MakeSession) -> AsyncIterator[Open]:
    async with AsyncExitStack() as stack:

        async def open(owner: str, kind: str = "shards", stale_s: float = STALE_S) -> Opened:
            made = Opened(make(owner, kind))
            await made.open(stale_s)
            stack.push_async_callback(made.session.close)
            return made

        yield open


async def test_at_first_no_partition_has_an_owner(opened: Open) -> None:
    view = await (await opened("one")).session.view()
    free = [PartitionState(each, 0, "", None, None, is_locked=False) for each in PARTITIONS]
    assert list(view.partitions) == free
    assert names(view) == ["one"]


async def test_owners_are_those_of_the_same_kind_that_have_not_left(opened: Open) -> None:
    one, two = await opened("one"), await opened("two")
    await opened("three", "market")
    assert names(await one.session.view()) == ["one", "two"]
    await two.session.claim(["shard-1"])
    await two.session.leave()
    assert names(await one.session.view()) == ["one"]
    assert await two.session.heartbeat() == {"shard-1": 1}
    assert names(await one.session.view()) == ["one"]
    await until_notified(one)


async def test_a_partition_is_claimed_by_one_session_at_a_time(opened: Open) -> None:
    one, two = await opened("one"), await opened("two")
    assert await one.session.claim(["shard-0", "shard-1"]) == {"shard-0": 1, "shard-1": 1}
    assert await two.session.claim(["shard-1", "shard-2"]) == {"shard-2": 1}
    assert await two.session.claim(["shard-0"]) == {}
    assert await one.session.heartbeat() == {"shard-0": 1, "shard-1": 1}
    assert await two.session.heartbeat() == {"shard-2": 1}
    state = await two.partition("shard-1")
    assert (state.epoch, state.owner, state.is_locked) == (1, "one", True)
    assert state.heartbeat_at is not None


async def test_a_released_partition_is_free_and_the_others_are_notified(opened: Open) -> None:
    one, two = await opened("one"), await opened("two")
    await one.session.claim(["shard-1"])
    await one.session.release("shard-1", 1)
    assert await one.session.heartbeat() == {}
    assert await two.partition("shard-1") == PartitionState(
        "shard-1", 1, "", None, None, is_locked=False
    )
    await until_notified(two)
    assert await two.session.claim(["shard-1"]) == {"shard-1": 2}


async def test_a_partition_of_a_closed_session_is_free_and_has_its_last_owner(
    opened: Open, make: MakeSession
) -> None:
    one, two = Opened(make("one", "shards")), await opened("two")
    await one.open()
    await one.session.claim(["shard-1", MARKET_PARTITION])
    await one.session.close()
    assert one.lost == []
    await until_free(two, MARKET_PARTITION)
    state = await two.partition("shard-1")
    assert (state.owner, state.is_locked) == ("one", False)
    assert names(await two.session.view()) == ["two"]
    assert await two.session.claim(["shard-1", MARKET_PARTITION]) == {
        "shard-1": 2,
        MARKET_PARTITION: 2,
    }


async def test_a_heartbeat_shows_at_the_owner_and_its_partitions(opened: Open) -> None:
    one, two = await opened("one"), await opened("two")
    await one.session.claim(["shard-1"])
    await two.session.claim(["shard-2"])
    before = await two.session.view()
    await asyncio.sleep(0.01)
    await one.session.heartbeat()
    after = await two.session.view()
    assert after.owners[0].heartbeat_at > before.owners[0].heartbeat_at
    assert after.owners[1] == before.owners[1]
    changed = set(after.partitions) - set(before.partitions)
    assert [each.partition for each in changed] == ["shard-1"]


async def test_the_session_of_an_owner_can_be_ended(opened: Open) -> None:
    stalled, other = await opened("stalled"), await opened("other")
    await stalled.session.claim(["shard-1"])
    state = await other.partition("shard-1")
    assert await other.session.claim(["shard-1"]) == {}
    assert state.backend_pid is not None
    assert await other.session.end_session(state.backend_pid)
    assert await other.session.claim(["shard-1"]) == {"shard-1": 2}
    with suppress(OwnershipLost):  # the end may be noticed by the call or before
        await stalled.session.heartbeat()
    await until(lambda: bool(stalled.lost))
    with pytest.raises(OwnershipLost):
        await stalled.session.release("shard-1", 1)
    assert (await other.partition("shard-1")).owner == "other"


async def test_a_session_that_holds_nothing_is_not_ended(opened: Open) -> None:
    one, two = await opened("one"), await opened("two")
    await one.session.claim(["shard-1"])
    state = await two.partition("shard-1")
    await one.session.release("shard-1", 1)
    assert state.backend_pid is not None
    assert await two.session.end_session(state.backend_pid)
    assert await one.session.heartbeat() == {}
    assert one.lost == []


async def test_a_process_id_that_postgresql_uses_again_is_no_lock_of_the_earlier_owner() -> None:
    database = PostgresDatabase(new_database_url_with_ledger(SHARDS), SHARDS)
    gone, live = (Opened(PostgresOwnership(database, each, "shards")) for each in ("gone", "live"))
    await gone.open()
    await gone.session.claim(["shard-1"])
    await gone.session.close()
    await live.open()
    await live.session.claim(["shard-2", MARKET_PARTITION])
    connection = await database.connect("test")
    await connection.execute(
        "UPDATE ownership SET backend_pid ="
        " (SELECT backend_pid FROM ownership WHERE partition = 'shard-2')"
        " WHERE partition = 'shard-1'"
    )
    await connection.close()
    view = await live.session.view()
    await live.session.close()
    locked = {each.partition for each in view.partitions if each.is_locked}
    assert locked == {"shard-2", MARKET_PARTITION}


async def test_a_session_is_opened_again_after_its_end(opened: Open, make: MakeSession) -> None:
    one, two = Opened(make("one", "shards")), await opened("two")
    await one.open()
    await one.session.claim(["shard-1"])
    for epoch in (2, 3):
        await one.session.close()
        await until_free(two, "shard-1")
        await one.open()
        assert await one.session.heartbeat() == {}
        assert names(await two.session.view()) == ["one", "two"]
        assert await one.session.claim(["shard-1"]) == {"shard-1": epoch}
        assert await one.session.heartbeat() == {"shard-1": epoch}
    await one.session.close()
    assert one.lost == []


async def test_a_claim_that_waits_for_an_append_delays_no_heartbeat_and_gives_up() -> None:
    database = PostgresDatabase(new_database_url_with_ledger(SHARDS), SHARDS)
    one = Opened(PostgresOwnership(database, "one", "shards", claim_wait_s=0.05))
    await one.open()
    await one.session.claim(["shard-0"])
    appending = await database.connect("test")
    await appending.execute("BEGIN")
    await appending.execute(
        "SELECT FROM ownership WHERE partition = 'shard-1' FOR KEY SHARE OF ownership"
    )
    claiming = asyncio.create_task(one.session.claim(["shard-1", "shard-2"]))
    await asyncio.sleep(0)
    assert await one.session.heartbeat() == {"shard-0": 1}
    assert await claiming == {}
    await appending.execute("ROLLBACK")
    await appending.close()
    other = Opened(PostgresOwnership(database, "other", "shards"))
    await other.open()
    assert await other.session.claim(["shard-2"]) == {"shard-2": 1}
    assert await one.session.claim(["shard-1"]) == {"shard-1": 1}
    for each in (one, other):
        await each.session.close()
        assert each.lost == []


async def test_a_heartbeat_continues_over_another_connection_and_ends_with_the_locks() -> None:
    database = PostgresDatabase(new_database_url_with_ledger(SHARDS), SHARDS)
    one = Opened(PostgresOwnership(database, "one", "shards"))
    await one.open()
    await one.session.claim(["shard-1"])
    await one.session.heartbeat()
    connection = await database.connect("test")

    async def end(purpose: str) -> None:
        await connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            f" WHERE application_name = 'trading-api {purpose}' AND datname = current_database()"
        )

    await end("ownership heartbeat")
    with suppress(OwnershipUnreadable):  # the end may be noticed by this call or before
        await one.session.heartbeat()
    assert await one.session.heartbeat() == {"shard-1": 1}
    await end("ownership")
    with pytest.raises(OwnershipLost):
        await one.session.heartbeat()
    await until(lambda: len(one.lost) == 1)
    await one.session.close()
    await connection.close()


async def test_a_heartbeat_between_the_reason_and_the_end_of_its_connection_is_unreadable(
    tmp_path: Path,
) -> None:
    url = new_database_url_with_ledger(SHARDS)
    async with unix_proxy(server().folder, tmp_path) as proxy:
        through = PostgresDatabase(f"{url.partition('?')[0]}?host={tmp_path}", SHARDS)
        one = Opened(PostgresOwnership(through, "one", "shards"))
        await one.open()
        await one.session.heartbeat()
        proxy.may_end.clear()
        ended = proxy.ended
        connection = await PostgresDatabase(url, SHARDS).connect("test")
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name"
            " = 'trading-api ownership heartbeat' AND datname = current_database()"
        )
        await connection.close()
        await until(lambda: proxy.ended > ended)
        with pytest.raises(OwnershipUnreadable):
            await one.session.heartbeat()
        proxy.may_end.set()
        await one.session.close()


async def test_another_number_of_shards_stops_the_start() -> None:
    url = new_database_url_with_ledger(SHARDS)
    session = PostgresOwnership(PostgresDatabase(url, SHARDS + 1), "one", "shards")
    with pytest.raises(ConfigurationError, match=f"set SHARDS={SHARDS}"):
        await Opened(session).open()


async def test_a_database_that_cannot_be_reached_stops_the_start() -> None:
    database = PostgresDatabase("postgresql://nobody@127.0.0.1:1/ledger", SHARDS)
    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        await Opened(PostgresOwnership(database, "one", "shards")).open()


def names(view: OwnershipView) -> list[str]:
    return [each.owner for each in view.owners]


async def until_free(opened: Opened, partition: str) -> None:
    """Wait until PostgreSQL has noticed the end of the owner's session."""
    for _ in range(500):
        if not (await opened.partition(partition)).is_locked:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(partition)


async def until_notified(opened: Opened) -> None:
    """Wait for a notification, which PostgreSQL sends with the answer to the next query."""
    await until(lambda: opened.changes > 0)
