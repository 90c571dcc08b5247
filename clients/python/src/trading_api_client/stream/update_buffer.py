"""The unread updates of a stream."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Entry(Generic[T]):
    key: Hashable
    value: T


class UpdateBuffer(Generic[T]):
    """Holds at most `size` values in order, as the server's outbox does.

    A buffer that is half full conflates: of the unread values with one key it keeps the last one. A
    value without a key is never replaced."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: deque[_Entry[T]] = deque()
        self._last: dict[Hashable, _Entry[T]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, value: T, key: Hashable = None) -> bool:
        """Add a value. Return False if the buffer is full."""
        if key is not None and len(self._entries) >= self._size / 2:
            last = self._last.get(key)
            if last is not None:
                last.value = value
                return True
        if len(self._entries) >= self._size:
            return False
        entry = _Entry(key, value)
        self._entries.append(entry)
        if key is not None:
            self._last[key] = entry
        return True

    def take(self) -> T:
        """Remove and return the oldest value. Raises IndexError if there is none."""
        entry = self._entries.popleft()
        if entry.key is not None and self._last.get(entry.key) is entry:
            del self._last[entry.key]
        return entry.value
