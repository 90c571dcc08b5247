"""Marks that tell gateways how far a topic was read at which nothing was published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from trading_api.errors import ApiError
from trading_api.relay.hosted_partition import GatewaySubscriber, HostedPartition
from trading_api.relay.update_frame import encode_position, topic_number
from trading_api.shared.ws.generic_route import WsRouter

EVENTS_PER_MARK = 100
"""How far an account moves on until a topic without updates is marked."""
TOPICS_PER_HEARTBEAT = 1_000
"""A look at one takes about 3 us."""


class PositionMarks:
    """Marks the topics of accounts that moved on, so that the next owner has few events to search
    for the updates of a quiet topic.

    Each heartbeat looks at some topics, one after the other, so that a million topics cost no more
    than a few thousand."""

    def __init__(self, routers: Mapping[str, WsRouter[Any, Any]]) -> None:
        self._routers = routers
        self._topics: Iterator[tuple[GatewaySubscriber, str]] = iter(())

    def add(self, partitions: Iterable[HostedPartition]) -> None:
        """Add marks to the streams of the next topics."""
        topics = list(islice(self._topics, TOPICS_PER_HEARTBEAT))
        if len(topics) < TOPICS_PER_HEARTBEAT:
            self._topics = iter(
                [
                    (subscriber, name)
                    for hosted in partitions
                    for subscriber in hosted.subscribers.values()
                    for name in subscriber.topics
                    if self._router(name).is_numbered
                ]
            )
            topics += islice(self._topics, TOPICS_PER_HEARTBEAT - len(topics))
        for subscriber, name in topics:
            if name in subscriber.topics:
                self._mark(subscriber, name)

    def _mark(self, subscriber: GatewaySubscriber, name: str) -> None:
        try:
            position = self._router(name).present_position(name)
        except ApiError:
            return  # the account is being moved
        if position >= subscriber.positions.get(name, 0) + EVENTS_PER_MARK:
            subscriber.positions[name] = position
            subscriber.stream.add(encode_position(topic_number(name), position))

    def _router(self, name: str) -> WsRouter[Any, Any]:
        return self._routers[name.partition(":")[0]]
