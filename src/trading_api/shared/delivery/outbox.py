"""What one client has still to be sent."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable

CHARACTERS_MAX = 16 * 1024 * 1024


class Outbox:
    """Frames in the order they were put, bounded in number and in characters. Once half of it is
    in use, a frame takes the place of an unsent one with the same key and goes to the end, so the
    last value always leaves; frames without a key are never dropped."""

    def __init__(self, size: int, characters_max: int = CHARACTERS_MAX) -> None:
        self._size = size
        self._characters_max = characters_max
        # Full: `put` says so, and its client is cut off with 1013.
        self._frames: dict[Hashable, str] = {}
        self._characters = 0
        self._filled = asyncio.Event()
        self._calm = asyncio.Event()
        self._calm.set()

    def __len__(self) -> int:
        return len(self._frames)

    def put(self, frame: str, key: Hashable | None = None) -> bool:
        """False when it is full and the frame was not taken."""
        place: Hashable = object()
        if key is not None and self._is_half_full():
            place = key
            self._characters -= len(self._frames.pop(place, ""))
        characters = self._characters + len(frame)
        if len(self._frames) >= self._size or characters > self._characters_max:
            return False
        self._frames[place] = frame
        self._characters = characters
        self._filled.set()
        if self._is_half_full():
            self._calm.clear()
        return True

    async def get(self) -> str:
        """The oldest frame, as soon as there is one. For one reader."""
        while not self._frames:
            self._filled.clear()
            await self._filled.wait()
        return self.pop()

    def pop(self) -> str:
        frame = self._frames.pop(next(iter(self._frames)))
        self._characters -= len(frame)
        if not self._is_half_full():
            self._calm.set()
        return frame

    def clear(self) -> None:
        self._frames.clear()
        self._characters = 0
        self._calm.set()

    @property
    def is_calm(self) -> bool:
        return self._calm.is_set()

    async def calm(self) -> None:
        """Waits until less than half of it is in use."""
        await self._calm.wait()

    def _is_half_full(self) -> bool:
        return len(self._frames) >= self._size // 2 or self._characters >= self._characters_max // 2
