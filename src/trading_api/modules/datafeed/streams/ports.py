"""What the service needs from the stream of one route."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from pydantic import BaseModel

from trading_api.domain.market_update import MarketUpdate
from trading_api.streaming.route_service import TopicUpdate
from trading_api.streaming.subscriptions import Topic


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
