"""Opens the topics of a partition again, after a break of its stream."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager

from trading_api.clock import running_clock
from trading_api.errors import ApiError
from trading_api.relay.partition_options import PartitionOptions
from trading_api.relay.remote_topic import RemoteTopic

log = logging.getLogger(__name__)

REOPENED_AT_A_TIME = 32
"""How many topics of one partition wait for their turn or are opened."""


class TopicResync:
    """Opens stale topics again, each in a turn of its owner.

    `stale` returns the topics that are to be opened, and `reopen` opens one, or raises ApiError. A
    topic that could not be opened is due again after a time that doubles. After the last attempt,
    or a rejection that is final, `give_up` is called with it."""

    def __init__(
        self,
        stale: Callable[[], Sequence[RemoteTopic]],
        reopen: Callable[[RemoteTopic], Awaitable[None]],
        give_up: Callable[[RemoteTopic], None],
        turn: Callable[[], AbstractAsyncContextManager[None]],
        options: PartitionOptions,
    ) -> None:
        self._stale = stale
        self._reopen = reopen
        self._give_up = give_up
        self._turn = turn
        self._options = options

    async def run(self) -> None:
        """Open topics until none is stale."""
        while stale := self._stale():
            now_s = running_clock().now_s()
            if due := [topic for topic in stale if topic.retry_at_s <= now_s]:
                topics = iter(due)
                workers = (self._work(topics) for _ in range(min(len(due), REOPENED_AT_A_TIME)))
                await asyncio.gather(*workers)
            else:
                # Not longer: other topics may become stale meanwhile.
                await asyncio.sleep(self._options.retry_s)

    async def _work(self, topics: Iterator[RemoteTopic]) -> None:
        """Open one topic after the other. A slow one holds up no other worker."""
        for topic in topics:
            async with self._turn():
                try:
                    await self._reopen(topic)
                except ApiError as error:
                    self._note_failure(topic, error)
                else:
                    topic.failures = 0

    def _note_failure(self, topic: RemoteTopic, error: ApiError) -> None:
        options = self._options
        topic.failures += 1
        if error.status < 500 or topic.failures >= options.attempts_max:
            log.warning("topic_not_continued", extra={"topic": topic.name, "code": error.code})
            self._give_up(topic)
            return
        topic.retry_at_s = running_clock().now_s() + retry_pause_s(topic.failures, options)


def retry_pause_s(failures: int, options: PartitionOptions) -> float:
    """Return how long a topic waits for its next attempt."""
    return min(options.retry_s * 2.0 ** (failures - 1), options.retry_max_s)
