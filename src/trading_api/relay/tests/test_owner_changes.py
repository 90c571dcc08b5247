"""What clients receive when an owner or a gateway stops, is silent or is replaced."""

from __future__ import annotations

import asyncio
from functools import partial
from random import Random
from typing import Any

from tests.kit.faulty_bus import FaultShares, FaultyBus
from tests.kit.paper_exchange import A
from tests.kit.relayed_checks import (
    FAR,
    assert_unbroken,
    check,
    follow_all,
    start_owner,
    statuses,
    trade,
)
from tests.kit.relayed_topics import (
    FAST,
    HEARTBEAT_S,
    LEASE_S,
    Deployment,
    Gateway,
    Owner,
    deployed,
    partition_of,
)
from tests.kit.server import until
from trading_api.bus.port import Bus
from trading_api.modules.broker.publishing.replay import MISSED_EVENTS_MAX
from trading_api.relay.position_marks import EVENTS_PER_MARK
from trading_api.relay.update_frame import UpdateFrame, encode_frame
from trading_api.streaming.subscriptions import Subscriptions

NO_FAULTS = FaultShares(0, 0, 0, 0)
SHARD = partition_of(f'orders:{{"accountId":"{A}"}}')


def whole(bus: Bus) -> Bus:
    """A bus that loses nothing, but can be cut."""
    return FaultyBus(bus, Random(0), NO_FAULTS)


def cut(deployment: Deployment, part: Owner | Gateway) -> FaultyBus:
    bus = deployment.bus_of(part)
    assert isinstance(bus, FaultyBus)
    bus.partition()
    return bus


async def test_another_owner_continues_every_chain() -> None:
    async with deployed() as deployment:
        owner = await start_owner(deployment)
        gateways = [await deployment.gateway(), await deployment.gateway()]
        clients = [(each, await follow_all(each)) for each in (g.client() for g in gateways)]
        await trade(owner, 5)
        for _ in range(2):
            await deployment.stop(owner)
            owner = await start_owner(deployment)
            await trade(owner, 5)
        for client, topics in clients:
            await check(client, owner, topics)
        assert [g.closed_topics for g in gateways] == [[], []]


async def test_another_owner_continues_the_chain_of_a_client_that_resumed() -> None:
    """Between the client's last update and the change, the account has events of other topics."""
    async with deployed() as deployment:
        owner = await start_owner(deployment)
        gateways = [await deployment.gateway(), await deployment.gateway()]
        client = gateways[0].client()
        topic = await client.follow("executions", accountId=A)
        await owner.exchange.place()
        await until(lambda: len(client.updates(topic)) == 1)
        last = client.updates(topic)[-1]["seq"]
        client.disconnect()
        await owner.exchange.place(**FAR)
        again = gateways[1].client()
        assert (await again.resume(topic, last)).status == "ok"
        await deployment.stop(owner)
        owner = await start_owner(deployment)
        await until(lambda: topic in owner.exchange.subscriptions.session_counts())
        await owner.exchange.place()
        await until(lambda: len(again.updates(topic)) == 1)
        again.first_seq[topic] = last
        assert await assert_unbroken(again, owner.exchange, topic) == 1


