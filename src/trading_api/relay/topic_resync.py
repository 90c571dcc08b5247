"""Opens the topics of a partition again, after a break of its stream."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager

from trading_api.relay.remote_topic import RemoteTopic

REOPENED_AT_A_TIME = 32
"""How many topics of one partition wait for their turn or are opened."""


class TopicResync:
    """Opens stale topics again, each in a turn of its owner.

    `stale` returns those that are due. `reopen` returns False if a topic has to be opened once
    more."""

    def __init__(
        self,
        stale: Callable[[], Sequence[RemoteTopic]],
        reopen: Callable[[RemoteTopic], Awaitable[bool]],
        turn: Callable[[], AbstractAsyncContextManager[None]],
    ) -> None:
        self._stale = stale
        self._reopen = reopen
        self._turn = turn

    async def run(self, retry_s: float, is_lost: Callable[[], bool]) -> None:
        """Open topics until none is stale, or the owner is lost."""
        while not is_lost() and (stale := self._stale()):
            topics = iter(stale)
            workers = [self._work(topics) for _ in range(min(len(stale), REOPENED_AT_A_TIME))]
            are_done = all(await asyncio.gather(*workers))
            if not are_done and not is_lost():
                await asyncio.sleep(retry_s)

    async def _work(self, topics: Iterator[RemoteTopic]) -> bool:
        """Open one topic after the other. A slow one holds up no other worker."""
        are_done = True
        for topic in topics:
            async with self._turn():
                are_done &= await self._reopen(topic)
        return are_done
