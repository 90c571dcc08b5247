"""The port to the tables that hold the owner of each partition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PartitionState:
    """A partition and its last owner, which is empty after a release.

    `heartbeat_at` is the time of the owner's last heartbeat by the clock of the tables, in
    seconds; it is None for an owner that sends none. `is_locked`: the owner's session `backend_pid`
    has not ended, and holds the lock of the partition."""

    partition: str
    epoch: int
    owner: str
    backend_pid: int | None
    heartbeat_at: float | None
    is_locked: bool


@dataclass(frozen=True, slots=True)
class OwnerState:
    """An owner whose session has not ended, and the time of its last heartbeat."""

    owner: str
    heartbeat_at: float


@dataclass(frozen=True, slots=True)
class OwnershipView:
    """The partitions, and the owners of this session's kind, at one moment."""

    partitions: Sequence[PartitionState]
    owners: Sequence[OwnerState]


class OwnershipLost(Exception):
    """Raised when the session that holds the locks cannot be used. Others may hold them now."""


class OwnershipUnreadable(Exception):
    """Raised when the tables cannot be used now. The locks are still held."""


class ClaimFailed(Exception):
    """Raised by a process that cannot serve a partition now, and has nothing of it in memory."""


class OwnershipSession(Protocol):
    """The session of one process. Its locks, and its right to send heartbeats, end with it.

    `heartbeat`, `view` and `end_session` may be called during another call. Of the other methods
    only one call at a time is allowed."""

    async def open(
        self, on_lost: Callable[[str], None], on_change: Callable[[], None], stale_s: float
    ) -> None:
        """Begin, and count this process among the owners. A call that takes longer than
        `stale_s` fails.

        Call `on_lost` with the reason when the session ends without `close`, and `on_change` when
        another process has released a partition. It may be opened again after `close`. Raises
        ConfigurationError."""
        ...

    async def heartbeat(self) -> Mapping[str, int]:
        """Record that this process is alive. Return the epoch of each partition that it owns.
        Raises OwnershipLost and OwnershipUnreadable."""
        ...

    async def claim(self, partitions: Sequence[str]) -> Mapping[str, int]:
        """Lock the partitions that no other session has locked, begin a new epoch of each, and
        return these epochs. Return none if an append under way takes too long.

        What is appended to the ledger under an earlier epoch writes nothing from then on. Raises
        OwnershipLost."""
        ...

    async def release(self, partition: str, epoch: int) -> None:
        """Leave a partition without an owner, and unlock it. Raises OwnershipLost."""
        ...

    async def leave(self) -> None:
        """Count this process no longer among the owners. It keeps what it owns. Raises
        OwnershipLost."""
        ...

    async def view(self) -> OwnershipView:
        """Return who owns what. Raises OwnershipUnreadable."""
        ...

    async def end_session(self, backend_pid: int) -> bool:
        """End the session of another owner, and with it its locks. Return whether it has ended.
        Raises OwnershipUnreadable."""
        ...

    async def close(self) -> None:
        """End the session."""
        ...
