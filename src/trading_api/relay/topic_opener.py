"""Opens and closes topics at the services for gateways, and encodes what the topics show."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from trading_api.errors import ApiError, NotFound
from trading_api.relay.hosted_partition import GatewaySubscriber, HostedPartition
from trading_api.relay.topic_messages import (
    OVERLOADED,
    CloseTopics,
    NotOwner,
    OpenTopic,
    SnapshotPart,
    TopicOpened,
    TopicRejected,
)
from trading_api.relay.update_frame import topic_number
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.streaming.route_service import UpdateMeta
from trading_api.streaming.snapshots import Snapshot
from trading_api.streaming.subscriptions import Subscriptions, Topic

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenerLimits:
    """How many topics an owner opens together, and how many more wait for their turn. A bus hands
    out more requests, so that a gateway gets an answer instead of a timeout."""

    opened_at_a_time: int = 64
    waiting_max: int = 500


class TopicOpener:
    """Joins gateways to topics. `regroup` is called with a topic that a gateway joined or left.

    Topics above the limits are rejected."""

    def __init__(
        self,
        routers: Mapping[str, WsRouter[Any, Any]],
        subscriptions: Subscriptions,
        encode_suffix: Callable[[UpdateMeta | None], bytes],
        partition_of: Callable[[str], str],
        regroup: Callable[[Topic], None],
        limits: OpenerLimits,
    ) -> None:
        self._turns = asyncio.Semaphore(limits.opened_at_a_time)
        self._waiting_max = limits.waiting_max
        self._waiting = 0
        self._routers = routers
        self._subscriptions = subscriptions
        self._encode_suffix = encode_suffix
        self._partition_of = partition_of
        self._regroup = regroup
        self._names: dict[int, str] = {}

    async def open(
        self, hosted: HostedPartition, subscriber: GatewaySubscriber, request: OpenTopic
    ) -> TopicOpened | TopicRejected | NotOwner:
        """Join the gateway to a topic, and return what the topic shows."""
        if self._turns.locked() and self._waiting >= self._waiting_max:
            detail = "Too many topics are being opened; try again."
            return TopicRejected(503, detail, OVERLOADED)
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        try:
            return await self._open(hosted, subscriber, request)
        finally:
            self._turns.release()

    def close(self, subscriber: GatewaySubscriber, request: CloseTopics) -> None:
        """Remove the gateway from topics, unless it opened them again since."""
        for name, generation in request.topics:
            subscriber.note_closed(name, generation)
            if subscriber.generations.get(name, 0) <= generation:
                self._leave(subscriber, name)

    def close_all(self, subscriber: GatewaySubscriber) -> None:
        """Remove a gateway from all topics, and add it to none from now on."""
        subscriber.closed = True
        for name in list(subscriber.topics):
            self._leave(subscriber, name)

    async def _open(
        self, hosted: HostedPartition, subscriber: GatewaySubscriber, request: OpenTopic
    ) -> TopicOpened | TopicRejected | NotOwner:
        name = request.topic
        was_joined = name in subscriber.topics
        try:
            router = self._router_of(hosted, name)
            if not await self._join(router, subscriber, request):
                return NotOwner()
            opened = await self._read(router, subscriber, request)
        except ApiError as error:
            self._undo(subscriber, request, was_joined)
            return TopicRejected(error.status, error.detail, error.code)
        except Exception:
            log.exception("topic_not_opened", extra={"topic": name})
            self._undo(subscriber, request, was_joined)
            detail = "The topic could not be opened; try again"
            return TopicRejected(500, detail, "topic_not_opened")
        opened.epoch = hosted.epoch
        if hosted.is_released or subscriber.closed or name not in subscriber.topics:
            return NotOwner()
        return opened

    def _router_of(self, hosted: HostedPartition, name: str) -> WsRouter[Any, Any]:
        router = self._routers.get(name.partition(":")[0])
        if router is None or self._partition_of(name) != hosted.name:
            raise NotFound("There is no such topic here.", "unknown_topic")
        if self._names.get(topic_number(name), name) != name:
            raise NotFound("Another topic has the number of this one.", "topic_number_taken")
        return router

    async def _join(
        self, router: WsRouter[Any, Any], subscriber: GatewaySubscriber, request: OpenTopic
    ) -> bool:
        """Return False if the gateway has left or closed the topic meanwhile."""
        name, generations = request.topic, subscriber.generations
        if subscriber.is_closed(name, request.generation):
            return False
        generations[name] = max(request.generation, generations.get(name, 0))
        topic = await self._subscriptions.join(name, subscriber, router)
        if subscriber.closed or name not in subscriber.topics:
            return False
        if subscriber.is_closed(name, generations.get(name, 0)):
            self._leave(subscriber, name)
            return False
        self._names[topic_number(name)] = name
        self._regroup(topic)
        return True

    def _leave(self, subscriber: GatewaySubscriber, name: str) -> None:
        topic = self._subscriptions.topic(name)
        if topic is not None and name in subscriber.topics:
            self._subscriptions.leave(name, subscriber)
            self._regroup(topic)
            if not topic.sessions:
                self._names.pop(topic_number(name), None)
        subscriber.generations.pop(name, None)
        subscriber.positions.pop(name, None)

    def _undo(self, subscriber: GatewaySubscriber, request: OpenTopic, was_joined: bool) -> None:
        if not was_joined and request.generation == subscriber.generations.get(request.topic):
            self._leave(subscriber, request.topic)

    async def _read(
        self, router: WsRouter[Any, Any], subscriber: GatewaySubscriber, request: OpenTopic
    ) -> TopicOpened:
        since, snapshots = request.since, router.snapshots
        is_replay = since is not None and router.replays
        if is_replay and since is not None:
            snapshot = await snapshots.missed(request.topic, since, request.prev)
        else:
            snapshot = await snapshots.state(request.topic)
        # No await from here on. What was published before is part of the snapshot, and leaves in
        # frames up to `seq`.
        stream = subscriber.stream
        stream.flush()
        position = since if is_replay and since is not None else 0
        for data, meta in snapshot:
            assert not isinstance(meta, bytes), "the owner reads models"
            if data or not is_replay:
                position = router.position_of(data, meta)
        if router.is_numbered:
            subscriber.positions[request.topic] = router.present_position(request.topic)
        return TopicOpened(
            epoch=0,
            lease=0,
            beat=0,
            stream=stream.identity,
            seq=stream.seq,
            position=position,
            parts=self._encoded(router, snapshot),
        )

    def _encoded(self, router: WsRouter[Any, Any], snapshot: Snapshot) -> list[SnapshotPart]:
        parts: list[SnapshotPart] = []
        for data, meta in snapshot:
            suffix = meta if isinstance(meta, bytes) else self._encode_suffix(meta)
            encoded: list[tuple[bytes, str | None]] = []
            for datum in data:
                key = router.conflation_key(datum)
                encoded.append((router.encode(datum), None if key is None else str(key)))
            parts.append((suffix, encoded))
        return parts
