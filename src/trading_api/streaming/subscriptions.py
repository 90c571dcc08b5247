"""Which clients follow which topic."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from trading_api.shared.ws.router_interface import (
    Subscriber,
    TopicUpdate,
    WsRouteInterface,
    WsRouteService,
)
from trading_api.streaming.outbox import Outbox


@dataclass(slots=True, eq=False)
class Topic:
    """`heading` is how each of its updates begins; `following` are who gets them, in the order
    they came."""

    service: WsRouteService
    heading: bytes
    members: set[Subscriber] = field(default_factory=set)
    following: dict[Subscriber, Outbox] = field(default_factory=dict)
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    live: bool = False


class TopicIndex:
    """A topic lives, in its service too, from its first member to its last. A member follows it
    from the moment it was sent the topic's state."""

    def __init__(self) -> None:
        self._topics: dict[str, Topic] = {}

    def __len__(self) -> int:
        return len(self._topics)

    def subscribers(self) -> dict[str, int]:
        """How many each topic has."""
        return {name: len(topic.members) for name, topic in self._topics.items()}

    def waiting(self) -> int:
        """Clients that are waiting for a topic to open."""
        return sum(topic.waiting for topic in self._topics.values())

    def find(self, name: str) -> Topic | None:
        return self._topics.get(name)

    async def join(
        self, name: str, subscriber: Subscriber, router: WsRouteInterface, topic_update: TopicUpdate
    ) -> None:
        """Raises what `create_topic` raises; then the subscriber has not joined. Whoever races
        another to open, or to close, a topic waits here and finds it either live or gone."""
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = Topic(router.service, router.heading(name))
        topic.waiting += 1
        try:
            async with topic.opening:
                if not topic.live:
                    await _open(name, topic.service, topic_update)
                    topic.live = True
                if not subscriber.closed:
                    topic.members.add(subscriber)
                    subscriber.topics.add(name)
        finally:
            topic.waiting -= 1
            self._close_if_unused(name, topic)

    def leave(self, name: str, subscriber: Subscriber) -> None:
        topic = self._topics[name]
        subscriber.topics.discard(name)
        topic.members.discard(subscriber)
        topic.following.pop(subscriber, None)
        self._close_if_unused(name, topic)

    def release(self, subscriber: Subscriber) -> None:
        """A client has gone, however: it follows nothing any more."""
        for name in list(subscriber.topics):
            self.leave(name, subscriber)

    def _close_if_unused(self, name: str, topic: Topic) -> None:
        if topic.members:
            return
        if topic.live:
            topic.live = False
            topic.service.remove_topic(name)
        if not topic.waiting:
            del self._topics[name]


async def _open(name: str, service: WsRouteService, topic_update: TopicUpdate) -> None:
    try:
        await service.create_topic(name, topic_update)
    except BaseException:
        service.remove_topic(name)
        raise
