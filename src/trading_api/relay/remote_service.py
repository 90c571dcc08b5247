"""The service behind a gateway's routers: it opens topics at their owners."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from trading_api.relay.owner_client import OwnerSilent
from trading_api.relay.remote_partition import RemotePartition
from trading_api.relay.remote_topic import RemoteTopic
from trading_api.relay.update_frame import topic_number
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.streaming.route_service import SequencedUpdate, TopicUpdate
from trading_api.streaming.snapshots import Snapshot


class RemoteService:
    """A ResumableService, and the TopicSnapshots, of topics that other processes publish.

    `partition_of` returns the partition of a topic. `topics` are those that are open, or are being
    opened."""

    def __init__(self, partition_of: Callable[[str], RemotePartition]) -> None:
        self._partition_of = partition_of
        self._routers: dict[str, WsRouter[Any, Any]] = {}
        self.topics: dict[str, tuple[RemoteTopic, RemotePartition]] = {}

    def add_router(self, router: WsRouter[Any, Any]) -> None:
        """Serve the topics of this router, which is built with this service."""
        self._routers[router.route] = router

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        """Open a topic at its owner. Raises ApiError, OwnerSilent where no owner answers."""
        router = self._routers[topic.partition(":")[0]]
        entry = router.subscriptions.topic(topic)
        assert entry is not None, "a router opens only topics that are registered"
        partition = self._partition_of(topic)
        remote = RemoteTopic(topic, topic_number(topic), router, entry)
        self.topics[topic] = remote, partition
        await partition.open(remote)

    def remove_topic(self, topic: str) -> None:
        """Close a topic. Ignores an unknown topic."""
        known = self.topics.pop(topic, None)
        if known is not None:
            remote, partition = known
            partition.close(remote)

    # TopicSnapshots

    async def state(self, topic: str) -> Snapshot:
        """Return the topic's state at its owner, and the updates that followed it."""
        return await self._snapshot(topic, None)

    async def missed(self, topic: str, seq: int, prev: int | None = None) -> Snapshot:
        """Return every update of the topic after `seq`. Raises ApiError, Conflict where they are
        too many or unknown."""
        return await self._snapshot(topic, seq)

    async def _snapshot(self, topic: str, since: int | None) -> Snapshot:
        known = self.topics.get(topic)
        if known is None:
            raise OwnerSilent
        remote, partition = known
        return await partition.snapshot(remote, since)

    # What a router without remote snapshots would use

    def topic_state(self, topic: str) -> Sequence[BaseModel]:
        """Return nothing: `state` returns it."""
        return ()

    def sequence(self, topic: str) -> Mapping[str, int]:
        """Return nothing: a remote state has its numbers with it."""
        return {}

    async def replay_since(
        self, topic: str, seq: int, prev: int | None = None
    ) -> Sequence[SequencedUpdate] | None:
        """Return None: `missed` returns what was missed."""
        return None
