"""The frames that one client has still to be sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Hashable, Iterable

log = logging.getLogger(__name__)

BYTES_MAX = 16 * 1024 * 1024
WRITE_BYTES = 64 * 1024
"""About the most that one write contains, so that a connection can report that it is full."""


class Outbox:
    """A bounded queue of frames in front of one connection.

    The frames of one tick of the loop leave in one write: the first of them appends the outbox to
    `dirty`, whose owner flushes it when the tick ends. While the connection is full (`pause` to
    `resume`) frames wait in the order in which they were put, bounded in number and in bytes.

    Above half of that, the high water, a frame replaces an unsent one with the same key and goes to
    the end. The last value always leaves. Frames without a key are never
    dropped: the first that finds no room closes the outbox and calls `on_overflow`."""

    __slots__ = (
        "_below_high_water",
        "_bytes",
        "_bytes_max",
        "_count_max",
        "_dirty",
        "_first",
        "_last_place",
        "_on_overflow",
        "_rest",
        "_waiting",
        "_write",
        "above_high_water",
        "conflated",
        "is_closed",
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
        # This tick's first frame has an attribute of its own: most often there is no other, and a
        # list for each of thousands of outboxes would not fit into the processor's cache.
        self._first = b""
        # This tick's other frames. Full at WRITE_BYTES: they are written immediately.
        self._rest: list[bytes] = []
        # Full: `on_overflow` is called, and the client is disconnected with 1013.
        self._waiting: dict[Hashable, bytes] = {}
        self._bytes = 0
        self._last_place = 0
        self.conflated = 0
        self._below_high_water: asyncio.Event | None = None
        self.is_paused = False
        self.above_high_water = False
        self.is_closed = False

    def __len__(self) -> int:
        """Return the number of frames that wait for the connection."""
        return len(self._waiting)

    @property
    def bytes_waiting(self) -> int:
        """The size of the frames that are not written yet."""
        return len(self._first) + self._bytes

    def put(self, frame: bytes, key: Hashable | None = None) -> None:
        """Add a frame. Never waits and never fails. A key must not be an integer: frames without a
        key are stored under integers."""
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

    def flush(self) -> None:
        """Write the frames that were put in this tick."""
        data = self._first
        if data:
            self._first = b""
            if self._bytes:
                data += b"".join(self._rest)
                self._rest.clear()
                self._bytes = 0
            write = self._write
            write(data)

    def pause(self) -> None:
        """Make frames wait from now on, because the connection is full. This tick's frames, which
        are less than one write, still leave."""
        self.flush()
        self.is_paused = True

    def resume(self) -> None:
        """Write what waits, until the connection is full again."""
        self.is_paused = self.is_closed
        while self._waiting and not self.is_paused:
            self._write(self._pop_oldest())

    def close(self, send_rest: bool) -> None:
        """Accept no more frames. Write those that are left, however full the connection is, or drop
        them."""
        self.is_closed = True
        if send_rest:
            self.flush()
            while self._waiting:
                self._write(self._pop_oldest())
        self._first = b""
        self._rest.clear()
        self._waiting.clear()
        self._bytes = 0
        self._update_high_water()
        self.is_paused = True

    async def wait_below_high_water(self) -> None:
        """Wait until less than half of the outbox is in use."""
        while self.above_high_water:
            if self._below_high_water is None:
                self._below_high_water = asyncio.Event()
            await self._below_high_water.wait()

    def _wait(self, frame: bytes, key: Hashable | None) -> None:
        if self.is_closed:
            return
        waiting = self._waiting
        if self.above_high_water and key is not None:
            place = key
            if older := waiting.pop(place, b""):
                self._bytes -= len(older)
                self.conflated += 1
        else:
            self._last_place += 1
            place = self._last_place
        if len(waiting) >= self._count_max or self._bytes + len(frame) > self._bytes_max:
            self.close(send_rest=False)
            self._on_overflow()
            return
        waiting[place] = frame
        self._bytes += len(frame)
        self._update_high_water()

    def _pop_oldest(self) -> bytes:
        """Remove and return the oldest frames, about as many as one write takes."""
        size, places = 0, []
        for place, frame in self._waiting.items():
            size += len(frame)
            places.append(place)
            if size >= WRITE_BYTES:
                break
        frames = b"".join([self._waiting.pop(place) for place in places])
        self._bytes -= size
        self._update_high_water()
        return frames

    def _update_high_water(self) -> None:
        self.above_high_water = (
            len(self._waiting) >= self._count_max // 2 or self._bytes >= self._bytes_max // 2
        )
        if self._below_high_water is not None and not self.above_high_water:
            self._below_high_water.set()
            self._below_high_water = None


def send_to_all(frame: bytes, key: Hashable | None, outboxes: Iterable[Outbox]) -> None:
    """Put a frame into each outbox and flush it, while it is in the processor's cache."""
    for outbox in outboxes:
        try:
            if outbox.is_paused or outbox._first:
                outbox.put(frame, key)
                outbox.flush()
            else:
                # Python looks a slot up in the class when it is called like a method.
                write = outbox._write
                write(frame)
        except Exception:
            log.exception("outbox_not_flushed")
