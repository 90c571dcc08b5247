"""The topic of the route `replay`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from trading_api.domain.market_update import MarketUpdate
from trading_api.models.market import ReplayState
from trading_api.streaming.route_service import TopicUpdate
from trading_api.streaming.subscriptions import Subscriptions, Topic

_CHANNEL = "replay"


class ReplayStream:
    """Publishes what the time of the market does, whenever `publish_state` is called. `read`
    returns it."""

    def __init__(self, subscriptions: Subscriptions, read: Callable[[], ReplayState]) -> None:
        self._subscriptions = subscriptions
        self._read = read

    def open(self, topic: str, request: Any, topic_update: TopicUpdate) -> None:
        self._subscriptions.attach(topic, topic_update, [(_CHANNEL, "")], None)

    def close(self, topic: Topic) -> None:
        self._subscriptions.detach(topic.name)

    def state(self, topic: Topic) -> Sequence[ReplayState]:
        return [self._read()]

    def publish(self, update: MarketUpdate) -> None:
        """Ignored: quotes change nothing of it."""

    def publish_state(self) -> None:
        """Publish the present state."""
        if topics := self._subscriptions.topics_of((_CHANNEL, "")):
            state = self._read()
            for topic in topics:
                topic.publish(state)
