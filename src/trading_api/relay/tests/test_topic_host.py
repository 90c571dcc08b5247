"""Requests to an owner that a bus repeats, delays or overtakes."""

from __future__ import annotations

from tests.kit.relayed_topics import deployed, partition_of
from trading_api.bus.port import Bus
from trading_api.relay import topic_messages as messages
from trading_api.relay.frame_stream import FrameStream
from trading_api.relay.hosted_partition import CLOSED_TOPICS_MAX, GatewaySubscriber

TOPIC = 'orders:{"accountId":"ACCOUNT-A"}'
SUBJECT = messages.topics_subject(partition_of(TOPIC))


class Requester:
    """Sends requests of a gateway that exists only here."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def send(self, request: messages.TopicRequest) -> messages.TopicReply:
        reply = await self._bus.request(SUBJECT, messages.encode(request), 1.0)
        return messages.decode_reply(reply)

    async def open(self, generation: int, topic: str = TOPIC) -> messages.TopicReply:
        return await self.send(messages.OpenTopic("gateway", topic, generation))

    async def close(self, generation: int) -> messages.TopicReply:
        return await self.send(messages.CloseTopics("gateway", [(TOPIC, generation)]))


async def test_a_repeated_open_opens_one_time_and_a_late_close_changes_nothing() -> None:
    async with deployed() as deployment:
        owner = await deployment.owner()
        requester = Requester(deployment.bus_of(owner))
        first, again = await requester.open(1), await requester.open(1)
        assert isinstance(first, messages.TopicOpened)
        assert isinstance(again, messages.TopicOpened)
        assert (first.lease, first.stream) == (again.lease, again.stream)
        await requester.open(3)
        assert await requester.close(2) == messages.TopicsClosed()
        assert owner.exchange.subscriptions.session_counts() == {TOPIC: 1}
        await requester.close(3)
        assert not len(owner.exchange.subscriptions)


async def test_an_open_that_its_close_overtook_opens_nothing() -> None:
    async with deployed() as deployment:
        owner = await deployment.owner()
        requester = Requester(deployment.bus_of(owner))
        await requester.close(4)
        assert await requester.open(4) == messages.NotOwner()
        assert not len(owner.exchange.subscriptions)
        assert isinstance(await requester.open(5), messages.TopicOpened)


async def test_a_topic_of_another_partition_is_rejected() -> None:
    async with deployed() as deployment:
        requester = Requester(deployment.bus_of(await deployment.owner()))
        for topic in ('bars:{"resolution":"1","symbol":"AAPL"}', 'none:{"accountId":"ACCOUNT-A"}'):
            reply = await requester.open(1, topic)
            assert isinstance(reply, messages.TopicRejected)
            assert reply.code == "unknown_topic"


async def test_frames_of_a_stream_that_is_gone_are_not_sent_again() -> None:
    async with deployed() as deployment:
        requester = Requester(deployment.bus_of(await deployment.owner()))
        assert await requester.send(messages.MissedFrames("gateway", 7, 1, 2)) == (
            messages.FramesAgain([])
        )


def test_a_subscriber_remembers_a_bounded_number_of_closed_topics() -> None:
    stream = FrameStream("owner", "shard-1", 1, 1, lambda frame: None, lambda stream: None)
    subscriber = GatewaySubscriber(stream)
    for number in range(CLOSED_TOPICS_MAX + 1):
        subscriber.note_closed(str(number), 5)
    assert not subscriber.is_closed("0", 5)
    assert subscriber.is_closed("1", 5)
    subscriber.note_closed("1", 3)
    assert subscriber.is_closed("1", 5)
    assert not subscriber.is_closed("1", 6)
