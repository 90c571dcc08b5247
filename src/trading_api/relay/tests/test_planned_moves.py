"""A partition that its owner releases for another one: clients notice only a pause."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

from tests.kit.forwarded_requests import owners
from tests.kit.paper_exchange import A
from tests.kit.relayed_checks import check, follow_all, start_owner, statuses, trade
from tests.kit.relayed_topics import FAST, SHARDS, Owner, deployed, partition_of
from tests.kit.server import until
from trading_api.bus.local import LocalBus
from trading_api.domain.shards import shard_partition
from trading_api.relay import topic_messages as messages
from trading_api.relay.owner_silence import OwnerSilence

SHARD = partition_of(f'orders:{{"accountId":"{A}"}}')
PATIENT = replace(FAST, silence_s=60.0, grace_s=60.0)


def release_all(owner: Owner) -> None:
    for shard in range(SHARDS):
        owner.host.announce_release(shard_partition(shard))
        owner.host.release(shard_partition(shard))


async def test_clients_see_no_change_of_the_connection_while_a_partition_moves() -> None:
    async with deployed() as deployment:
        owner = await start_owner(deployment)
        gateway = await deployment.gateway(options=PATIENT)
        client = gateway.client()
        topics = await follow_all(client)
        await trade(owner, 4)
        release_all(owner)
        await deployment.stop(owner)
        late = gateway.client()
        following = asyncio.create_task(late.follow("orders", accountId=A))
        owner = await start_owner(deployment)
        await following
        await trade(owner, 4)
        await check(client, owner, topics)
        assert set(statuses(client, topics["broker-connection"])) == {1}
        assert gateway.changes == []


async def test_an_owner_announces_each_release() -> None:
    async with deployed() as deployment:
        owner = await start_owner(deployment)
        gateway = await deployment.gateway(options=PATIENT)
        await gateway.client().follow("orders", accountId=A)
        moving: dict[str, list[bool]] = {"*": [], gateway.name: []}

        def note(audience: str, message: bytes) -> None:
            beat = messages.decode_owner_beat(message).partitions.get(SHARD)
            if beat is not None:
                moving[audience].append(beat.is_moving)

        for audience in moving:
            subject = messages.heartbeats_subject(audience)
            await deployment.bus_of(gateway).subscribe(subject, partial(note, audience))
        await until(lambda: all(moving.values()))
        release_all(owner)
        await until(lambda: all(beats[-1] for beats in moving.values()))
        assert not any(beats[0] for beats in moving.values())


def test_a_heartbeat_of_the_previous_version_announces_nothing() -> None:
    previous = {
        "owner": "owner",
        "number": 1,
        "leases": {},
        "partitions": {SHARD: {"epoch": 1, "streams": {}}},
    }
    beat = messages.decode_owner_beat(messages.encode(previous))
    assert beat.partitions[SHARD] == messages.PartitionBeat(1, {}, is_moving=False)


async def test_an_owner_is_expected_for_a_time_after_it_released_or_no_process_served() -> None:
    for note in (OwnerSilence.note_move, OwnerSilence.note_absence):
        expected, lost = OwnerSilence(0.0, 60.0), OwnerSilence(0.0, 0.0)
        for silence in (expected, lost):
            note(silence)
        await until(lost.is_over)
        assert not expected.is_over()
        expected.note_sent()
        assert not expected.is_over()
        await until(expected.is_over)


async def test_a_request_on_its_way_to_an_owner_that_releases_is_repeated_immediately() -> None:
    async with owners() as owning:
        bus = await owning.bus(LocalBus)
        client = await owning.client(bus, try_timeout_s=60.0, total_timeout_s=60.0)
        first = await owning.start()
        asking = [asyncio.create_task(client.get("/api/v1/broker/orders")) for _ in range(20)]
        for shard in range(SHARDS):
            await asyncio.sleep(0)
            await first.host.release(shard_partition(shard))
        await owning.start(epoch=2)
        assert {(await each).status_code for each in asking} == {200}
