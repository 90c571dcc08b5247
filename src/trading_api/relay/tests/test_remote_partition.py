"""Which replies of an owner a gateway uses. The owner is a script that the test writes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.kit.relayed_topics import Deployment, Gateway, deployed, partition_of
from tests.kit.server import until
from trading_api.bus.local import LocalBus
from trading_api.relay import topic_messages as messages
from trading_api.relay.update_frame import (
    UpdateFrame,
    encode_frame,
    encode_update,
    topic_number,
)

TOPIC = 'orders:{"accountId":"ACCOUNT-A"}'
PARTITION = partition_of(TOPIC)
STREAM = 9


class ScriptedOwner:
    """Answers each request to open a topic with the next step of a script."""

    def __init__(self, bus: LocalBus, gateway: Gateway) -> None:
        self.bus = bus
        self.requests: list[messages.TopicRequest] = []
        self.script: list[Callable[[], messages.TopicReply]] = []
        self.missed: list[tuple[int, int]] = []
        self.keeps_frames: asyncio.Event | None = None
        self._subject = messages.gateway_updates_subject(gateway.name)

    async def answer(self, message: bytes) -> bytes:
        request = messages.decode_request(message)
        if isinstance(request, messages.MissedFrames):
            self.missed.append((request.first, request.last))
            if self.keeps_frames is not None:
                await self.keeps_frames.wait()
            return messages.encode(messages.FramesAgain([]))
        if isinstance(request, messages.CloseTopics):
            return messages.encode(messages.TopicsClosed())
        self.requests.append(request)
        reply = self.script.pop(0)()
        await asyncio.sleep(0)  # the frames overtake the reply
        return messages.encode(reply)

    def send(self, *seqs: int, epoch: int = 1, damage: bool = False) -> None:
        """Publish frames with one update each, whose datum is the frame's number."""
        for seq in seqs:
            suffix = b',"seq":%d,"prev":%d,"ts":1}}' % (seq, seq - 1)
            update = encode_update(topic_number(TOPIC), seq, None, suffix, b"%d" % seq)
            body = update[:-1] if damage else update
            frame = UpdateFrame("script", PARTITION, epoch, STREAM, seq, seq - 1, body)
            self.bus.publish(self._subject, encode_frame(frame))

    def opened(self, seq: int, epoch: int = 1) -> messages.TopicOpened:
        """Return a reply whose state is the number of the last frame that is part of it."""
        part: messages.SnapshotPart = (b',"seq":%d,"ts":1}}' % seq, [(b"%d" % seq, None)])
        return messages.TopicOpened(epoch, 1, 1, STREAM, seq, seq, [part])


async def scripted(deployment: Deployment) -> tuple[ScriptedOwner, Gateway]:
    gateway = await deployment.gateway()
    bus = LocalBus(deployment.hub)
    await bus.start()
    owner = ScriptedOwner(bus, gateway)
    await bus.serve(messages.topics_subject(PARTITION), owner.answer)
    return owner, gateway


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
        beat = messages.OwnerBeat("new", 5, {}, {PARTITION: messages.PartitionBeat(2, {})})
        owner.bus.publish(messages.HEARTBEATS, messages.encode(beat))
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
        beat = messages.OwnerBeat("new", 5, {}, {PARTITION: messages.PartitionBeat(2, {})})
        owner.script = [lambda: owner.opened(7, epoch=2)]
        owner.bus.publish(messages.HEARTBEATS, messages.encode(beat))
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
