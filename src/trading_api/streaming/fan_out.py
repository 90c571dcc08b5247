"""Takes updates from the routes' queues, in the order they were published, to the sessions."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeAlias

from trading_api.streaming.message_format import MessageFormat
from trading_api.streaming.outbox import Outbox, send_to_all
from trading_api.streaming.route_service import UpdateMeta
from trading_api.streaming.subscriptions import Subscriber, Topic, TopicRoute
from trading_api.streaming.update_encoding import Datum, DatumFormat, SharedParts, SuffixEncoder

log = logging.getLogger(__name__)

FLUSH_BATCH = 256
"""How many outboxes are flushed before other tasks run. Flushing them takes 1 to 2 ms."""
FLUSH_BATCH_MIN = 8
"""The same where each connection compresses what it writes."""
FLUSH_TIME_S = 0.004
"""Batches that take longer become smaller."""
SMALL_AUDIENCE = 8
"""Updates for no more outboxes than this are flushed before those of a large audience."""

Update: TypeAlias = tuple[int, "Route", Topic, Sequence[Datum], bytes, Subscriber | None]
"""Stamp, route, topic, data, suffix, recipient.

The data are for every session that receives the topic; or they are the topic's state, for one
recipient that joined it. The suffix is the end of each message, after its data. A plain tuple,
because thousands are made in one tick of the loop and a named one costs a call."""


Audience: TypeAlias = tuple[MessageFormat, Mapping[Subscriber, Outbox]]


class UpdatesQueue(deque[Update]):
    """A queue of one route's updates that cannot be awaited: FanOut is woken for all queues
    together. (Waiting made asyncio.Queue the most expensive part of streaming.) When it is full,
    the publisher drains it before it adds more."""

    def __init__(self, maxsize: int) -> None:
        super().__init__()
        self.maxsize = maxsize

    put_nowait = deque.append
    get_nowait = deque.popleft
    qsize = deque.__len__

    def full(self) -> bool:
        return len(self) >= self.maxsize


class Route(TopicRoute, DatumFormat, Protocol):
    """A route of the WebSocket, as FanOut uses it."""

    updates_queue: UpdatesQueue


class UpdateDelivery(Protocol):
    """Delivers the updates of routes that are bound to it."""

    def add_queue(self, queue: UpdatesQueue) -> None:
        """Accept the queue of a route, for the updates that wait there."""
        ...

    def post(
        self,
        route: Route,
        topic: Topic,
        data: Sequence[Datum],
        meta: UpdateMeta | bytes | None = None,
        to: Subscriber | None = None,
    ) -> None:
        """Deliver data of a topic to all who receive it, or to one subscriber. Never fails and
        never waits. `meta` is the fields next to each datum, or a suffix that is encoded."""
        ...


class FanOut:
    """Delivers the updates of all routes, those first that were published first.

    To deliver is to put frames into outboxes; FanOut never waits for a client. Outboxes are flushed
    in batches, those of small audiences first, so that thousands of market subscribers do not delay
    the updates of one account's orders. `now_ms` stamps every update. `timer_s` measures how long
    batches take."""

    def __init__(
        self, now_ms: Callable[[], int], timer_s: Callable[[], float] = time.perf_counter
    ) -> None:
        self._timer_s = timer_s
        self._batch_size = FLUSH_BATCH
        self._encode_suffix = SuffixEncoder(now_ms).encode
        self._parts = SharedParts()
        self._queues: list[UpdatesQueue] = []
        self._stamps = itertools.count(1)
        self._published = asyncio.Event()
        # Outboxes with unflushed frames: in one tick at most as many as there are sessions.
        self.dirty: list[Outbox] = []
        # Outboxes of small audiences: at most SMALL_AUDIENCE for each update of one drain.
        self._priority: list[Outbox] = []
        self._is_flush_scheduled = False
        self.delivered = 0

    def add_queue(self, queue: UpdatesQueue) -> None:
        """Drain this route's queue too."""
        self._queues.append(queue)

    def post(
        self,
        route: Route,
        topic: Topic,
        data: Sequence[Datum],
        meta: UpdateMeta | bytes | None = None,
        to: Subscriber | None = None,
    ) -> None:
        """Queue data of a topic for all who receive it, or for one session. Never fails: a full
        queue is drained first. `meta` is the fields next to each datum, or an encoded suffix."""
        queue = route.updates_queue
        if queue.full():
            self._empty_queues()
        suffix = meta if isinstance(meta, bytes) else self._encode_suffix(meta)
        queue.put_nowait((next(self._stamps), route, topic, data, suffix, to))
        self._published.set()

    async def run(self) -> None:
        """Drain the queues whenever something was published, until cancelled."""
        while True:
            await self._published.wait()
            self._drain_batch()

    def queued(self) -> int:
        """Return the number of updates that are published and not yet in an outbox."""
        return sum(queue.qsize() for queue in self._queues)

    def deliver(self) -> None:
        """Put what is published into the outboxes, so that a reply that is sent next follows it."""
        if self._published.is_set():
            self._published.clear()
            self._empty_queues()
            self.schedule_flush()

    def drain(self) -> None:
        """Empty the queues and flush every outbox. What then still waits, waits for a slow
        client."""
        self._drain_batch()
        while self.dirty:
            self._flush_batch()

    def schedule_flush(self) -> None:
        """Flush the dirty outboxes when the loop's tick ends, the first batch of them at least."""
        if not self._is_flush_scheduled:
            self._is_flush_scheduled = True
            asyncio.get_running_loop().call_soon(self._flush_scheduled)

    def _drain_batch(self) -> None:
        self._published.clear()
        self._empty_queues()
        self._flush_batch()

    def _empty_queues(self) -> None:
        updates: list[Update] = []
        for queue in self._queues:
            updates += queue
            queue.clear()
        updates.sort()
        single_update = len(updates) == 1
        for update in updates:
            try:
                self._deliver(update, single_update)
            except Exception:
                log.exception("update_not_delivered", extra={"topic": update[2].name})

    def _deliver(self, update: Update, single_update: bool) -> None:
        _, route, topic, data, suffix, recipient = update
        audiences: Iterable[Audience] = topic.audiences.items()
        if recipient is not None:
            if recipient not in topic.sessions:
                return
            # The state includes all that was published before it; what comes after follows it.
            topic.add_receiver(recipient)
            audiences = ((recipient.format, {recipient: recipient.outbox}),)
        single_update = single_update and len(data) == 1
        for format, receivers in audiences:
            outboxes = receivers.values()
            if len(outboxes) <= SMALL_AUDIENCE and not single_update:
                self._priority += outboxes
            self.delivered += len(outboxes) * len(data)
            for datum in data:
                frame = format.update(topic, datum, suffix, route, self._parts)
                key = route.conflation_key(datum)
                key = None if key is None else (topic.name, key)
                if single_update:
                    send_to_all(frame, key, outboxes)
                else:
                    for outbox in outboxes:
                        outbox.put(frame, key)

    def _flush_scheduled(self) -> None:
        self._is_flush_scheduled = False
        is_full = len(self.dirty) >= self._batch_size
        started_s = self._timer_s()
        self._flush_batch()
        if is_full:
            self._adapt_batch_size(self._timer_s() - started_s)

    def _flush_batch(self) -> None:
        if not (self.dirty or self._priority):
            return
        batch = self._priority + self.dirty[: self._batch_size]
        self._priority.clear()
        del self.dirty[: self._batch_size]
        for outbox in batch:
            try:
                outbox.flush()
            except Exception:
                log.exception("outbox_not_flushed")
        if self.dirty:
            self.schedule_flush()

    def _adapt_batch_size(self, took_s: float) -> None:
        if took_s > FLUSH_TIME_S:
            self._batch_size = max(self._batch_size // 2, FLUSH_BATCH_MIN)
        elif took_s < FLUSH_TIME_S / 4:
            self._batch_size = min(self._batch_size * 2, FLUSH_BATCH)
