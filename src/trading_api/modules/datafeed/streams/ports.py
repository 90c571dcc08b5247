"""What the service needs from the stream of one route."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from pydantic import BaseModel

from trading_api.domain.market_update import MarketUpdate
from trading_api.streaming.route_service import TopicUpdate
from trading_api.streaming.subscriptions import Topic

REPLAY_MAX = 1_000
"""The most updates of one topic that are replayed."""


class Stream(Protocol):
    """Publishes the topics of one route. It files each under the channel of its symbol."""

    def open(self, topic: str, request: Any, topic_update: TopicUpdate) -> None:
        """Attach a topic and add the interest that it needs. `request` is the topic's payload.
        Raises ApiError for a topic that cannot be opened."""
        ...

    def close(self, topic: Topic) -> None:
        """Remove the interest of an attached topic, and detach it."""
        ...

    def state(self, topic: Topic) -> Sequence[BaseModel]:
        """Return what a new subscriber of the topic receives first."""
        ...

    def publish(self, update: MarketUpdate) -> None:
        """Publish what changed of the update's symbol to the topics that depend on it."""
        ...


class ReplayableStream(Stream, Protocol):
    """A stream whose updates can be read again from the source."""

    def replay(self, topic: Topic, since_ms: int) -> Sequence[BaseModel] | None:
        """Return the updates of an attached topic that follow the one with the time `since_ms`,
        oldest first. None where they are more than REPLAY_MAX."""
        ...
