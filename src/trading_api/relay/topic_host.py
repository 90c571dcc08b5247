"""The owner's side of topics: calls the services, and publishes their updates to gateways."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from trading_api.bus.port import Bus
from trading_api.clock import running_clock
from trading_api.relay import topic_messages as messages
from trading_api.relay.frame_stream import KEPT_FRAMES_MAX, FrameStream
from trading_api.relay.hosted_partition import GatewaySubscriber, HostedPartition
from trading_api.relay.partitions import MARKET
from trading_api.relay.position_marks import PositionMarks
from trading_api.relay.reply_parts import ReplyParts
from trading_api.relay.topic_opener import OpenerLimits, TopicOpener
from trading_api.relay.update_frame import encode_lost_update, encode_update, topic_number
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.streaming.fan_out import Route, UpdatesQueue
from trading_api.streaming.route_service import UpdateMeta
from trading_api.streaming.subscriptions import Subscriber, Subscriptions, Topic
from trading_api.streaming.update_encoding import Datum, LastEncoded, SuffixEncoder

log = logging.getLogger(__name__)

HEARTBEAT_S = 1.0
LEASE_S = 10.0
PARTITIONS_PER_HEARTBEAT = 1_000
"""More partitions take several messages, each of at most 100 KB and the leases."""


class TopicHost:
    """The UpdateDelivery of an owner. Each gateway that opens a topic is one of its subscribers.

    An update is encoded one time, and leaves at the end of the loop's tick, in one frame with all
    others of its stream. The market has one stream for all gateways. A shard has one for each
    gateway that follows one of its topics. A gateway that is silent for `lease_s` loses its
    topics."""

    def __init__(
        self,
        bus: Bus,
        owner_id: str,
        routers: Iterable[WsRouter[Any, Any]],
        subscriptions: Subscriptions,
        now_ms: Callable[[], int],
        partition_of: Callable[[str], str],
        *,
        heartbeat_s: float = HEARTBEAT_S,
        lease_s: float = LEASE_S,
        kept_frames_max: int = KEPT_FRAMES_MAX,
        opener_limits: OpenerLimits | None = None,
    ) -> None:
        self._bus = bus
        self._owner_id = owner_id
        self._routers = {router.route: router for router in routers}
        self._subscriptions = subscriptions
        self._encode_suffix = SuffixEncoder(now_ms).encode
        self._last_encoded = LastEncoded()
        self._heartbeat_s = heartbeat_s
        self._lease_s = lease_s
        self._kept_frames_max = kept_frames_max
        # Streams, leases and heartbeats count on from the time, so that those of a process that is
        # started again are greater.
        self._counter = itertools.count(time.time_ns())
        self._beat = next(self._counter)
        self._partitions: dict[str, HostedPartition] = {}
        self._leases: dict[str, _Lease] = {}
        self._audiences: dict[Topic, tuple[int, list[FrameStream]]] = {}
        # The streams with updates that wait: as many as there are streams.
        self._dirty: list[FrameStream] = []
        self._replies = ReplyParts()
        self._opener = TopicOpener(
            self._routers,
            subscriptions,
            self._encode_suffix,
            partition_of,
            self._regroup,
            opener_limits or OpenerLimits(),
        )
        self._marks = PositionMarks(self._routers)
        self._is_subscribed = False
        for router in self._routers.values():
            router.bind(self, subscriptions)

    # Partitions

    async def claim(self, partition: str, epoch: int) -> None:
        """Serve the topics of a partition, as its owner of this epoch. Raises BusUnavailable."""
        if not self._is_subscribed:
            await self._bus.subscribe(messages.GATEWAYS, self._on_gateway_beat)
            self._is_subscribed = True
        if partition in self._partitions:
            self.release(partition)
        hosted = HostedPartition(partition, epoch, self._open_stream)
        self._partitions[partition] = hosted
        subject = messages.topics_subject(partition)
        try:
            hosted.unserve = await self._bus.serve(subject, partial(self._handle, hosted))
        except BaseException:
            self.release(partition)
            raise
        self._publish_heartbeat([hosted])

    def announce_release(self, partition: str) -> None:
        """Publish that a partition is about to be released, so that gateways wait for its next
        owner. Ignores one that is not claimed."""
        hosted = self._partitions.get(partition)
        if hosted is not None:
            hosted.is_moving = True
            self._publish_heartbeat([hosted])

    def release(self, partition: str) -> None:
        """Serve a partition no longer, and close its topics. Ignores one that is not claimed."""
        hosted = self._partitions.pop(partition, None)
        if hosted is not None:
            if hosted.is_moving:
                self._publish_heartbeat([hosted])  # gateways wait from now on
            hosted.is_released = True
            if hosted.unserve is not None:
                hosted.unserve()
            for gateway in list(hosted.subscribers):
                self._drop_subscriber(hosted, gateway)

    async def run(self) -> None:
        """Publish heartbeats and drop silent gateways, until cancelled."""
        while True:
            self._publish_heartbeat(list(self._partitions.values()))
            for hosted in self._partitions.values():
                for stream in hosted.streams.values():
                    stream.note_heartbeat()
            self._marks.add(self._partitions.values())
            await asyncio.sleep(self._heartbeat_s)
            self._drop_silent_gateways()

    # UpdateDelivery

    def add_queue(self, queue: UpdatesQueue) -> None:
        """Ignore the queue: updates are encoded when they are posted."""

    def post(
        self,
        route: Route,
        topic: Topic,
        data: Sequence[Datum],
        meta: UpdateMeta | bytes | None = None,
        to: Subscriber | None = None,
    ) -> None:
        """Publish data of a topic to the gateways that follow it."""
        audience = self._audiences.get(topic)
        if audience is None:
            return
        number, streams = audience
        try:
            assert not isinstance(meta, bytes), "only a gateway posts encoded updates"
            updates = self._encoded(route, topic, number, data, meta or {})
        except Exception:
            log.exception("update_not_encoded", extra={"topic": topic.name})
            seq = meta.get("seq") if isinstance(meta, Mapping) else None
            updates = [encode_lost_update(number, seq if isinstance(seq, int) else None)]
        for stream in streams:
            for update in updates:
                stream.add(update)

    def _encoded(
        self, route: Route, topic: Topic, number: int, data: Sequence[Datum], meta: UpdateMeta
    ) -> list[bytes]:
        router = self._routers[topic.name.partition(":")[0]]
        suffix = self._encode_suffix(meta)
        updates: list[bytes] = []
        for datum in data:
            position = router.position_of((datum,), meta) if router.replays else 0
            key = route.conflation_key(datum)
            name = None if key is None else str(key)
            json = self._last_encoded.encode(datum, route.encode)
            updates.append(encode_update(number, position, name, suffix, json))
        return updates

    def _schedule(self, stream: FrameStream) -> None:
        if not self._dirty:
            asyncio.get_running_loop().call_soon(self._flush)
        self._dirty.append(stream)

    def _flush(self) -> None:
        dirty, self._dirty = self._dirty, []
        for stream in dirty:
            stream.flush()

    # Streams and their audiences

    def _open_stream(self, hosted: HostedPartition, audience: str) -> FrameStream:
        if audience == messages.SHARED_AUDIENCE:
            subject = messages.shared_updates_subject(hosted.name)
        else:
            subject = messages.gateway_updates_subject(audience)
        return FrameStream(
            self._owner_id,
            hosted.name,
            hosted.epoch,
            next(self._counter),
            partial(self._bus.publish, subject),
            self._schedule,
            self._kept_frames_max,
        )

    def _regroup(self, topic: Topic) -> None:
        """Find again the streams on which a topic is published, after a gateway joined or left."""
        streams = [each.stream for each in topic.sessions if isinstance(each, GatewaySubscriber)]
        if streams:
            self._audiences[topic] = topic_number(topic.name), list(dict.fromkeys(streams))
        else:
            self._audiences.pop(topic, None)

    # Gateways

    def _on_gateway_beat(self, message: bytes) -> None:
        self._lease(messages.decode_gateway_beat(message).gateway)

    def _lease(self, gateway: str) -> _Lease:
        now_s = running_clock().now_s()
        lease = self._leases.get(gateway)
        if lease is None:
            lease = self._leases[gateway] = _Lease(next(self._counter), now_s)
        lease.seen_s = now_s
        return lease

    def _drop_silent_gateways(self) -> None:
        since_s = running_clock().now_s() - self._lease_s
        for gateway in [each for each, lease in self._leases.items() if lease.seen_s < since_s]:
            log.warning("gateway_silent", extra={"gateway": gateway})
            del self._leases[gateway]
            for hosted in self._partitions.values():
                self._drop_subscriber(hosted, gateway)

    def _drop_subscriber(self, hosted: HostedPartition, gateway: str) -> None:
        subscriber = hosted.remove_subscriber(gateway)
        if subscriber is not None:
            self._opener.close_all(subscriber)

    # Heartbeats

    def _publish_heartbeat(self, partitions: Sequence[HostedPartition]) -> None:
        """Publish the last number of every stream, so that a lost last frame is noticed. A stream
        of one gateway is named to this gateway alone."""
        self._flush()
        self._beat = next(self._counter)
        leases = {gateway: lease.number for gateway, lease in self._leases.items()}
        beats: dict[str, dict[str, messages.PartitionBeat]] = {messages.HEARTBEATS: {}}
        for hosted in partitions:
            shared = messages.PartitionBeat(hosted.epoch, {}, hosted.is_moving)
            beats[messages.HEARTBEATS][hosted.name] = shared
            for audience, seq in hosted.stream_seqs().items():
                named = beats.setdefault(messages.heartbeats_subject(audience), {})
                beat = named.setdefault(
                    hosted.name, messages.PartitionBeat(hosted.epoch, {}, hosted.is_moving)
                )
                beat.streams[audience] = seq
        for subject, named in beats.items():
            self._publish_beats(subject, leases, list(named.items()))

    def _publish_beats(
        self,
        subject: str,
        leases: dict[str, int],
        beats: Sequence[tuple[str, messages.PartitionBeat]],
    ) -> None:
        for start in range(0, len(beats), PARTITIONS_PER_HEARTBEAT):
            part = dict(beats[start : start + PARTITIONS_PER_HEARTBEAT])
            beat = messages.OwnerBeat(self._owner_id, self._beat, leases, part)
            self._bus.publish(subject, messages.encode(beat))

    # Requests

    async def _handle(self, hosted: HostedPartition, message: bytes) -> bytes:
        request = messages.decode_request(message)
        if isinstance(request, messages.RestOfReply):
            return messages.encode(self._replies.rest(request))
        return self._replies.first(messages.encode(await self._answer(hosted, request)))

    async def _answer(
        self,
        hosted: HostedPartition,
        request: messages.OpenTopic | messages.CloseTopics | messages.MissedFrames,
    ) -> messages.TopicReply:
        if hosted.is_released:
            return messages.NotOwner()
        lease = self._lease(request.gateway)
        if isinstance(request, messages.MissedFrames):
            return messages.FramesAgain(hosted.frames_again(request))
        audience = messages.SHARED_AUDIENCE if hosted.name == MARKET else request.gateway
        subscriber = hosted.subscriber(request.gateway, audience)
        if isinstance(request, messages.CloseTopics):
            self._opener.close(subscriber, request)
            return messages.TopicsClosed()
        opened = await self._opener.open(hosted, subscriber, request)
        if isinstance(opened, messages.TopicRejected):
            opened.epoch = hosted.epoch
        elif isinstance(opened, messages.TopicOpened):
            opened.lease, opened.beat = lease.number, self._beat
        return opened


class _Lease:
    """The owner's memory of a gateway that lives."""

    __slots__ = ("number", "seen_s")

    def __init__(self, number: int, seen_s: float) -> None:
        self.number = number
        self.seen_s = seen_s
