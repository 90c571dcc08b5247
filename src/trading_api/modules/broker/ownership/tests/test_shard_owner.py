"""Owners that join, leave, die and stall, on a clock that the test moves."""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.kit.manual_clock import ManualClock
from tests.kit.owner_processes import (
    POLL_S,
    SHARDS,
    STALE_S,
    OwnerDeployment,
    OwnerProcess,
    session_of,
)
from trading_api.domain.shards import MARKET_PARTITION
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.ownership import shard_owner


async def test_one_owner_claims_everything_immediately(deployment: OwnerDeployment) -> None:
    one = await deployment.start("one")
    assert one.loaded == dict.fromkeys(SHARDS, 1)
    assert one.owner.epochs == one.loaded
    await deployment.run(60)
    assert one.claimed == SHARDS
    assert one.fenced == []


async def test_owners_that_join_and_leave_share_evenly(deployment: OwnerDeployment) -> None:
    await deployment.start("one")
    two = await deployment.start("two")
    await deployment.run(2 * POLL_S)
    assert deployment.counts() == {"one": 4, "two": 4}
    await deployment.start("three")
    await deployment.run(2 * POLL_S)
    assert sorted(deployment.counts().values()) == [2, 3, 3]
    await deployment.run(30)
    assert sum(len(each.claimed) for each in deployment.processes.values()) == 8 + 4 + 2
    await deployment.shut_down("two")
    await deployment.run(2 * POLL_S)
    assert deployment.counts() == {"one": 4, "two": 0, "three": 4}
    assert sorted(two.released) == sorted(two.claimed)
    assert two.fenced == []


async def test_what_a_killed_owner_had_is_taken_over_at_the_next_poll(
    deployment: OwnerDeployment,
) -> None:
    one, two = await deployment.start("one"), await deployment.start("two")
    await deployment.run(2 * POLL_S)
    await one.cancel()
    session_of(one).cut()
    await deployment.run(POLL_S)
    assert len(two.loaded) == 8
    assert sorted(two.loaded.values()) == [2] * 8


async def test_a_stalled_owner_is_replaced_and_fenced(deployment: OwnerDeployment) -> None:
    # The clock of a stopped process stands still for it.
    stalled = deployment.make("stalled", clock=ManualClock())
    await stalled.start()
    await deployment.run(0)
    other = await deployment.start("other")
    await deployment.run(STALE_S - POLL_S)
    assert deployment.counts() == {"stalled": 8, "other": 0}
    assert stalled.fenced == []
    await deployment.run(2 * POLL_S)
    assert other.loaded == dict.fromkeys(SHARDS, 2)
    assert stalled.fenced == ["the session that holds the locks has ended: ended by another owner"]
    assert stalled.fence.epochs == {}
    assert other.fenced == []


async def test_an_owner_is_fenced_when_its_heartbeat_is_not_written_in_time(
    deployment: OwnerDeployment,
) -> None:
    process = await deployment.start("one")
    await deployment.run(10)
    session_of(process).stop()
    await deployment.run(STALE_S - 2 * POLL_S)
    assert process.fenced == []
    await deployment.run(2 * POLL_S)
    assert process.fenced == ["no heartbeat was written for 3 s"]
    assert process.task is not None


async def test_an_owner_is_fenced_when_its_session_ends(deployment: OwnerDeployment) -> None:
    process = await deployment.start("one")
    session_of(process).cut()
    assert process.fenced == ["the session that holds the locks has ended: connection closed"]
    await deployment.run(POLL_S)
    assert process.task is not None
    assert process.task.done()


async def test_an_owner_is_fenced_when_it_sees_another_epoch(deployment: OwnerDeployment) -> None:
    process = await deployment.start("one")
    deployment.table.rows["shard-3"].epoch = 7
    await deployment.run(POLL_S)
    (reason,) = process.fenced
    assert "shard-3" in reason


async def test_an_owner_is_fenced_when_a_heartbeat_finds_less(deployment: OwnerDeployment) -> None:
    process = await deployment.start("one")
    deployment.table.is_readable = False
    deployment.table.rows["shard-3"].session = None
    await deployment.run(2)
    (reason,) = process.fenced
    assert "shard-3" in reason


async def test_tables_that_cannot_be_read_fence_nobody(deployment: OwnerDeployment) -> None:
    one = await deployment.start("one")
    deployment.table.is_readable = False
    two = await deployment.start("two")
    await deployment.run(20)
    assert deployment.counts() == {"one": 8, "two": 0}
    deployment.table.is_readable = True
    await deployment.run(2 * POLL_S)
    assert deployment.counts() == {"one": 4, "two": 4}
    assert one.fenced == two.fenced == []