async def test_a_quiet_topic_continues_after_many_events_of_its_account() -> None:
    async with deployed() as deployment:
        owner, gateway = await start_owner(deployment), await deployment.gateway()
        client = gateway.client()
        await owner.exchange.client.deposit(A, 1e9)
        topic = await client.follow("executions", accountId=A)
        await owner.exchange.place()
        await until(lambda: len(client.updates(topic)) == 1)
        for _ in range(MISSED_EVENTS_MAX // 100 + 1):
            await asyncio.gather(*(owner.exchange.place(**FAR) for _ in range(100)))
        seq = owner.exchange.broker.snapshot(A).seq
        await until(lambda: read_position(gateway, topic) >= seq - EVENTS_PER_MARK)
        for _ in range(2):  # the second change finds no update since the first one
            await deployment.stop(owner)
            owner = await start_owner(deployment)
            subscriptions = owner.exchange.subscriptions
            await until(partial(is_open, subscriptions, topic))
        await owner.exchange.place()
        await until(lambda: len(client.updates(topic)) == 2)
        first, second = client.updates(topic)
        assert second["prev"] == first["seq"]
        assert gateway.closed_topics == []


def is_open(subscriptions: Subscriptions, topic: str) -> bool:
    return topic in subscriptions.session_counts()


def read_position(gateway: Gateway, topic: str) -> int:
    remote, _ = gateway.topics.service.topics[topic]
    return remote.read_position


async def test_an_owner_that_is_replaced_is_no_longer_listened_to() -> None:
    async with deployed(whole) as deployment:
        old, gateway = await start_owner(deployment), await deployment.gateway()
        client = gateway.client()
        topics = await follow_all(client)
        bus = cut(deployment, old)
        new = await start_owner(deployment)
        await trade(new, 5)
        await check(client, new, topics)
        received, breaks = len(client.messages), gateway.topics.breaks
        for shard in range(4):
            old.host.release(f"shard-{shard}")
        bus.heal()
        frame = UpdateFrame("owner-1", SHARD, 1, 2**62, 1, 0, b"")
        deployment.bus_of(gateway).publish(f"gateway.{gateway.name}.updates", encode_frame(frame))
        await asyncio.sleep(3 * HEARTBEAT_S)
        assert (len(client.messages), gateway.topics.breaks) == (received, breaks)
        await trade(new, 1)
        await check(client, new, topics)


async def test_a_silent_owner_is_shown_and_its_topics_continue_when_it_is_back() -> None:
    async with deployed(whole) as deployment:
        owner, gateway = await start_owner(deployment), await deployment.gateway()
        client = gateway.client()
        topics = await follow_all(client)
        connection = topics["broker-connection"]
        bus = cut(deployment, owner)
        await until(lambda: statuses(client, connection) == [1, 2])
        assert (SHARD, False) in gateway.changes
        await trade(owner, 4)
        reply = await gateway.client().subscribe("orders", accountId=A)
        assert (reply.status, reply.message) == (
            "error",
            "The owner of this topic does not answer; try again.",
        )
        assert gateway.topics.health() is not None
        bus.heal()
        await until(lambda: statuses(client, connection) == [1, 2, 1])
        assert gateway.changes[-1][1]
        await trade(owner, 4)
        await check(client, owner, topics)
        assert statuses(client, connection) == [1, 2, 1]


async def test_without_an_owner_a_subscription_is_refused_and_later_accepted() -> None:
    async with deployed() as deployment:
        gateway = await deployment.gateway()
        client = gateway.client()
        reply = await client.subscribe("orders", accountId=A)
        assert reply.message == "The owner of this topic does not answer; try again."
        assert gateway.topics.health() == "the owner of the market does not answer"
        assert gateway.topics.is_lost(SHARD)
        owner = await start_owner(deployment)
        await until(lambda: not gateway.topics.is_lost(SHARD))
        await check(client, owner, await follow_and_trade(gateway, owner, client))


async def follow_and_trade(gateway: Gateway, owner: Owner, client: Any) -> dict[str, str]:
    topics = await follow_all(client)
    await trade(owner, 4)
    return topics


async def test_a_gateway_that_was_cut_off_longer_than_its_lease_continues() -> None:
    async with deployed(whole) as deployment:
        owner = await start_owner(deployment, lease_s=4 * HEARTBEAT_S)
        gateway = await deployment.gateway()
        client = gateway.client()
        topics = await follow_all(client)
        await trade(owner, 4)
        bus = cut(deployment, gateway)
        await until(lambda: not len(owner.exchange.subscriptions))
        await trade(owner, 4)
        bus.heal()
        await until(lambda: len(owner.exchange.subscriptions) == len(topics))
        await trade(owner, 4)
        await check(client, owner, topics)


async def test_clients_that_missed_too_much_are_disconnected() -> None:
    async with deployed(whole) as deployment:
        owner = await start_owner(deployment, lease_s=LEASE_S, kept_frames_max=1)
        gateway = await deployment.gateway(options=FAST)
        client = gateway.client()
        topic = await client.follow("orders", accountId=A)
        bus = cut(deployment, gateway)
        for _ in range(11):
            await asyncio.gather(*(owner.exchange.place(**FAR) for _ in range(100)))
        bus.heal()
        await until(lambda: client.is_disconnected)
        assert gateway.closed_topics == [topic]
        assert not len(gateway.subscriptions)
        await until(lambda: not len(owner.exchange.subscriptions))
        again = gateway.client()
        assert await again.follow("orders", accountId=A) == topic
        assert len(again.updates(topic)) == 1_100


async def test_a_frame_of_an_unknown_version_is_counted_and_dropped() -> None:
    async with deployed() as deployment:
        owner, gateway = await start_owner(deployment), await deployment.gateway()
        client = gateway.client()
        topics = await follow_all(client)
        deployment.bus_of(owner).publish(f"gateway.{gateway.name}.updates", b"\x63 later")
        await trade(owner, 4)
        await check(client, owner, topics)
        assert gateway.topics.unreadable_messages == 1
