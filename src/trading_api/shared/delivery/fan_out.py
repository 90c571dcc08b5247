"""Takes updates from the routers' queues, in the order they were made, to the clients."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence

from pydantic import BaseModel

from trading_api.shared.delivery.frames import text_frame
from trading_api.shared.delivery.outbox import Outbox
from trading_api.shared.delivery.topics import TopicIndex
from trading_api.shared.ws.router_interface import Subscriber, Update, WsRouteInterface

log = logging.getLogger(__name__)


class FanOut:
    """One drainer for all routers: what was posted first is delivered first. Delivering is
    putting frames into outboxes, each of which leaves once a tick; it never waits for a client.
    `now_ms` is stamped on every update."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.topics = TopicIndex()
        self._now_ms = now_ms
        self._ts = 0
        self._ts_only = b""
        self._queues: list[asyncio.Queue[Update]] = []
        self._stamps = itertools.count(1)
        self._posted = asyncio.Event()
        # Those with something in them: with what a tick brings, as many as there are clients.
        self.filled: list[Outbox] = []
        self._flushing = False
        self.delivered = 0

    def attach(self, queue: asyncio.Queue[Update]) -> None:
        self._queues.append(queue)

    def post(
        self,
        router: WsRouteInterface,
        topic: str,
        data: Sequence[BaseModel],
        to: Subscriber | None = None,
        **beside: int,
    ) -> None:
        """Never fails: a full queue is drained on the spot. `beside` are fields that stand beside
        `topic`, `payload` and `ts`."""
        queue = router.updates_queue
        if queue.full():
            self._empty_queues()
        queue.put_nowait(Update(next(self._stamps), router, topic, data, self._ending(beside), to))
        self._posted.set()

    def _ending(self, beside: Mapping[str, int]) -> bytes:
        """The same object for as long as nothing changes, because thousands may be made in a ms."""
        ts = self._now_ms()
        if ts != self._ts:
            self._ts = ts
            self._ts_only = b',"ts":%d}}' % ts
        if not beside:
            return self._ts_only
        fields = "".join(f',"{name}":{value}' for name, value in beside.items())
        return fields.encode() + self._ts_only

    async def run(self) -> None:
        """Drains whenever something was posted, until cancelled."""
        while True:
            await self._posted.wait()
            self.drain()

    def waiting(self) -> int:
        """Updates that are posted and not in the outboxes yet."""
        return sum(queue.qsize() for queue in self._queues)

    def drain(self) -> None:
        """Everything posted so far has left its outbox afterwards, but to slow clients."""
        self._posted.clear()
        self._empty_queues()
        self._flush()

    def _empty_queues(self) -> None:
        """Into the outboxes."""
        updates = [queue.get_nowait() for queue in self._queues for _ in range(queue.qsize())]
        updates.sort()
        alone = len(updates) == 1 and len(updates[0].data) == 1
        encoded: dict[tuple[object, ...], bytes] = {}
        for update in updates:
            try:
                self._deliver(update, encoded, alone)
            except Exception:
                log.exception("update_not_delivered", extra={"topic": update.topic})

    def flush_soon(self) -> None:
        """What is in outboxes leaves when the loop's tick ends."""
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        filled = self.filled.copy()
        self.filled.clear()
        for outbox in filled:
            try:
                outbox.flush()
            except Exception:
                log.exception("outbox_not_flushed")

    def _deliver(
        self, update: Update, encoded: dict[tuple[object, ...], bytes], alone: bool
    ) -> None:
        topic = self.topics.find(update.topic)
        if topic is None:
            return
        receivers: Collection[Outbox] = topic.following.values()
        if update.to is not None:
            if update.topic not in update.to.topics:
                return
            # The state: what was posted before it is part of it, what comes after follows it.
            topic.following[update.to] = update.to.outbox
            receivers = (update.to.outbox,)
        if not receivers:
            return
        self.delivered += len(receivers) * len(update.data)
        for data in update.data:
            # A datum that many topics are told of is encoded once; it lives as long as `updates`.
            datum = (id(data), update.router, update.ending)
            if (rest := encoded.get(datum)) is None:
                rest = encoded[datum] = update.router.encode(data) + update.ending
            frame = text_frame(topic.heading, rest)
            key = update.router.conflation_key(data)
            key = None if key is None else (update.topic, key)
            if alone:
                _send(frame, key, receivers)
            else:
                for outbox in receivers:
                    outbox.put(frame, key)


def _send(frame: bytes, key: Hashable | None, receivers: Collection[Outbox]) -> None:
    """Put and flushed one by one, each while it is in the processor's cache."""
    for outbox in receivers:
        try:
            outbox.send(frame, key)
        except Exception:
            log.exception("outbox_not_flushed")
