"""The ownership of partitions in memory, with sessions that tests cut off and pause."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.ownership.owner_clock import OwnerClock
from trading_api.modules.broker.ownership.ownership_session import (
    OwnershipLost,
    OwnershipUnreadable,
    OwnershipView,
    OwnerState,
    PartitionState,
)


@dataclass
class _Row:
    epoch: int = 0
    owner: str = ""
    session: int | None = None
    heartbeat_s: float | None = None


@dataclass
class MemoryOwnership:
    """The tables that all sessions share."""

    partitions: Collection[str]
    clock: OwnerClock
    sessions: dict[int, MemoryOwnershipSession] = field(default_factory=dict)
    locks: dict[str, int] = field(default_factory=dict)
    is_readable: bool = True
    is_reachable: bool = True

    def __post_init__(self) -> None:
        self.rows = {partition: _Row() for partition in self.partitions}
        # By owner: its kind, its session, and the time of its last heartbeat.
        self.owners: dict[str, tuple[str, int, float]] = {}
        self.numbers = count(1)

    def session(self, owner: str, kind: str = "shards") -> MemoryOwnershipSession:
        """Return a session that is not open yet."""
        return MemoryOwnershipSession(self, owner, kind)

    def end(self, number: int, reason: str) -> None:
        """End a session and its locks. Its owner is notified unless it is stopped."""
        session = self.sessions.pop(number, None)
        if session is not None:
            for partition in [each for each, holder in self.locks.items() if holder == number]:
                del self.locks[partition]
            session.end(reason)

    def notify(self) -> None:
        """Notify every session that a partition was released."""
        for session in self.sessions.values():
            session.on_change()


class MemoryOwnershipSession:
    """An OwnershipSession. Between `stop` and `resume` the database does not answer it. `answering`
    is awaited between a claim and its answer."""

    def __init__(self, table: MemoryOwnership, owner: str, kind: str) -> None:
        self._table = table
        self._owner = owner
        self._kind = kind
        self._running = asyncio.Event()
        self._running.set()
        self._reason = "it is not open"
        self.number = 0
        self.answering: Callable[[], Awaitable[object]] = _do_nothing

    def stop(self) -> None:
        """Let each call fail when its time is over, unless `resume` comes first."""
        self._running.clear()

    def resume(self) -> None:
        self._running.set()
        if self._reason and self.number:
            self._on_lost(self._reason)

    def cut(self) -> None:
        """Close the connection, as the end of the process does."""
        self._table.end(self.number, "connection closed")

    def end(self, reason: str) -> None:
        self._reason = reason
        if self._running.is_set():
            self._on_lost(reason)

    def on_change(self) -> None:
        if self._running.is_set():
            self._notified()

    async def open(
        self, on_lost: Callable[[str], None], on_change: Callable[[], None], stale_s: float
    ) -> None:
        table = self._table
        if not table.is_reachable:
            raise ConfigurationError("the database cannot be reached")
        self._on_lost, self._notified, self._stale_s = on_lost, on_change, stale_s
        self._reason, self.number = "", next(table.numbers)
        table.sessions[self.number] = self
        table.owners[self._owner] = self._kind, self.number, table.clock.now_s()

    async def heartbeat(self) -> Mapping[str, int]:
        await self._use()
        table, now_s = self._table, self._table.clock.now_s()
        if self._owner in table.owners:
            table.owners[self._owner] = self._kind, self.number, now_s
        own = {name: row for name, row in table.rows.items() if row.session == self.number}
        for row in own.values():
            row.heartbeat_s = now_s
        return {name: row.epoch for name, row in own.items()}

    async def claim(self, partitions: Sequence[str]) -> Mapping[str, int]:
        await self._use()
        table = self._table
        locked = [each for each in partitions if table.locks.get(each, self.number) == self.number]
        for partition in locked:
            table.locks[partition] = self.number
            row = table.rows[partition]
            row.epoch += 1
            row.owner, row.session = self._owner, self.number
            row.heartbeat_s = table.clock.now_s()
        await self.answering()
        return {each: table.rows[each].epoch for each in locked}

    async def release(self, partition: str, epoch: int) -> None:
        await self._use()
        row = self._table.rows[partition]
        if row.epoch == epoch:
            row.owner, row.session, row.heartbeat_s = "", None, None
        if self._table.locks.get(partition) == self.number:
            del self._table.locks[partition]
        self._table.notify()

    async def leave(self) -> None:
        await self._use()
        self._table.owners.pop(self._owner, None)
        self._table.notify()

    async def view(self) -> OwnershipView:
        await self._wait_running()
        table = self._table
        if not table.is_readable or not self._running.is_set():
            raise OwnershipUnreadable("the tables cannot be read")
        states = [
            PartitionState(
                name,
                row.epoch,
                row.owner,
                row.session,
                row.heartbeat_s,
                row.session in table.sessions and row.session in table.locks.values(),
            )
            for name, row in sorted(table.rows.items())
        ]
        owners = [
            OwnerState(owner, heartbeat_s)
            for owner, (kind, session, heartbeat_s) in sorted(table.owners.items())
            if kind == self._kind and session in table.sessions
        ]
        return OwnershipView(states, owners)

    async def end_session(self, backend_pid: int) -> bool:
        await self._wait_running()
        if backend_pid in self._table.locks.values():
            self._table.end(backend_pid, "ended by another owner")
        return True

    async def close(self) -> None:
        self._on_lost = lambda reason: None
        self._table.end(self.number, "closed")

    async def _wait_running(self) -> None:
        if self._running.is_set():
            return
        waits = [self._running.wait(), self._table.clock.sleep(self._stale_s)]
        tasks = [asyncio.ensure_future(each) for each in waits]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()

    async def _use(self) -> None:
        await self._wait_running()
        if not self._running.is_set():
            raise OwnershipLost("the call took too long")
        if self._reason:
            raise OwnershipLost(self._reason)


async def _do_nothing() -> None:
    """Answer without a delay."""
