"""Takes updates from the routers' queues, in the order they were made, to the clients."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Collection, Sequence

from pydantic import BaseModel

from trading_api.shared.delivery.topics import TopicIndex
from trading_api.shared.ws.router_interface import Subscriber, Update, WsRouteInterface

log = logging.getLogger(__name__)


class FanOut:
    """One drainer for all routers: what was posted first is delivered first. Delivering is
    putting frames into outboxes; it never waits for a client."""

    def __init__(self) -> None:
        self.topics = TopicIndex()
        self._queues: list[asyncio.Queue[Update]] = []
        self._stamps = itertools.count(1)
        self._posted = asyncio.Event()

    def attach(self, queue: asyncio.Queue[Update]) -> None:
        self._queues.append(queue)

    def post(
        self,
        router: WsRouteInterface,
        topic: str,
        data: Sequence[BaseModel],
        to: Subscriber | None = None,
    ) -> None:
        """Never fails: a full queue is drained on the spot."""
        if router.updates_queue.full():
            self.drain()
        router.updates_queue.put_nowait(Update(next(self._stamps), router, topic, data, to))
        self._posted.set()

    async def run(self) -> None:
        """Drains whenever something was posted, until cancelled."""
        while True:
            await self._posted.wait()
            self.drain()

    def drain(self) -> None:
        """Everything posted so far is in its outboxes afterwards."""
        self._posted.clear()
        updates = [queue.get_nowait() for queue in self._queues for _ in range(queue.qsize())]
        for update in sorted(updates, key=lambda update: update.stamp):
            try:
                self._deliver(update)
            except Exception:
                log.exception("update_not_delivered", extra={"topic": update.topic})

    def _deliver(self, update: Update) -> None:
        receivers: Collection[Subscriber] = self.topics.followers(update.topic)
        if update.to is not None:
            if update.topic not in update.to.topics:
                return
            # The state: what was posted before it is part of it, what comes after follows it.
            self.topics.follow(update.topic, update.to)
            receivers = (update.to,)
        if not receivers:
            return
        for data in update.data:
            frame = update.router.encode(update.topic, data)
            key = update.router.conflation_key(data)
            key = None if key is None else (update.topic, key)
            for subscriber in receivers:
                subscriber.deliver(frame, key)
