"""Which replies of an owner a gateway uses. The owner is a script that the test writes."""

from __future__ import annotations

import asyncio

from tests.kit.relayed_topics import Gateway, deployed
from tests.kit.scripted_owner import TOPIC, ScriptedOwner, scripted
from tests.kit.server import until
from trading_api.relay import topic_messages as messages


async def received(owner: ScriptedOwner, gateway: Gateway) -> list[int]:
    """Return the data that a new client receives, with the frames that follow its state."""
    client = gateway.client()
    await client.follow("orders", accountId="ACCOUNT-A")
    return [each["payload"] for each in client.updates(TOPIC)]


async def test_updates_that_overtake_the_state_follow_it() -> None:
    async with deployed() as deployment:
        owner, gateway = await scripted(deployment)

        def overtaken() -> messages.TopicReply:
            owner.send(1, 2, 3, 4)
            return owner.opened(2)

        owner.script = [overtaken]
        assert await received(owner, gateway) == [2, 3, 4]


async def test_a_state_that_is_older_than_the_frames_is_requested_again() -> None:
    async with deployed() as deployment:
        owner, gateway = await scripted(deployment)

        def lost_frames_before() -> messages.TopicReply:
            owner.send(5, 6)
            return owner.opened(3)

        owner.script = [lost_frames_before, lambda: owner.opened(6)]
        assert await received(owner, gateway) == [6]
        assert len(owner.requests) == 2


async def test_a_state_waits_for_the_frames_before_it() -> None:
    async with deployed() as deployment:
        owner, gateway = await scripted(deployment)

        owner.keeps_frames = asyncio.Event()
        owner.send(1)
        owner.script = [lambda: owner.opened(2)]
        client = gateway.client()
        following = asyncio.create_task(client.follow("orders", accountId="ACCOUNT-A"))
        await until(lambda: owner.missed == [(2, 2)])
        assert not following.done()
        owner.send(2, 3)
        await following
        await until(lambda: [each["payload"] for each in client.updates(TOPIC)] == [2, 3])
        owner.keeps_frames.set()


async def test_the_state_of_a_former_owner_is_requested_again() -> None:
    async with deployed() as deployment:
        owner, gateway = await scripted(deployment)
        owner.take_over(2)
        owner.script = [lambda: owner.opened(3, epoch=1), lambda: owner.opened(1, epoch=2)]
        assert await received(owner, gateway) == [1]


async def test_a_rejection_of_a_former_owner_is_no_answer() -> None:
    async with deployed() as deployment:
        owner, gateway = await scripted(deployment)
        owner.script = [lambda: owner.opened(3, epoch=2)]
        client = gateway.client()
        await client.follow("orders", accountId="ACCOUNT-A")
        owner.script = [
            lambda: messages.TopicRejected(409, "Too much was missed.", "not_resumable", epoch=1),
            lambda: messages.TopicRejected(404, "Unknown.", "unknown_topic", epoch=2),
        ]
        reply = await gateway.client().subscribe("orders", accountId="ACCOUNT-A")
        assert (reply.status, reply.message) == ("error", "Unknown.")
        assert len(owner.requests) == 3


async def test_a_rejection_of_the_previous_version_has_no_epoch() -> None:
    async with deployed() as deployment:
        owner, gateway = await scripted(deployment)
        owner.script = [lambda: messages.TopicRejected(404, "Unknown.", "unknown_topic")]
        reply = await gateway.client().subscribe("orders", accountId="ACCOUNT-A")
        assert (reply.status, reply.message) == ("error", "Unknown.")


async def test_frames_of_a_former_owner_are_dropped_once_the_new_one_is_known() -> None:
    async with deployed() as deployment:
        owner, gateway = await scripted(deployment)
        owner.script = [lambda: owner.opened(3)]
        client = gateway.client()
        await client.follow("orders", accountId="ACCOUNT-A")
        owner.script = [lambda: owner.opened(7, epoch=2)]
        owner.take_over(2)
        owner.send(4, 5, epoch=1)
        await until(lambda: len(owner.requests) == 2)
        owner.send(8, epoch=2)
        await until(lambda: len(client.updates(TOPIC)) == 3)
        assert [each["payload"] for each in client.updates(TOPIC)] == [3, 7, 8]
        assert isinstance(owner.requests[1], messages.OpenTopic)
        assert owner.requests[1].since == 3


async def test_after_a_damaged_frame_its_topics_are_opened_again() -> None:
    async with deployed() as deployment:
        owner, gateway = await scripted(deployment)
        owner.script = [lambda: owner.opened(1), lambda: owner.opened(2)]
        client = gateway.client()
        await client.follow("orders", accountId="ACCOUNT-A")
        owner.send(2, damage=True)
        await until(lambda: len(client.updates(TOPIC)) == 2)
        assert gateway.topics.unreadable_messages == 1
        owner.send(3)
        await until(lambda: [each["payload"] for each in client.updates(TOPIC)] == [1, 2, 3])
