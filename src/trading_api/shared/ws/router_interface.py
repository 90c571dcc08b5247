"""The interface of a route of the WebSocket: a service behind it, and topics in front of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from typing import Any

from pydantic import BaseModel

from trading_api.streaming.fan_out import UpdatesQueue
from trading_api.streaming.route_service import (
    ResumableService,
    SequencedUpdate,
    TopicUpdate,
    UpdateMeta,
    WsRouteService,
)
from trading_api.streaming.subscriptions import Topic
from trading_api.streaming.topics import buildTopicParams, parse_topic

__all__ = [
    "ResumableService",
    "SequencedUpdate",
    "TopicUpdate",
    "UpdateMeta",
    "UpdatesQueue",
    "WsRouteInterface",
    "WsRouteService",
    "buildTopicParams",
    "parse_topic",
]


class WsRouteInterface(ABC):
    """A route: its name, its service, the queue of its updates and the names of its topics."""

    route: str
    service: WsRouteService
    updates_queue: UpdatesQueue
    conflation_key: Callable[[Any], Hashable | None]
    """Of two unsent updates of a topic with the same key only the newer need be sent; None: each
    must be."""

    @abstractmethod
    def update_prefix(self, topic: str) -> bytes:
        """Return the text with which each of the topic's update messages begins."""

    @abstractmethod
    def encode(self, data: BaseModel) -> bytes:
        """Return the datum's JSON, the same for every topic that publishes it."""

    @abstractmethod
    def topic_update(self, topic: Topic) -> TopicUpdate:
        """Return the function by which the service publishes the topic's updates."""

    def topic_builder(self, payload: BaseModel) -> str:
        """Return a topic's name, for example `bars:{"resolution":"1","symbol":"AAPL"}`."""
        return f"{self.route}:{buildTopicParams(payload.model_dump(mode='json', by_alias=True))}"