async def test_the_market_stays_with_its_owner_until_that_ends(deployment: OwnerDeployment) -> None:
    last = await deployment.start("z", is_market=True)
    await deployment.start("shards")
    first = await deployment.start("a", is_market=True)
    await deployment.run(10)
    assert (last.loaded, first.loaded) == ({MARKET_PARTITION: 1}, {})
    await deployment.shut_down("z")
    await deployment.run(POLL_S)
    assert first.loaded == {MARKET_PARTITION: 2}
    standby = await deployment.start("b", is_market=True)
    await first.cancel()
    session_of(first).cut()
    await deployment.run(POLL_S)
    assert standby.loaded == {MARKET_PARTITION: 3}
    assert first.fence.epochs == {}
    assert len(deployment.processes["shards"].loaded) == 8


async def test_a_slow_release_keeps_the_other_partitions_and_sends_heartbeats(
    deployment: OwnerDeployment,
) -> None:
    one = await deployment.start("one")
    two = deployment.make("two")

    async def take_long(partition: str) -> None:
        await deployment.clock.sleep(2 * STALE_S)

    one.releasing = take_long
    await two.start()
    ending = asyncio.create_task(one.shut_down())
    loaded = []
    while not ending.done():
        await deployment.run(2 * STALE_S)
        loaded.append((len(one.loaded), len(two.loaded)))
    assert loaded[:3] == [(7, 1), (6, 2), (5, 3)]
    assert len(two.loaded) == 8
    assert one.fenced == two.fenced == []


async def test_a_claim_under_way_is_finished_before_everything_is_released(
    deployment: OwnerDeployment,
) -> None:
    one = deployment.make("one")

    async def take_long(partition: str) -> None:
        await deployment.clock.sleep(10)

    one.loading = take_long
    await one.start()
    await deployment.run(2)
    await deployment.shut_down("one")
    assert one.claimed == one.released == SHARDS
    assert {row.owner for row in deployment.table.rows.values()} == {""}
    assert one.fenced == []


async def test_no_more_partitions_are_loaded_once_the_process_ends(
    deployment: OwnerDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shard_owner, "CLAIMED_AT_ONCE", 3)
    one = deployment.make("one")

    async def take_long(partition: str) -> None:
        await deployment.clock.sleep(10)

    one.loading = take_long
    await one.start()
    await deployment.run(2)
    await deployment.shut_down("one")
    assert one.claimed == one.released == SHARDS[:3]
    assert {row.owner for row in deployment.table.rows.values()} == {""}


async def test_an_owner_that_did_not_start_has_nothing_to_release(
    deployment: OwnerDeployment,
) -> None:
    await deployment.make("one").owner.release_all()
    assert deployment.table.owners == {}


async def test_a_partition_that_cannot_be_loaded_ends_the_process(
    deployment: OwnerDeployment, caplog: pytest.LogCaptureFixture
) -> None:
    one = deployment.make("one")

    async def fail(partition: str) -> None:
        if partition == "shard-2":
            raise ConfigurationError("unreadable")

    one.loading = fail
    await one.start()
    await deployment.run(POLL_S)
    assert one.task is not None
    with pytest.raises(ConfigurationError, match="unreadable"):
        one.task.result()
    await one.owner.release_all()
    assert sorted(one.released) == [each for each in SHARDS if each != "shard-2"]
    assert {row.owner for row in deployment.table.rows.values()} == {""}


@pytest.mark.parametrize("seed", range(20))
async def test_whatever_happens_each_shard_has_one_owner_and_all_are_shared(
    deployment: OwnerDeployment, seed: int
) -> None:
    chance = random.Random(seed)
    stopped: list[OwnerProcess] = []
    for number in range(40):
        alive = [each for each in deployment.processes.values() if is_alive(each)]
        match chance.randrange(6):
            case 0 | 1 if len(alive) < 5:
                await deployment.start(f"{chance.randrange(10)}-{number}")
            case 2 if alive:
                process = chance.choice(alive)
                await process.cancel()
                session_of(process).cut()
            case 3 if alive:
                process = chance.choice(alive)
                session_of(process).stop()
                stopped.append(process)
            case 4 if stopped:
                session_of(stopped.pop()).resume()
            case 5 if alive:
                await deployment.shut_down(chance.choice(alive).owner.owner)
        await deployment.run(chance.choice([0, 0, 1, 2, 5]) * POLL_S)
    for process in stopped:
        session_of(process).resume()
    await deployment.start("last")
    await deployment.run(2 * STALE_S)
    counts = [len(each.loaded) for each in deployment.processes.values() if is_alive(each)]
    assert sum(counts) == len(SHARDS)
    assert max(counts) - min(counts) <= 1


def is_alive(process: OwnerProcess) -> bool:
    return process.task is not None and not process.task.done() and not process.fenced
