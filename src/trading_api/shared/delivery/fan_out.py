"""Takes updates from the routers' queues, in the order they were made, to the clients."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Collection, Sequence

from pydantic import BaseModel

from trading_api.shared.delivery.frames import text_frame
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
        self._queues: list[asyncio.Queue[Update]] = []
        self._stamps = itertools.count(1)
        self._posted = asyncio.Event()
        # As many as there are clients: each is in it once.
        self._to_flush: list[Subscriber] = []

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
        """Never fails: a full queue is drained on the spot."""
        queue = router.updates_queue
        if queue.full():
            self.drain()
        envelope = tuple({**beside, "ts": self._now_ms()}.items())
        queue.put_nowait(Update(next(self._stamps), router, topic, data, envelope, to))
        self._posted.set()

    async def run(self) -> None:
        """Drains whenever something was posted, until cancelled."""
        while True:
            await self._posted.wait()
            self.drain()

    def drain(self) -> None:
        """Everything posted so far has left its outbox afterwards, but to slow clients."""
        self._posted.clear()
        updates = [queue.get_nowait() for queue in self._queues for _ in range(queue.qsize())]
        updates.sort(key=lambda update: update.stamp)
        encoded: dict[tuple[object, ...], bytes] = {}
        for update in updates:
            try:
                self._deliver(update, encoded)
            except Exception:
                log.exception("update_not_delivered", extra={"topic": update.topic})
        self._flush()

    def filled(self, subscriber: Subscriber) -> None:
        """What waits in its outbox leaves when the loop's tick ends."""
        if not self._to_flush:
            asyncio.get_running_loop().call_soon(self._flush)
        self._to_flush.append(subscriber)

    def _flush(self) -> None:
        subscribers, self._to_flush = self._to_flush, []
        for subscriber in subscribers:
            try:
                subscriber.flush()
            except Exception:
                log.exception("outbox_not_flushed")

    def _deliver(self, update: Update, encoded: dict[tuple[object, ...], bytes]) -> None:
        topic = self.topics.find(update.topic)
        if topic is None:
            return
        receivers: Collection[Subscriber] = topic.following
        if update.to is not None:
            if update.topic not in update.to.topics:
                return
            # The state: what was posted before it is part of it, what comes after follows it.
            topic.following[update.to] = None
            receivers = (update.to,)
        if not receivers:
            return
        for data in update.data:
            # A datum that many topics are told of is encoded once; it lives as long as `updates`.
            datum = (update.router, id(data), update.envelope)
            if (rest := encoded.get(datum)) is None:
                rest = encoded[datum] = update.router.encode(data, update.envelope)
            frame = text_frame(topic.heading, rest)
            key = update.router.conflation_key(data)
            key = None if key is None else (update.topic, key)
            for subscriber in receivers:
                subscriber.deliver(frame, key)
