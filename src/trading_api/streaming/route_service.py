"""What a route of the WebSocket needs from the service behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from pydantic import BaseModel

UpdateMeta: TypeAlias = Mapping[str, int | str]
"""Fields of an update next to `topic`, `payload` and `ts`: `seq` and `prev`, or `as_of_seq`, and
`request_id`."""


class TopicUpdate(Protocol):
    """Publish one datum to a topic's subscribers. Synchronous; never fails and never waits."""

    def __call__(self, data: BaseModel, **meta: int | str) -> None: ...


class SequencedUpdate(NamedTuple):
    """An update that was published, with the sequence numbers it was published with."""

    data: BaseModel
    meta: UpdateMeta


class WsRouteService(Protocol):
    """Opens, closes and describes the topics of one or more routes."""

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        """Start to publish a topic; called before its first subscriber joins.

        Raises ApiError for a topic that cannot be opened. After any exception `remove_topic` is
        called, and nothing of the topic remains."""
        ...

    def remove_topic(self, topic: str) -> None:
        """Stop publishing a topic; called after its last subscriber left. Ignores an unknown
        topic."""
        ...

    def topic_state(self, topic: str) -> Sequence[BaseModel]:
        """Return the topic's present state, which a new subscriber receives before any update."""
        ...


class ResumableService(WsRouteService, Protocol):
    """A service that numbers its updates, so that a client can receive those it missed."""

    def sequence(self, topic: str) -> Mapping[str, int]:
        """Return the sequence fields of the topic's present state, for example `{"seq": 7}`."""
        ...

    async def replay_since(
        self, topic: str, seq: int, prev: int | None = None
    ) -> Sequence[SequencedUpdate] | None:
        """Return every update of the topic after `seq`, up to the moment of the return; None where
        that is unknown.

        `prev` is the number of the last update that the subscriber has, where it is less than
        `seq`: the topic had no update in between."""
        ...
