"""What a route of the WebSocket is made of: a service behind it, and topics in front."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

import orjson
from pydantic import BaseModel

from trading_api.streaming.outbox import Outbox

Beside: TypeAlias = Mapping[str, int | str]
"""What stands beside a datum: `seq` and `prev`, or `as_of_seq`; `request_id`."""


class TopicUpdate(Protocol):
    """Hands one datum to a topic's subscribers. Synchronous; never fails, never waits."""

    def __call__(self, data: BaseModel, **beside: int | str) -> None: ...


class Numbered(NamedTuple):
    data: BaseModel
    beside: Beside


class WsRouteService(Protocol):
    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        """Called for a topic's first subscriber. Raises ApiError where it can't be done;
        whatever it raises, nothing of the topic is kept."""
        ...

    def remove_topic(self, topic: str) -> None:
        """Called when the last subscriber has gone. An unknown topic is no error."""
        ...

    def topic_state(self, topic: str) -> Sequence[BaseModel]:
        """What a new subscriber hears first: the topic as it is at this moment."""
        ...


class NumberedService(WsRouteService, Protocol):
    """Its updates are numbered, so that who missed some can be told of them."""

    def topic_numbers(self, topic: str) -> Mapping[str, int]:
        """Those that stand beside the topic's present state."""
        ...

    async def topic_missed(self, topic: str, seq: int) -> Sequence[Numbered] | None:
        """All that the topic was told after `seq`, up to the moment that this returns; None where
        that can't be said."""
        ...


class Subscriber(Protocol):
    """A connected client. `topics` are those it has joined."""

    topics: set[str]
    outbox: Outbox

    @property
    def closed(self) -> bool: ...


Update: TypeAlias = tuple[
    int, "WsRouteInterface", str, Sequence[BaseModel], bytes, Subscriber | None
]
"""Stamp, router, topic, data, ending, to: data of one topic, for all who follow it; or its state,
for one client that joined. `ending` is how each update's text ends: the fields beside `topic` and
`payload`. (A plain tuple, because thousands are made in a tick, and a named one costs a call.)"""


class UpdatesQueue(deque[Update]):
    """As an asyncio.Queue, but for waiting, which made it the dearest part of delivery: FanOut
    wakes when something was posted to any. Full: whoever posts drains it first."""

    def __init__(self, maxsize: int) -> None:
        super().__init__()
        self.maxsize = maxsize

    put_nowait = deque.append
    get_nowait = deque.popleft
    qsize = deque.__len__

    def full(self) -> bool:
        return len(self) >= self.maxsize


class WsRouteInterface(ABC):
    route: str
    service: WsRouteService
    updates_queue: UpdatesQueue
    conflation_key: Callable[[Any], Hashable | None]
    """Of two unsent updates of a topic with the same key only the newer need be sent; None: each
    must be."""

    @abstractmethod
    def heading(self, topic: str) -> bytes:
        """How the text of each of the topic's updates begins."""

    @abstractmethod
    def encode(self, data: BaseModel) -> bytes:
        """The datum, the same for every topic that is told of it."""

    def topic_builder(self, payload: BaseModel) -> str:
        """`bars:{"resolution":"1","symbol":"AAPL"}`"""
        return f"{self.route}:{buildTopicParams(payload.model_dump(mode='json', by_alias=True))}"


def buildTopicParams(params: Any) -> str:
    """Canonical JSON, the same bytes from every client: keys sorted by UTF-16 code units (as
    JavaScript sorts), no white space, raw UTF-8, `null` as `""`. Raises TypeError for floats and
    for integers beyond 2^53, which encoders write differently."""
    return orjson.dumps(_canonical(params), option=orjson.OPT_STRICT_INTEGER).decode()


def parse_topic(topic: str) -> tuple[str, Any]:
    """The route and the payload of a topic that `topic_builder` made."""
    route, _, params = topic.partition(":")
    return route, orjson.loads(params)


def _canonical(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, float):
        raise TypeError("a topic cannot hold a float")
    if isinstance(value, dict):
        return {key: _canonical(value[key]) for key in sorted(value, key=_utf16)}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    return value


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")
