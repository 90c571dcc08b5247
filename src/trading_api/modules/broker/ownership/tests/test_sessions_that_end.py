"""Sessions that end, claims that are slow and partitions that cannot be served, on a clock that the
test moves."""

from __future__ import annotations

from tests.kit.owner_processes import POLL_S, SHARDS, STALE_S, OwnerDeployment, session_of
from trading_api.domain.shards import MARKET_PARTITION
from trading_api.modules.broker.ownership.ownership_session import ClaimFailed


async def test_a_standby_begins_another_session_when_its_own_ends(
    deployment: OwnerDeployment,
) -> None:
    first = await deployment.start("first", is_market=True)
    standby = await deployment.start("standby", is_market=True)
    for _ in range(3):
        session_of(standby).cut()
        assert standby.owner.health() is not None
        await deployment.run(POLL_S)
        assert standby.owner.health() is None
    await first.cancel()
    session_of(first).cut()
    await deployment.run(POLL_S)
    assert standby.loaded == {MARKET_PARTITION: 2}
    assert standby.fenced == []
    session_of(standby).cut()
    assert standby.fenced == ["the session that holds the locks has ended: connection closed"]


async def test_a_standby_tries_again_until_the_database_can_be_reached(
    deployment: OwnerDeployment,
) -> None:
    first = await deployment.start("first", is_market=True)
    standby = await deployment.start("standby", is_market=True)
    deployment.table.is_reachable = False
    session_of(standby).cut()
    await deployment.run(120)
    assert standby.owner.health() is not None
    deployment.table.is_reachable = True
    await deployment.run(5 + POLL_S)
    assert standby.owner.health() is None
    assert standby.fenced == []
    assert first.loaded == {MARKET_PARTITION: 1}
    deployment.table.is_reachable = False
    session_of(standby).cut()
    await deployment.run(POLL_S)
    await deployment.shut_down("standby")
    assert standby.fenced == []


async def test_a_standby_whose_heartbeats_are_not_written_begins_another_session(
    deployment: OwnerDeployment,
) -> None:
    await deployment.start("first", is_market=True)
    standby = await deployment.start("standby", is_market=True)
    session = session_of(standby)
    session.stop()
    number = session.number
    await deployment.run(STALE_S + POLL_S)
    assert session.number > number
    session.resume()
    await deployment.run(STALE_S + POLL_S)
    assert standby.owner.health() is None
    assert standby.fenced == []


async def test_what_a_session_claimed_at_its_end_is_claimed_again(
    deployment: OwnerDeployment,
) -> None:
    process = deployment.make("one")
    session = session_of(process)

    async def end_session() -> None:
        session.answering = take_no_time
        session.cut()

    session.answering = end_session
    await process.start()
    await deployment.run(2 * POLL_S)
    assert process.fenced == []
    assert process.loaded == dict.fromkeys(SHARDS, 2)


async def take_no_time() -> None:
    """Answer without a delay."""


async def test_a_slow_claim_delays_no_heartbeat(deployment: OwnerDeployment) -> None:
    one, two = await deployment.start("one"), await deployment.start("two")
    await deployment.run(2 * POLL_S)

    async def take_long() -> None:
        await deployment.clock.sleep(3 * STALE_S)

    session_of(one).answering = take_long
    await two.cancel()
    session_of(two).cut()
    for _ in range(4):
        await deployment.run(STALE_S)
        heartbeat_s = deployment.table.rows["shard-0"].heartbeat_s
        assert heartbeat_s is not None
        assert deployment.clock.now_s() - heartbeat_s <= STALE_S / 2
    assert one.fenced == []
    assert len(one.loaded) == 8


async def test_a_partition_that_cannot_be_served_is_given_back_and_claimed_later(
    deployment: OwnerDeployment,
) -> None:
    one = deployment.make("one")
    failing = {"shard-2", "shard-5"}

    async def fail(partition: str) -> None:
        if partition in failing:
            raise ClaimFailed("the bus cannot be reached")

    one.loading = fail
    await one.start()
    await deployment.run(POLL_S)
    assert sorted(one.loaded) == [each for each in SHARDS if each not in failing]
    assert one.fence.epochs.keys() == {0, 1, 3, 4, 6, 7}
    assert {deployment.table.rows[each].owner for each in failing} == {""}
    await deployment.run(10)
    assert one.claimed.count("shard-2") <= 11
    failing.remove("shard-2")
    await deployment.run(2)
    assert "shard-2" in one.loaded
    two = await deployment.start("two")
    await deployment.run(4)
    assert "shard-5" in two.loaded
    assert one.fenced == two.fenced == []
