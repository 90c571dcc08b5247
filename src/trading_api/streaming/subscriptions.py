"""The registry of all subscriptions: channel -> topic -> sessions."""

from __future__ import annotations

import asyncio
import itertools
from abc import abstractmethod
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
from pydantic import BaseModel

from trading_api.streaming.message_format import MessageFormat
from trading_api.streaming.outbox import Outbox
from trading_api.streaming.route_service import TopicUpdate, WsRouteService


class Subscriber(Protocol):
    """A connected session. `topics` are the names of the topics it has joined, and
    `subscribed_symbols` the sum of their symbols."""

    topics: set[str]
    subscribed_symbols: int
    outbox: Outbox

    @property
    def format(self) -> MessageFormat:
        """How messages are written for it, which does not change."""
        ...

    @property
    def closed(self) -> bool: ...


class TopicRoute(Protocol):
    """The part of a route that opens its topics."""

    service: WsRouteService

    @abstractmethod
    def update_prefix(self, topic: str) -> bytes:
        """Return the text with which each of the topic's update messages begins."""
        ...

    @abstractmethod
    def topic_update(self, topic: Topic) -> TopicUpdate:
        """Return the function by which the service publishes the topic's updates."""
        ...


def _unattached(data: BaseModel, **meta: int | str) -> None:
    """Discard the update: no service has attached the topic."""


@dataclass(slots=True, eq=False)
class Topic:
    """One topic of a route. `stream` belongs to the service that attached the topic.

    `sessions` have joined it. The outboxes of `audiences` receive its updates, by the format of
    their sessions, in the order in which these received the topic's state. `number`, packed,
    names the topic in MessagePack. `service` is None while the topic is not open. `symbol_count` is
    what each of its sessions is charged."""

    name: str
    number: int = 0
    publish: TopicUpdate = _unattached
    stream: Any = None
    prefix: bytes = b""
    service: WsRouteService | None = None
    sessions: set[Subscriber] = field(default_factory=set)
    audiences: dict[MessageFormat, dict[Subscriber, Outbox]] = field(default_factory=dict)
    keys: tuple[Hashable, ...] = ()
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    pending_joins: int = 0
    symbol_count: int = 1
    packed_number: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.packed_number = msgspec.msgpack.encode(self.number)

    def add_receiver(self, session: Subscriber) -> None:
        """Let a session receive the topic's updates."""
        self.audiences.setdefault(session.format, {})[session] = session.outbox

    def remove_receiver(self, session: Subscriber) -> None:
        """Undo `add_receiver`. Ignores a session that does not receive."""
        receivers = self.audiences.get(session.format)
        if receivers is not None:
            receivers.pop(session, None)
            if not receivers:
                del self.audiences[session.format]


class Subscriptions:
    """The only registry of topics. Routers join sessions to topics and release them; services file
    their topics under the keys by which they find them to publish. A key is a channel and what
    narrows it, such as `("bars", "AAPL")`.

    A topic is open, in its service too, from its first session to its last. A session receives
    updates from the moment it received the topic's state."""

    def __init__(self) -> None:
        self._topics: dict[str, Topic] = {}
        self._by_key: dict[Hashable, dict[Topic, None]] = {}
        self._numbers = itertools.count(1)

    def __len__(self) -> int:
        return len(self._topics)

    def session_counts(self) -> dict[str, int]:
        """Return the number of sessions of each topic, by the topic's name."""
        return {name: len(topic.sessions) for name, topic in self._topics.items()}

    def pending_joins(self) -> int:
        """Return how many sessions wait for a topic to open."""
        return sum(topic.pending_joins for topic in self._topics.values())

    def topic(self, name: str) -> Topic | None:
        return self._topics.get(name)

    # For services, in create_topic and remove_topic

    def attach(
        self,
        topic: str,
        topic_update: TopicUpdate,
        keys: Iterable[Hashable],
        stream: Any = None,
    ) -> Topic:
        """File a topic under each of its keys, instead of any it was filed under before. A
        topic without a session is registered too."""
        entry = self._entry(topic)
        self._unfile(entry)
        entry.publish, entry.stream = topic_update, stream
        entry.keys = tuple(dict.fromkeys(keys))
        for key in entry.keys:
            self._by_key.setdefault(key, {})[entry] = None
        return entry

    def detach(self, topic: str) -> None:
        """Remove a topic from its keys. Ignores an unknown topic."""
        entry = self._topics.get(topic)
        if entry is not None:
            self._unfile(entry)
            self._forget_if_unused(entry)

    def topics_of(self, key: Hashable) -> Collection[Topic]:
        """Return the topics of a key, in the order in which they were attached."""
        topics = self._by_key.get(key)
        return () if topics is None else topics.keys()

    def keys(self) -> Collection[Hashable]:
        """Return the keys that have a topic."""
        return self._by_key.keys()

    # For routers

    async def join(
        self, name: str, session: Subscriber, route: TopicRoute, symbol_count: int = 1
    ) -> Topic:
        """Add a session to a topic, which the first one opens.

        Sessions that race to open or to close a topic wait for each other here, so that each finds
        it either open or closed. A session that has closed meanwhile is not added. Raises what
        `create_topic` raises; then the session has not joined."""
        topic = self._entry(name)
        topic.pending_joins += 1
        try:
            async with topic.opening:
                if topic.service is None:
                    await _open(topic, route)
                if not session.closed and name not in session.topics:
                    topic.symbol_count = symbol_count
                    topic.sessions.add(session)
                    session.topics.add(name)
                    session.subscribed_symbols += symbol_count
        finally:
            topic.pending_joins -= 1
            self._close_if_unused(topic)
        return topic

    def leave(self, name: str, session: Subscriber) -> None:
        """Remove a session from a topic, which the last one closes."""
        topic = self._topics[name]
        session.topics.discard(name)
        session.subscribed_symbols -= topic.symbol_count
        topic.sessions.discard(session)
        topic.remove_receiver(session)
        self._close_if_unused(topic)

    def release(self, session: Subscriber) -> None:
        """Remove a session from every topic that it has joined."""
        for name in list(session.topics):
            self.leave(name, session)

    def _entry(self, name: str) -> Topic:
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = Topic(name, next(self._numbers))
        return topic

    def _unfile(self, topic: Topic) -> None:
        for key in topic.keys:
            topics = self._by_key[key]
            del topics[topic]
            if not topics:
                del self._by_key[key]
        topic.keys, topic.stream, topic.publish = (), None, _unattached

    def _close_if_unused(self, topic: Topic) -> None:
        if topic.sessions:
            return
        service, topic.service = topic.service, None
        if service is not None:
            service.remove_topic(topic.name)
            self._unfile(topic)
        if not topic.keys:
            self._forget_if_unused(topic)

    def _forget_if_unused(self, topic: Topic) -> None:
        if not (topic.sessions or topic.pending_joins or topic.service):
            self._topics.pop(topic.name, None)


async def _open(topic: Topic, route: TopicRoute) -> None:
    service = route.service
    try:
        await service.create_topic(topic.name, route.topic_update(topic))
    except BaseException:
        service.remove_topic(topic.name)
        raise
    topic.prefix, topic.service = route.update_prefix(topic.name), service
