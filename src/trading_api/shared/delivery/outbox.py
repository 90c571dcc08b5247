"""What one client has still to be sent."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable

BYTES_MAX = 16 * 1024 * 1024


class Outbox:
    """Frames in the order they were put, bounded in number and in bytes. Once half of it is in
    use, a frame takes the place of an unsent one with the same key and goes to the end, so the
    last value always leaves; frames without a key are never dropped."""

    __slots__ = ("_bytes", "_bytes_max", "_calm", "_frames", "_places", "_size", "half_full")

    def __init__(self, size: int, bytes_max: int = BYTES_MAX) -> None:
        self._size = size
        self._bytes_max = bytes_max
        # Full: `put` says so, and its client is cut off with 1013.
        self._frames: dict[Hashable, bytes] = {}
        self._bytes = 0
        self._places = 0
        self._calm: asyncio.Event | None = None
        self.half_full = False

    def __len__(self) -> int:
        return len(self._frames)

    def put(self, frame: bytes, key: Hashable | None = None) -> bool:
        """False when it is full and the frame was not taken. A key is no integer."""
        if self.half_full and key is not None:
            place = key
            self._bytes -= len(self._frames.pop(place, b""))
        else:
            place = self._places = self._places + 1
        size = self._bytes + len(frame)
        count = len(self._frames)
        if count >= self._size or size > self._bytes_max:
            return False
        self._frames[place] = frame
        self._bytes = size
        self.half_full = count + 1 >= self._size // 2 or size >= self._bytes_max // 2
        return True

    def take(self, bytes_max: int) -> list[bytes]:
        """The oldest frames, at least one where there is one, until they are so many bytes."""
        if self._bytes <= bytes_max:
            taken = list(self._frames.values())
            self.clear()
            return taken
        taken, size = [], 0
        for place in list(self._frames):
            taken.append(self._frames.pop(place))
            size += len(taken[-1])
            if size >= bytes_max:
                break
        self._bytes -= size
        self._settle()
        return taken

    def clear(self) -> None:
        self._frames.clear()
        self._bytes = 0
        self._settle()

    async def calm(self) -> None:
        """Waits until less than half of it is in use."""
        while self.half_full:
            if self._calm is None:
                self._calm = asyncio.Event()
            await self._calm.wait()

    def _settle(self) -> None:
        """Fewer are in it than before."""
        if not self.half_full:
            return
        self.half_full = len(self._frames) >= self._size // 2 or self._bytes >= self._bytes_max // 2
        if self._calm is not None and not self.half_full:
            self._calm.set()
            self._calm = None
