"""Processes that own partitions, as a test starts, stops and kills them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress

from tests.kit.manual_clock import ManualClock
from tests.kit.memory_ownership import MemoryOwnership, MemoryOwnershipSession
from trading_api.domain.shards import MARKET_PARTITION, shard_number, shard_partition
from trading_api.modules.broker.journal.postgres.fence import Fence
from trading_api.modules.broker.ownership.owner_clock import OwnerClock
from trading_api.modules.broker.ownership.ownership_session import OwnershipSession
from trading_api.modules.broker.ownership.shard_owner import ShardOwner

STALE_S = 3.0
SHARDS = [shard_partition(number) for number in range(8)]
POLL_S = 0.5


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


class OwnerDeployment:
    """Several processes at one table."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.table = MemoryOwnership([MARKET_PARTITION, *SHARDS], self.clock)
        self.processes: dict[str, OwnerProcess] = {}

    async def start(self, name: str, *, is_market: bool = False) -> OwnerProcess:
        process = self.make(name, is_market=is_market)
        await process.start()
        await self.clock.advance(0)
        return process

    def make(
        self, name: str, *, is_market: bool = False, clock: ManualClock | None = None
    ) -> OwnerProcess:
        session = self.table.session(name, "market" if is_market else "shards")
        partitions = [MARKET_PARTITION] if is_market else SHARDS
        process = OwnerProcess(session, name, partitions, clock or self.clock)
        self.processes[name] = process
        return process

    async def run(self, delay_s: float) -> None:
        """Let time pass, and check at each poll that no partition has two owners."""
        for _ in range(max(1, round(delay_s / POLL_S))):
            await self.clock.advance(POLL_S)
            self.check()

    def check(self) -> None:
        """Check that only one process can write each shard."""
        for partition in SHARDS:
            epoch, shard = self.table.rows[partition].epoch, shard_number(partition)
            assert shard is not None
            writers = [
                name
                for name, process in self.processes.items()
                if process.fence.epochs.get(shard) == epoch
            ]
            assert len(writers) <= 1, (partition, writers)

    def counts(self) -> dict[str, int]:
        return {name: len(process.loaded) for name, process in self.processes.items()}

    async def shut_down(self, name: str) -> None:
        ending = asyncio.create_task(self.processes[name].shut_down())
        while not ending.done():
            await self.run(POLL_S)
        await ending


def session_of(process: OwnerProcess) -> MemoryOwnershipSession:
    assert isinstance(process.session, MemoryOwnershipSession)
    return process.session


async def _do_nothing(partition: str) -> None:
    """Take no time to load or release."""
