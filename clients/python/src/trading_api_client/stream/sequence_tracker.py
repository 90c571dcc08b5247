"""The check that the numbered updates of a topic have no gap."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from trading_api_client.stream.channels import Update

T = TypeVar("T")


class SequenceTracker(Generic[T]):
    """Buffers the updates after a gap until the missing ones have arrived.

    An update has a number (`seq`) and names the previous one (`prev`). An update without numbers,
    or without `prev` because it is part of the state, is accepted as it is. The buffer is bounded
    by the number of updates that the server keeps for one client."""

    def __init__(self) -> None:
        self.last_seq: int | None = None
        """The number of the last released update; None where the updates have no numbers."""
        self._buffered: list[Update[T]] = []
        self._is_replaying = False

    def reset(self) -> list[Update[T]]:
        """Forget all numbers, because a state follows whose numbers may begin anywhere. Return the
        buffered updates, except repeated ones."""
        buffered = [update for update in self._buffered if not self._is_repeated(update)]
        self.last_seq = None
        self._buffered = []
        self._is_replaying = False
        return buffered

    def accept(self, update: Update[T]) -> list[Update[T]] | None:
        """Return the updates to release now, in order, or None if an earlier one is missing."""
        if self._is_replaying or self._is_ahead(update):
            self._buffered.append(update)
            return [] if self._is_replaying else None
        if self._is_repeated(update):
            return []
        return [self._release(update), *self._release_buffered()]

    def start_replay(self) -> None:
        """Buffer every update until `finish_replay`, because the missing ones have been
        requested."""
        self._is_replaying = True

    def finish_replay(self) -> list[Update[T]]:
        """Return the updates to release now. The reply has arrived, and the missed updates
        follow."""
        self._is_replaying = False
        return self._release_buffered()

    def _release_buffered(self) -> list[Update[T]]:
        released: list[Update[T]] = []
        while (update := self._next_buffered()) is not None:
            if not self._is_repeated(update):
                released.append(self._release(update))
        return released

    def _next_buffered(self) -> Update[T] | None:
        for index, update in enumerate(self._buffered):
            if not self._is_ahead(update):
                return self._buffered.pop(index)
        return None

    def _release(self, update: Update[T]) -> Update[T]:
        if update.seq is not None:
            self.last_seq = update.seq if self.last_seq is None else max(self.last_seq, update.seq)
        return update

    def _is_ahead(self, update: Update[Any]) -> bool:
        return update.prev is not None and self.last_seq is not None and update.prev > self.last_seq

    def _is_repeated(self, update: Update[Any]) -> bool:
        if update.seq is None or update.prev is None or self.last_seq is None:
            return False
        return update.seq <= self.last_seq and update.prev != self.last_seq
