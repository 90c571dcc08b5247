"""The topics of one partition at a gateway, kept equal to those of its owner."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from trading_api.errors import ApiError
from trading_api.relay.closing_topics import ClosingTopics
from trading_api.relay.frame_repair import FrameRepair
from trading_api.relay.opening_turns import OpeningTurns
from trading_api.relay.owner_client import OwnerClient, OwnerSilent, answer_deadline
from trading_api.relay.owner_silence import OwnerSilence
from trading_api.relay.partition_epochs import PartitionEpochs
from trading_api.relay.partition_jobs import Job, PartitionJobs
from trading_api.relay.partition_options import PartitionEvents, PartitionOptions
from trading_api.relay.remote_topic import NEVER_SYNCED, RemoteTopic, snapshot_parts
from trading_api.relay.stream_receiver import StreamReceiver
from trading_api.relay.topic_messages import SHARED_AUDIENCE, OwnerBeat, TopicOpened
from trading_api.relay.topic_resync import TopicResync
from trading_api.relay.update_frame import (
    NO_TOPIC,
    FrameError,
    RelayedUpdate,
    UpdateFrame,
    decode_updates,
    marked_topic,
)
from trading_api.streaming.snapshots import Snapshot
from trading_api.streaming.update_encoding import EncodedDatum, encode_model

log = logging.getLogger(__name__)

UNKNOWN_LEASE = -1

Answer = TypeVar("Answer")


class RemotePartition:
    """Follows the owner of one partition.

    A *break* is a moment from which on the stream is not continued: another owner or lease, a later
    stream, or frames that are lost for good. It begins a new *round*. Each topic is then opened
    again from its position, and until that is done no update of it is posted. So its clients miss
    nothing and receive nothing twice."""

    def __init__(
        self,
        name: str,
        gateway: str,
        owner: OwnerClient,
        epochs: PartitionEpochs,
        turns: OpeningTurns,
        options: PartitionOptions,
        events: PartitionEvents,
        start_job: Callable[[Job], None],
    ) -> None:
        self.name = name
        self.is_lost = False
        self.breaks = 0
        self._gateway = gateway
        self._owner = owner
        self._epochs = epochs
        self._turns = turns
        self._options = options
        self._events = events
        self._jobs = PartitionJobs(name, start_job)
        self._resync = TopicResync(
            self._reopenable, self._reopen, self._give_up, self._turn, options
        )
        self._topics: dict[int, RemoteTopic] = {}
        self._closing = ClosingTopics(lambda topics: self._answer(owner.close(topics)))
        self._receiver = StreamReceiver(self._deliver, self._break)
        self._repair = FrameRepair(
            self._receiver,
            lambda stream, first, last: self._answer(owner.frames(stream, first, last)),
            self.on_frame,
            self._change,
            options.gap_s,
        )
        self._round = 0
        self._epoch = 0
        self._owner_id = ""
        self._lease = UNKNOWN_LEASE
        self._lease_beat = 0
        self._silence = OwnerSilence(options.silence_s, options.grace_s)
        self._changed: asyncio.Event | None = None

    def __len__(self) -> int:
        return len(self._topics)

    # Topics, for the routers of the gateway

    async def open(self, topic: RemoteTopic) -> None:
        """Open a topic at the owner. Raises ApiError; then the topic is not open here."""
        self._topics[topic.number] = topic
        topic.kept.acquire(self._receiver.delivered)
        try:
            async with answer_deadline(self._options.open_s):
                opened = await self._opened(topic, None, is_first=True)
        except BaseException:
            topic.kept.release()
            raise
        topic.position = opened.position
        self._synchronize(topic, opened)
        # The first client consumes it, and what was kept since.
        topic.first_reply = opened

    async def snapshot(self, topic: RemoteTopic, since: int | None) -> Snapshot:
        """Return what a new client of the topic receives first, up to this moment: the topic's
        state, or what follows the position `since`. Raises ApiError."""
        topic.kept.acquire(self._receiver.delivered)
        try:
            first, topic.first_reply = topic.first_reply, None
            if first is not None:
                topic.kept.release()
            if since is not None or (first is not None and not self._is_usable(topic, first)):
                first = None
            async with answer_deadline(self._options.open_s):
                opened = await self._opened(topic, since, first)
            if since is not None:
                topic.note_resumed(opened.position)
            return [
                *snapshot_parts(opened),
                *(((each.datum,), each.suffix) for each in topic.kept.after(opened.seq)),
            ]
        finally:
            topic.kept.release()

    def close(self, topic: RemoteTopic) -> None:
        """Close a topic here, and at the owner in the background."""
        topic.is_closed = True
        if self._topics.get(topic.number) is topic:
            del self._topics[topic.number]
        self._wake()
        if topic.generation:
            self._closing.add(topic.name, topic.generation)
            self._jobs.start("close", self._closing.close_all)

    async def _opened(
        self,
        topic: RemoteTopic,
        since: int | None,
        first: TopicOpened | None = None,
        *,
        is_first: bool = False,
        is_resync: bool = False,
    ) -> TopicOpened:
        """Return what the owner has of a topic, once the stream has come as far. Request it again
        while that is of no use. Raises ApiError."""
        while True:
            opened = first
            if opened is None and is_resync:  # which has a turn
                prev = None if since is None else topic.position
                opened = await self._request_open(topic, since, prev)
            elif opened is None:
                async with self._turn():
                    opened = await self._request_open(topic, since)
            first = None
            if opened is None:
                await asyncio.sleep(self._options.retry_s)
                continue
            waits_for_topic = not (is_first or is_resync)
            while self._is_usable(topic, opened):
                is_synced = topic.synced_round == self._round
                if self._receiver.delivered >= opened.seq and (is_synced or not waits_for_topic):
                    return opened
                await self._change()

    async def _request_open(
        self, topic: RemoteTopic, since: int | None, prev: int | None = None
    ) -> TopicOpened | None:
        """Return None if the owner did not answer this request."""
        if topic.is_closed or topic.is_failed or self.is_lost:
            raise OwnerSilent
        topic.generation = self._owner.next_generation()
        request = self._owner.open(topic.name, topic.generation, since, prev)
        opened = await self._answer(request)
        if opened is not None:
            self._accept(opened)
        return opened

    async def _answer(self, request: Awaitable[Answer]) -> Answer | None:
        """Return the owner's answer to a request, or None if there was none."""
        try:
            return await request
        except OwnerSilent as silent:
            if silent.is_absent:
                self._silence.note_absence()
            return None

    def _is_usable(self, topic: RemoteTopic, opened: TopicOpened) -> bool:
        """Return whether all updates that follow the reply are kept or will come."""
        return (
            not topic.is_closed
            and (opened.epoch, opened.lease) == (self._epoch, self._lease)
            and (opened.epoch, opened.stream) == self._receiver.key
            and opened.seq >= topic.kept.since
        )

    def _synchronize(self, topic: RemoteTopic, opened: TopicOpened) -> None:
        """Post what followed the reply, and from now on each update as it comes."""
        for update in topic.kept.after(opened.seq):
            topic.post(update)
        topic.synced_round = self._round
        self._wake()

    # What the owner sends

    def on_frame(self, frame: UpdateFrame) -> None:
        """Accept a frame of the partition."""
        if not self._epochs.observe(self.name, frame.epoch):
            return
        self._see(frame.epoch, frame.owner)
        self._receiver.receive(frame)
        self._request_missed()

    def on_heartbeat(self, beat: OwnerBeat) -> None:
        """Accept a heartbeat that names the partition."""
        mine = beat.partitions[self.name]
        if not self._epochs.observe(self.name, mine.epoch):
            return
        self._see(mine.epoch, beat.owner)
        if mine.is_moving:
            self._silence.note_move()
        if not self._topics:
            return
        is_later = self._lease != UNKNOWN_LEASE and beat.number > self._lease_beat
        if is_later and beat.leases.get(self._gateway) != self._lease:
            # The owner dropped this gateway, and with it the topics.
            self._lease = UNKNOWN_LEASE
            self._break()
        stream = mine.streams.get(SHARED_AUDIENCE) or mine.streams.get(self._gateway)
        if stream is not None:
            key = mine.epoch, stream[0]
            self._receiver.follow(key, stream[1])
            self._receiver.expect(key, stream[1])
            self._request_missed()

    def _accept(self, opened: TopicOpened) -> None:
        self._see(opened.epoch, self._owner_id)
        if opened.lease > self._lease:
            if self._lease != UNKNOWN_LEASE:
                self._break()
            self._lease = opened.lease
        if opened.lease == self._lease:
            self._lease_beat = max(self._lease_beat, opened.beat)
        key = opened.epoch, opened.stream
        self._receiver.follow(key, opened.seq)
        self._receiver.expect(key, opened.seq)
        self._request_missed()
        self._wake()

    def _see(self, epoch: int, owner_id: str) -> None:
        """Note a sign of life of the owner of this epoch."""
        self._owner_id = owner_id
        self._silence.note_sent()
        if epoch > self._epoch:
            self._epoch = epoch
            self._lease, self._lease_beat = UNKNOWN_LEASE, 0
            self._closing.clear()
            for topic in self._topics.values():
                topic.failures, topic.retry_at_s = 0, 0.0
            self._break()
        if self.is_lost:
            self.is_lost = False
            self._events.on_partition_change(self.name, True)
            self._start_resync()

    def _deliver(self, frame: UpdateFrame) -> None:
        topics, seq, this_round = self._topics, frame.seq, self._round
        try:
            updates = list(decode_updates(frame.body))
        except FrameError:
            self._break()
            raise
        for update in updates:
            if update.number == NO_TOPIC:
                self._on_mark(seq, update)
                continue
            topic = topics.get(update.number)
            if topic is None:
                continue
            if topic.kept.is_active:
                topic.kept.add(seq, update)
            if topic.synced_round == this_round:
                topic.post(update)
        self._wake()

    # Loss of frames

    def _on_mark(self, seq: int, mark: RelayedUpdate) -> None:
        topic = self._topics.get(marked_topic(mark))
        if topic is not None:
            topic.note_mark(seq, mark, self._round)
            if topic.synced_round != self._round:
                self._start_resync()

    def _break(self) -> None:
        self._round += 1
        for topic in self._topics.values():
            topic.kept.restart(self._receiver.delivered)
        self._wake()
        if stale := self._stale():
            self.breaks += 1
            log.info("stream_broken", extra={"partition": self.name, "topics": len(stale)})
            self._start_resync()

    def _request_missed(self) -> None:
        if self._receiver.gap is not None:
            if self._topics:
                self._jobs.start("missed", self._repair.run)
            else:
                self._receiver.leave_out_gap()

    # Loss of the owner

    def check_silence(self) -> None:
        """Notice that the owner is silent, and repeat what failed. Called again and again."""
        if self._silence.is_over():
            self.lose()
            return
        if self._closing:
            self._jobs.start("close", self._closing.close_all)
        if self._stale():
            self._start_resync()

    def lose(self) -> None:
        """Treat the owner as lost, until it sends something."""
        if self.is_lost:
            return
        self.is_lost = True
        self._wake()
        self._events.on_partition_change(self.name, False)
        for topic in self._topics.values():
            if data := self._events.lost_state(topic.name):
                # The true state follows once the owner is back.
                topic.synced_round = NEVER_SYNCED
                encoded = [EncodedDatum(encode_model(each), None) for each in data]
                topic.router.delivery.post(topic.router, topic.topic, encoded)

    # Jobs

    def _start_resync(self) -> None:
        self._jobs.start("resync", self._resync.run)

    def _turn(self) -> AbstractAsyncContextManager[None]:
        return self._turns.take(lambda: self._owner_id)

    def _stale(self) -> list[RemoteTopic]:
        return [
            topic
            for topic in self._topics.values()
            if topic.synced_round != self._round and not topic.is_failed
            # A topic that was never open is being opened.
            and topic.position is not None
        ]

    def _reopenable(self) -> list[RemoteTopic]:
        return [] if self.is_lost else self._stale()

    async def _reopen(self, topic: RemoteTopic) -> None:
        """Open a topic again, unless that is done. Raises ApiError."""
        if self._topics.get(topic.number) is not topic or topic.synced_round == self._round:
            return
        topic.kept.acquire(self._receiver.delivered)
        try:
            async with answer_deadline(self._options.open_s):
                opened = await self._opened(topic, topic.since, is_resync=True)
            topic.post_snapshot(opened)
            self._synchronize(topic, opened)
        except ApiError:
            # A topic is tried again once its owner is back.
            if not topic.is_closed and not self.is_lost:
                raise
        finally:
            topic.kept.release()

    def _give_up(self, topic: RemoteTopic) -> None:
        topic.is_failed = True
        self._events.close_topic_sessions(topic.name)

    def _wake(self) -> None:
        if self._changed is not None:
            self._changed.set()
            self._changed = None

    async def _change(self) -> None:
        """Wait until a frame came or anything else changed."""
        if self._changed is None:
            self._changed = asyncio.Event()
        await self._changed.wait()
