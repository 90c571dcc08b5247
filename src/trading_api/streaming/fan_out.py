"""Takes updates from the routers' queues, in the order they were made, to the clients."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Collection, Hashable, Sequence

import orjson
from pydantic import BaseModel

from trading_api.shared.ws.router_interface import (
    Beside,
    Subscriber,
    Update,
    UpdatesQueue,
    WsRouteInterface,
)
from trading_api.streaming.frames import text_frame
from trading_api.streaming.outbox import Outbox
from trading_api.streaming.subscriptions import TopicIndex

log = logging.getLogger(__name__)

FLUSHED_AT_ONCE = 256
"""Outboxes, in a millisecond or two; then others get their turn."""
FEW = 8


class FanOut:
    """One drainer for all routers: what was posted first is delivered first. Delivering is
    putting frames into outboxes, which leave part by part, first those that few others are told
    with: thousands who follow the market hold up nobody's orders. It never waits for a client.
    `now_ms` is stamped on every update."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.topics = TopicIndex()
        self._now_ms = now_ms
        self._ts = 0
        self._ts_only = b""
        self._queues: list[UpdatesQueue] = []
        self._stamps = itertools.count(1)
        self._posted = asyncio.Event()
        # Those with something in them: with what a tick brings, as many as there are clients.
        self.filled: list[Outbox] = []
        # Those of updates that few are told; as many as a drain has updates.
        self._hurried: list[Outbox] = []
        self._flushing = False
        self.delivered = 0

    def attach(self, queue: UpdatesQueue) -> None:
        self._queues.append(queue)

    def post(
        self,
        router: WsRouteInterface,
        topic: str,
        data: Sequence[BaseModel],
        beside: Beside | None = None,
        to: Subscriber | None = None,
    ) -> None:
        """Never fails: a full queue is drained on the spot. `beside` are fields that stand beside
        `topic`, `payload` and `ts`."""
        queue = router.updates_queue
        if queue.full():
            self._empty_queues()
        queue.put_nowait((next(self._stamps), router, topic, data, self._ending(beside), to))
        self._posted.set()

    def _ending(self, beside: Beside | None) -> bytes:
        """The same object for as long as nothing changes, because thousands may be made in a ms."""
        ts = self._now_ms()
        if ts != self._ts:
            self._ts = ts
            self._ts_only = b',"ts":%d}}' % ts
        return b",%b%b" % (orjson.dumps(beside)[1:-1], self._ts_only) if beside else self._ts_only

    async def run(self) -> None:
        """Drains whenever something was posted, until cancelled."""
        while True:
            await self._posted.wait()
            self._drain_part()

    def waiting(self) -> int:
        """Updates that are posted and not in the outboxes yet."""
        return sum(queue.qsize() for queue in self._queues)

    def drain(self) -> None:
        """Everything posted so far has left its outbox afterwards, but to slow clients."""
        self._drain_part()
        while self.filled:
            self._flush_some()

    def _drain_part(self) -> None:
        self._posted.clear()
        self._empty_queues()
        self._flush_some()

    def _empty_queues(self) -> None:
        """Into the outboxes."""
        updates: list[Update] = []
        for queue in self._queues:
            updates += queue
            queue.clear()
        updates.sort()
        is_alone = len(updates) == 1
        texts = _Texts()
        for update in updates:
            try:
                self._deliver(update, texts, is_alone)
            except Exception:
                log.exception("update_not_delivered", extra={"topic": update[2]})

    def flush_soon(self) -> None:
        """What is in outboxes leaves when the loop's tick ends, or soon after where it is much."""
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush_more)

    def _flush_more(self) -> None:
        self._flushing = False
        self._flush_some()

    def _flush_some(self) -> None:
        part = self._hurried + self.filled[:FLUSHED_AT_ONCE]
        self._hurried.clear()
        del self.filled[:FLUSHED_AT_ONCE]
        for outbox in part:
            try:
                outbox.flush()
            except Exception:
                log.exception("outbox_not_flushed")
        if self.filled:
            self.flush_soon()

    def _deliver(self, update: Update, texts: _Texts, is_alone: bool) -> None:
        _, router, name, data, ending, to = update
        topic = self.topics.find(name)
        if topic is None:
            return
        receivers: Collection[Outbox] = topic.following.values()
        if to is not None:
            if name not in to.topics:
                return
            # The state: what was posted before it is part of it, what comes after follows it.
            topic.following[to] = to.outbox
            receivers = (to.outbox,)
        if not receivers:
            return
        is_alone = is_alone and len(data) == 1
        if len(receivers) <= FEW and not is_alone:
            self._hurried += receivers
        self.delivered += len(receivers) * len(data)
        for datum in data:
            frame = text_frame(topic.heading, texts.of(datum, router), ending)
            key = router.conflation_key(datum)
            key = None if key is None else (name, key)
            if is_alone:
                _send(frame, key, receivers)
            else:
                for outbox in receivers:
                    outbox.put(frame, key)


class _Texts:
    """A datum that many topics are told of, one after the other, is encoded once."""

    __slots__ = ("_datum", "_router", "_text")

    def __init__(self) -> None:
        self._datum: BaseModel | None = None
        self._router: WsRouteInterface | None = None

    def of(self, datum: BaseModel, router: WsRouteInterface) -> bytes:
        if datum is not self._datum or router is not self._router:
            self._text = router.encode(datum)
            self._datum, self._router = datum, router
        return self._text


def _send(frame: bytes, key: Hashable | None, receivers: Collection[Outbox]) -> None:
    """Put and flushed one by one, each while it is in the processor's cache."""
    for outbox in receivers:
        try:
            outbox.send(frame, key)
        except Exception:
            log.exception("outbox_not_flushed")
