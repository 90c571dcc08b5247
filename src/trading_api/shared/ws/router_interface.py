"""The interface of a route of the WebSocket: a service behind it, and topics in front of it."""

from __future__ import annotations

from pydantic import BaseModel

from trading_api.streaming.fan_out import Route, UpdatesQueue
from trading_api.streaming.route_service import (
    ResumableService,
    SequencedUpdate,
    TopicUpdate,
    UpdateMeta,
    WsRouteService,
)
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


class WsRouteInterface(Route):
    """A route: its name, its service, the queue of its updates and the names of its topics."""

    route: str

    def topic_builder(self, payload: BaseModel) -> str:
        """Return a topic's name, for example `bars:{"resolution":"1","symbol":"AAPL"}`."""
        return f"{self.route}:{buildTopicParams(payload.model_dump(mode='json', by_alias=True))}"
