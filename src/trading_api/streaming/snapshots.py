"""What a subscriber receives first: a topic's state, or the updates that it missed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from trading_api.errors import Conflict
from trading_api.streaming.route_service import ResumableService, UpdateMeta, WsRouteService
from trading_api.streaming.update_encoding import Datum

Snapshot: TypeAlias = Sequence[tuple[Sequence[Datum], UpdateMeta | bytes]]
"""The first updates that a client receives of a topic: parts, each with its meta fields or with an
encoded suffix."""


class TopicSnapshots(Protocol):
    """Provides the snapshots of open topics. What is published next follows a snapshot, if the
    caller posts it without an `await` in between."""

    async def state(self, topic: str) -> Snapshot:
        """Return the topic's present state. Raises ApiError."""
        ...

    async def missed(self, topic: str, seq: int, prev: int | None = None) -> Snapshot:
        """Return every update of the topic after `seq`. `prev` is the last one that the subscriber
        has, by default `seq`. Raises ApiError, Conflict where they are too many or unknown."""
        ...


class ServiceSnapshots:
    """Reads the snapshots of a service in this process."""

    def __init__(self, service: WsRouteService, sequencer: ResumableService | None) -> None:
        self._service = service
        self._sequencer = sequencer

    async def state(self, topic: str) -> Snapshot:
        sequence = self._sequencer.sequence(topic) if self._sequencer else {}
        return [(self._service.topic_state(topic), sequence)]

    async def missed(self, topic: str, seq: int, prev: int | None = None) -> Snapshot:
        assert self._sequencer is not None, "a route that resumes has a sequencer"
        updates = await self._sequencer.replay_since(topic, seq, prev)
        if updates is None:
            raise Conflict("Too much was missed; subscribe anew", "not_resumable")
        return [((), {}), *(((each.data,), each.meta) for each in updates)]
