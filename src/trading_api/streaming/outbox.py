"""What one client has still to be sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable

BYTES_MAX = 16 * 1024 * 1024
WRITE_BYTES = 64 * 1024
"""About so much is written before it is asked again whether the connection is full."""


class Outbox:
    """What is put leaves in one write when the loop's tick ends: an outbox with something in it is
    in `dirty`, and whoever owns that list flushes it then. While the connection is full (`pause`
    to `resume`) frames wait, in the order they were put, bounded in number and in bytes. From half
    of that on, a frame takes the place of an unsent one with the same key and goes to the end, so
    the last value always leaves; frames without a key are never dropped: `on_overflow` hears of the
    first that finds no room, and nothing is taken any more."""

    __slots__ = (
        "_bytes",
        "_bytes_max",
        "_calm",
        "_count_max",
        "_dirty",
        "_first",
        "_on_overflow",
        "_places",
        "_rest",
        "_waiting",
        "_write",
        "conflated",
        "is_closed",
        "is_half_full",
        "is_paused",
    )

    def __init__(
        self,
        count_max: int,
        write: Callable[[bytes], None],
        dirty: list[Outbox],
        on_overflow: Callable[[], None],
        bytes_max: int = BYTES_MAX,
    ) -> None:
        self._count_max = count_max
        self._bytes_max = bytes_max
        self._write = write
        self._dirty = dirty
        self._on_overflow = on_overflow
        # This tick's. The first has a place of its own: most often there is no other, and of
        # thousands of outboxes little fits into the processor's cache.
        self._first = b""
        # Never more than a write: that much is written on the spot.
        self._rest: list[bytes] = []
        # Full: `on_overflow`, which cuts the client off with 1013.
        self._waiting: dict[Hashable, bytes] = {}
        self._bytes = 0
        self._places = 0
        self.conflated = 0
        self._calm: asyncio.Event | None = None
        self.is_paused = False
        self.is_half_full = False
        self.is_closed = False

    def __len__(self) -> int:
        """What waits for the connection."""
        return len(self._waiting)

    def put(self, frame: bytes, key: Hashable | None = None) -> None:
        """Never waits, never fails. A key is no integer."""
        if self.is_paused:
            self._wait(frame, key)
        elif not self._first:
            self._first = frame
            self._dirty.append(self)
        else:
            self._rest.append(frame)
            self._bytes += len(frame)
            if self._bytes >= WRITE_BYTES:
                self.flush()

    def send(self, frame: bytes, key: Hashable | None = None) -> None:
        """`put` and `flush` in one."""
        if self.is_paused or self._first:
            self.put(frame, key)
            self.flush()
        else:
            self._write(frame)

    def flush(self) -> None:
        """Writes what was put in this tick."""
        data = self._first
        if data:
            self._first = b""
            if self._bytes:
                data += b"".join(self._rest)
                self._rest.clear()
                self._bytes = 0
            self._write(data)

    def pause(self) -> None:
        """The connection is full. What this tick brought is less than a write, and leaves."""
        self.flush()
        self.is_paused = True

    def resume(self) -> None:
        """It is not any more."""
        self.is_paused = self.is_closed
        while self._waiting and not self.is_paused:
            self._write(self._oldest())

    def close(self, send_rest: bool) -> None:
        """Nothing is taken any more; what is there is written, however full the connection, or
        dropped."""
        self.is_closed = True
        if send_rest:
            self.flush()
            while self._waiting:
                self._write(self._oldest())
        self._first = b""
        self._rest.clear()
        self._waiting.clear()
        self._bytes = 0
        self._look_at_room()
        self.is_paused = True

    async def calm(self) -> None:
        """Waits until less than half of it is in use."""
        while self.is_half_full:
            if self._calm is None:
                self._calm = asyncio.Event()
            await self._calm.wait()

    def _wait(self, frame: bytes, key: Hashable | None) -> None:
        if self.is_closed:
            return
        waiting = self._waiting
        if self.is_half_full and key is not None:
            place = key
            if older := waiting.pop(place, b""):
                self._bytes -= len(older)
                self.conflated += 1
        else:
            place = self._places = self._places + 1
        if len(waiting) >= self._count_max or self._bytes + len(frame) > self._bytes_max:
            self.close(send_rest=False)
            self._on_overflow()
            return
        waiting[place] = frame
        self._bytes += len(frame)
        self._look_at_room()

    def _oldest(self) -> bytes:
        """Of what waits, until it is a write."""
        size, places = 0, []
        for place, frame in self._waiting.items():
            size += len(frame)
            places.append(place)
            if size >= WRITE_BYTES:
                break
        frames = b"".join([self._waiting.pop(place) for place in places])
        self._bytes -= size
        self._look_at_room()
        return frames

    def _look_at_room(self) -> None:
        self.is_half_full = (
            len(self._waiting) >= self._count_max // 2 or self._bytes >= self._bytes_max // 2
        )
        if self._calm is not None and not self.is_half_full:
            self._calm.set()
            self._calm = None
