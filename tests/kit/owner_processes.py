"""Processes that own partitions, as a test starts, stops and kills them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress

from trading_api.domain.shards import shard_number
from trading_api.modules.broker.journal.postgres.fence import Fence
from trading_api.modules.broker.ownership.owner_clock import OwnerClock
from trading_api.modules.broker.ownership.ownership_session import OwnershipSession
from trading_api.modules.broker.ownership.shard_owner import ShardOwner

STALE_S = 3.0


class OwnerProcess:
    """A ShardOwner, and what its callbacks did. `loaded` are the partitions in its memory.

    `loading` and `releasing` are awaited while a partition is loaded or released."""

    def __init__(
        self,
        session: OwnershipSession,
        owner: str,
        partitions: Collection[str],
        clock: OwnerClock | None = None,
        stale_s: float = STALE_S,
        poll_s: float = 0.5,
    ) -> None:
        self.session = session
        self.fence = Fence()
        self.loaded: dict[str, int] = {}
        self.claimed: list[str] = []
        self.released: list[str] = []
        self.fenced: list[str] = []
        self.loading: Callable[[str], Awaitable[None]] = _do_nothing
        self.releasing: Callable[[str], Awaitable[None]] = _do_nothing
        self.task: asyncio.Task[None] | None = None
        self.owner = ShardOwner(
            session,
            owner,
            partitions,
            on_claimed=self._on_claimed,
            on_released=self._on_released,
            on_fenced=self._on_fenced,
            stale_s=stale_s,
            fence=self.fence,
            clock=clock,
            poll_s=poll_s,
        )

    async def start(self) -> OwnerProcess:
        await self.owner.start()
        self.task = asyncio.create_task(self.owner.run())
        return self

    async def shut_down(self) -> None:
        """End as after SIGTERM."""
        await self.cancel()
        await self.owner.release_all()

    async def cancel(self) -> None:
        """End the tasks only."""
        if self.task is not None and not self.task.done():
            self.task.cancel()
            with suppress(asyncio.CancelledError):
                await self.task

    async def _on_claimed(self, partition: str, epoch: int) -> None:
        if (shard := shard_number(partition)) is not None:
            assert self.fence.epochs[shard] == epoch
        assert partition not in self.loaded
        self.claimed.append(partition)
        await self.loading(partition)
        self.loaded[partition] = epoch

    async def _on_released(self, partition: str) -> None:
        await self.releasing(partition)
        if (shard := shard_number(partition)) is not None:
            assert shard in self.fence.epochs, "what waits has to be committed"
        del self.loaded[partition]
        self.released.append(partition)

    def _on_fenced(self, reason: str) -> None:
        assert not self.fence.epochs
        self.fenced.append(reason)
        self.loaded.clear()


async def _do_nothing(partition: str) -> None:
    """Take no time to load or release."""
