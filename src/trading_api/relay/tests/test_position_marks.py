"""How far gateways know that a quiet topic is read."""

from __future__ import annotations

import pytest

from tests.kit.paper_exchange import A
from tests.kit.relayed_checks import FAR, start_owner
from tests.kit.relayed_topics import Deployment, Gateway, deployed
from tests.kit.server import until
from trading_api.relay.position_marks import EVENTS_PER_MARK
from trading_api.relay.remote_topic import NEVER_SYNCED, RemoteTopic
from trading_api.relay.update_frame import (
    NO_TOPIC,
    RelayedUpdate,
    decode_updates,
    encode_lost_update,
    encode_position,
    marked_topic,
)


def mark(encoded: bytes) -> RelayedUpdate:
    (update,) = decode_updates(encoded)
    assert update.number == NO_TOPIC
    return update


async def remote_topic(deployment: Deployment) -> tuple[Gateway, RemoteTopic]:
    await start_owner(deployment)
    gateway = await deployment.gateway()
    topic = await gateway.client().follow("executions", accountId=A)
    return gateway, gateway.topics.service.topics[topic][0]


async def test_a_mark_moves_the_position_from_which_a_topic_is_read_but_not_its_last_update() -> (
    None
):
    async with deployed() as deployment:
        _, topic = await remote_topic(deployment)
        last = topic.position
        assert (topic.since, topic.read_position) == (last, 0)
        moved = mark(encode_position(topic.number, 500))
        assert marked_topic(moved) == topic.number
        topic.note_mark(9, moved, topic.synced_round)
        topic.note_mark(9, mark(encode_position(topic.number, 400)), topic.synced_round)
        assert (topic.since, topic.position) == (500, last)


async def test_a_mark_of_a_topic_that_is_being_opened_again_moves_nothing() -> None:
    async with deployed() as deployment:
        _, topic = await remote_topic(deployment)
        topic.note_mark(9, mark(encode_position(topic.number, 500)), topic.synced_round + 1)
        assert topic.read_position == 0


@pytest.mark.parametrize(("position", "since"), [(450, 449), (600, 500), (None, 500)])
async def test_a_lost_update_is_read_again(position: int | None, since: int) -> None:
    async with deployed() as deployment:
        _, topic = await remote_topic(deployment)
        topic.note_mark(8, mark(encode_position(topic.number, 500)), topic.synced_round)
        lost = encode_lost_update(topic.number, position)
        topic.note_mark(9, mark(lost), topic.synced_round)
        assert (topic.synced_round, topic.since) == (NEVER_SYNCED, since)


async def test_a_topic_is_marked_only_after_many_events() -> None:
    async with deployed() as deployment:
        owner = await start_owner(deployment)
        gateway = await deployment.gateway()
        client = gateway.client()
        topic = await client.follow("executions", accountId=A)
        await client.follow("orders", accountId=A)
        remote = gateway.topics.service.topics[topic][0]
        while owner.exchange.broker.snapshot(A).seq < EVENTS_PER_MARK:
            assert remote.read_position == 0
            await owner.exchange.place(**FAR)
        for _ in range(3):
            await owner.exchange.place(**FAR)
        await until(lambda: remote.read_position >= EVENTS_PER_MARK)
