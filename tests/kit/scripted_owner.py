"""An owner of one partition whose replies the test writes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tests.kit.relayed_topics import Deployment, Gateway, partition_of
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

    def take_over(self, epoch: int) -> None:
        """Publish the heartbeat of another owner."""
        beat = messages.OwnerBeat("new", 5, {}, {PARTITION: messages.PartitionBeat(epoch, {})})
        self.bus.publish(messages.HEARTBEATS, messages.encode(beat))

    def opened(self, seq: int, epoch: int = 1) -> messages.TopicOpened:
        """Return a reply whose state is the number of the last frame that is part of it."""
        part: messages.SnapshotPart = (b',"seq":%d,"ts":1}}' % seq, [(b"%d" % seq, None)])
        return messages.TopicOpened(epoch, 1, 1, STREAM, seq, seq, [part])


async def scripted(deployment: Deployment, **options: Any) -> tuple[ScriptedOwner, Gateway]:
    """Start an owner, and a gateway with these options of RemoteTopics."""
    gateway = await deployment.gateway(**options)
    bus = LocalBus(deployment.hub)
    await bus.start()
    owner = ScriptedOwner(bus, gateway)
    await bus.serve(messages.topics_subject(PARTITION), owner.answer)
    return owner, gateway
