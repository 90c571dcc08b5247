"""Claims partitions for this process, keeps them, and shares them with other processes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import chain, repeat
from typing import TypeAlias

from trading_api.domain.shards import shard_number
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.postgres.fence import Fence
from trading_api.modules.broker.ownership.fair_share import OwnershipPlan, plan_moves
from trading_api.modules.broker.ownership.heartbeat_watch import HeartbeatWatch
from trading_api.modules.broker.ownership.owner_clock import BootClock, OwnerClock
from trading_api.modules.broker.ownership.ownership_session import (
    ClaimFailed,
    OwnershipLost,
    OwnershipSession,
    OwnershipUnreadable,
    OwnershipView,
    PartitionState,
)

log = logging.getLogger(__name__)

POLL_S = 0.5
HEARTBEAT_S = 1.0
HEARTBEATS_PER_STALE = 3
"""Heartbeats within `stale_s` at least."""
WATCH_S = 0.5
REOPENING_S = (0.1, 0.5, 1.0, 2.0, 5.0)
"""The delays between attempts to begin a session; the last one repeats."""
CLAIM_AGAIN_S = 1.0
"""How long a partition that could not be served is not claimed again."""
CLAIMED_AT_ONCE = 32
"""Partitions that are loaded at the same time, of which the broker reads several together."""

ClaimedHandler: TypeAlias = Callable[[str, int], Awaitable[None]]
ReleasedHandler: TypeAlias = Callable[[str], Awaitable[None]]


class ShardOwner:
    """Claims partitions that have no live owner, up to this process's share.

    `on_claimed` loads a partition, after `fence` holds its epoch; `on_released` removes it from
    memory before it is given away. Both may raise, which ends `run`; but if `on_claimed` raises
    ClaimFailed, the partition is given back, and claimed again later.

    A process is fenced when another one may own what it owned: its session has ended, no heartbeat
    was written for `stale_s`, or a partition has another epoch. Then `fence` is empty and
    `on_fenced` is called with the reason; it should not return, but end the process. A process that
    owns nothing begins another session instead."""

    def __init__(
        self,
        session: OwnershipSession,
        owner: str,
        partitions: Collection[str],
        *,
        on_claimed: ClaimedHandler,
        on_released: ReleasedHandler,
        on_fenced: Callable[[str], None],
        stale_s: float,
        fence: Fence | None = None,
        clock: OwnerClock | None = None,
        poll_s: float = POLL_S,
    ) -> None:
        self.owner = owner
        self._session = session
        self._partitions = frozenset(partitions)
        self._on_claimed = on_claimed
        self._on_released = on_released
        self._on_fenced = on_fenced
        self._stale_s = stale_s
        self._fence = fence or Fence()
        self._clock = clock or BootClock()
        self._others = HeartbeatWatch(self._clock, stale_s)
        self._poll_s = poll_s
        self._epochs: dict[str, int] = {}
        self._loaded: set[str] = set()
        self._alive_until_s = 0.0
        # Held during each use of the session, but for heartbeats.
        self._using_session = asyncio.Lock()
        # Counts the begins and the ends of claims and releases.
        self._moved = 0
        self._is_moving = False
        self._is_lost = False
        # By partition that could not be served: when it may be claimed again.
        self._not_before_s: dict[str, float] = {}
        self._changed = asyncio.Event()
        self._is_open = False
        self._is_leaving = False
        self._is_fenced = asyncio.Event()
        # The claims or releases under way. They are finished also when `run` is cancelled.
        self._moves: asyncio.Task[None] | None = None

    @property
    def epochs(self) -> Mapping[str, int]:
        """The epoch of each partition that this process owns, also while it is loaded."""
        return self._epochs

    def health(self) -> str | None:
        """Return that this process cannot own a partition now, or None."""
        return "the session that holds the locks has ended" if self._is_lost else None

    async def start(self) -> None:
        """Begin the session. Raises ConfigurationError."""
        await self._open()
        self._is_open = True

    async def run(self) -> None:
        """Claim and release until cancelled or fenced. Raises what a callback raises."""
        async with self._heartbeats():
            while not self._is_fenced.is_set():
                if self._is_lost:
                    await self._open_again()
                self._moves = asyncio.create_task(self._move())
                await asyncio.shield(self._moves)
                await self._pause()

    async def _open(self) -> None:
        await self._session.open(self._on_lost, self._changed.set, self._stale_s)
        # It owns nothing yet.
        self._alive_until_s = self._clock.now_s() + self._stale_s
        self._is_lost = False

    async def _open_again(self) -> None:
        """Begin another session, after one that owned nothing has ended."""
        for delay_s in chain(REOPENING_S, repeat(REOPENING_S[-1])):
            await self._session.close()
            try:
                await self._open()
            except ConfigurationError as error:
                log.warning("ownership_session_not_opened", extra={"reason": str(error)})
            else:
                log.info("ownership_session_opened")
                return
            await self._clock.sleep(delay_s)

    async def release_all(self) -> None:
        """Release every partition, one after the other, and end the session. Call it after `run`
        has ended. It does nothing if `start` failed."""
        if not self._is_open:
            return
        self._is_leaving = True
        try:
            async with self._heartbeats():
                await self._finish_moves()
                await self._unless_lost(self._leave())
        finally:
            await self._session.close()

    async def _finish_moves(self) -> None:
        if self._moves is None:
            return
        await asyncio.wait([self._moves])
        if error := self._moves.exception():
            log.error("claims_failed", exc_info=error)

    async def _leave(self) -> None:
        async with self._using_session:
            await self._session.leave()
        for partition in sorted(self._epochs):
            await self._release(partition)

    # Claims and releases

    async def _move(self) -> None:
        """Do what brings this process nearer to its share."""
        try:
            view = await self._session.view()
            if self._find_lost(view):
                return
            silent = self._others.observe(view)
            plan = plan_moves(view, silent, self.owner, self._partitions)
            plan = replace(plan, claims=[each for each in plan.claims if self._may_claim(each)])
            if plan.claims:
                await self._unless_lost(self._claim(plan))
            for partition in plan.releases:
                if not self._is_leaving:
                    await self._unless_lost(self._release(partition))
        except OwnershipUnreadable as error:
            log.warning("ownership_unreadable", extra={"reason": str(error)})

    def _find_lost(self, view: OwnershipView) -> bool:
        found = {each.partition: each for each in view.partitions}
        for partition, epoch in self._epochs.items():
            state = found.get(partition)
            if state is None or (state.owner, state.epoch) != (self.owner, epoch):
                self._lose(f"{partition} has another owner: {state}")
                return True
        return False

    def _may_claim(self, state: PartitionState) -> bool:
        return self._not_before_s.get(state.partition, 0) <= self._clock.now_s()

    async def _claim(self, plan: OwnershipPlan) -> None:
        for backend_pid in plan.stalled_sessions():
            log.warning("stalled_owner_ended", extra={"backend_pid": backend_pid})
            await self._session.end_session(backend_pid)
        async with self._move_ownership():
            epochs = await self._session.claim([each.partition for each in plan.claims])
            if self._is_lost:
                return  # the session has ended, and its locks with it
            self._epochs |= epochs
        for partition, epoch in epochs.items():
            if (shard := shard_number(partition)) is not None:
                self._fence.epochs[shard] = epoch
        if self._is_fenced.is_set():
            self._fence.epochs.clear()
            return
        limit = asyncio.Semaphore(CLAIMED_AT_ONCE)
        loading = [self._load(partition, epoch, limit) for partition, epoch in epochs.items()]
        for result in await asyncio.gather(*loading, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def _load(self, partition: str, epoch: int, limit: asyncio.Semaphore) -> None:
        async with limit:
            if self._is_leaving or self._is_fenced.is_set():
                return
            started_s = self._clock.now_s()
            try:
                await self._on_claimed(partition, epoch)
            except ClaimFailed as error:
                log.warning(
                    "partition_not_served", extra={"partition": partition, "reason": str(error)}
                )
                self._not_before_s[partition] = self._clock.now_s() + CLAIM_AGAIN_S
                await self._unless_lost(self._release(partition))
                return
            self._not_before_s.pop(partition, None)
            self._loaded.add(partition)
            took_s = self._clock.now_s() - started_s
            fields = {"partition": partition, "epoch": epoch, "ms": round(1000 * took_s)}
            log.info("partition_claimed", extra=fields)

    async def _release(self, partition: str) -> None:
        if self._is_fenced.is_set():
            return
        if partition in self._loaded:
            await self._on_released(partition)
            self._loaded.discard(partition)
        async with self._move_ownership():
            if self._is_fenced.is_set():
                return
            if (shard := shard_number(partition)) is not None:
                del self._fence.epochs[shard]
            epoch = self._epochs.pop(partition)
            await self._session.release(partition, epoch)
        log.info("partition_released", extra={"partition": partition, "epoch": epoch})

    async def _pause(self) -> None:
        """Wait until the next poll, or until another process releases a partition."""
        waits: list[Awaitable[object]] = [
            self._clock.sleep(self._poll_s),
            self._changed.wait(),
            self._is_fenced.wait(),
        ]
        await _first(waits)
        self._changed.clear()

    # Heartbeats

    @asynccontextmanager
    async def _heartbeats(self) -> AsyncIterator[None]:
        """Send heartbeats during the block, and notice if they are not written in time."""
        tasks = [asyncio.create_task(each) for each in (self._beat(), self._watch())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _beat(self) -> None:
        interval_s = min(HEARTBEAT_S, self._stale_s / HEARTBEATS_PER_STALE)
        while not self._is_fenced.is_set():
            if not self._is_lost:
                await self._unless_lost(self._send_heartbeat())
            await self._clock.sleep(interval_s)

    async def _send_heartbeat(self) -> None:
        # The other owners count from a later moment, when the database has written it.
        sent_s, moved, before = self._clock.now_s(), self._moved, dict(self._epochs)
        is_still = not self._is_moving
        try:
            found = await self._session.heartbeat()
        except OwnershipUnreadable as error:
            log.warning("heartbeat_not_written", extra={"reason": str(error)})
            return
        if not is_still or self._moved != moved:
            # Compare what was owned all the time.
            before = {name: each for name, each in before.items() if self._epochs.get(name) == each}
            found = {name: epoch for name, epoch in found.items() if name in before}
        if found != before:
            self._lose(f"the partitions of this session are {found}, not {before}")
            return
        self._alive_until_s = sent_s + self._stale_s

    @asynccontextmanager
    async def _move_ownership(self) -> AsyncIterator[None]:
        """Use the session for a claim or a release. What a heartbeat finds meanwhile may be what
        was owned before or what is owned after it."""
        async with self._using_session:
            self._moved += 1
            self._is_moving = True
            try:
                yield
            finally:
                self._is_moving = False

    async def _watch(self) -> None:
        while not self._is_fenced.is_set():
            left_s = self._alive_until_s - self._clock.now_s()
            if left_s <= 0 and not self._is_lost:
                self._on_session_end(f"no heartbeat was written for {self._stale_s:g} s")
            # Shortly, since a sleep does not count the time for which the machine was suspended.
            await self._clock.sleep(min(max(left_s, 0), WATCH_S) or WATCH_S)

    async def _unless_lost(self, doing: Awaitable[None]) -> None:
        try:
            await doing
        except OwnershipLost as error:
            self._on_lost(str(error))

    def _on_lost(self, reason: str) -> None:
        self._on_session_end(f"the session that holds the locks has ended: {reason}")

    def _on_session_end(self, reason: str) -> None:
        if self._epochs:
            self._lose(reason)
        elif not self._is_lost:
            log.warning("ownership_session_lost", extra={"reason": reason})
            self._is_lost = True
            self._changed.set()

    def _lose(self, reason: str) -> None:
        if self._is_fenced.is_set():
            return
        self._is_fenced.set()
        self._fence.epochs.clear()
        self._on_fenced(reason)


async def _first(waits: Collection[Awaitable[object]]) -> None:
    """Return when the first of several has ended, and cancel the others."""
    tasks = [asyncio.ensure_future(each) for each in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
