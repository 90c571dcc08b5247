"""What is published and not sent yet, up to a number of bytes."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Generic, TypeVar

OUTGOING_BYTES_MAX = 16_000_000
"""Above this, a message is lost."""
ITEM_BYTES = 200
"""What each item counts in addition to its message."""

log = logging.getLogger(__name__)
Item = TypeVar("Item")


class OutgoingQueue(Generic[Item]):
    """Takes items without blocking, for one task that sends them."""

    def __init__(self, bytes_max: int = OUTGOING_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._bytes = 0
        self._items: deque[tuple[Item, int]] = deque()  # bounded by `put`, which refuses more
        self._is_filled = asyncio.Event()
        self._is_overflow_logged = False

    def put(self, item: Item, length: int) -> bool:
        """Return False if the queue is full, so that the item is lost."""
        length += ITEM_BYTES
        if self._bytes + length > self._bytes_max:
            if not self._is_overflow_logged:
                self._is_overflow_logged = True
                log.warning("bus_outgoing_queue_full", extra={"bytes": self._bytes})
            return False
        self._bytes += length
        self._items.append((item, length))
        self._is_filled.set()
        return True

    async def wait(self) -> None:
        """Return once there is an item."""
        await self._is_filled.wait()

    def take(self, count_max: int) -> list[Item]:
        """Return the oldest items, and remove them."""
        items: list[Item] = []
        while self._items and len(items) < count_max:
            item, length = self._items.popleft()
            self._bytes -= length
            items.append(item)
        if not self._items:
            self._is_filled.clear()
            self._is_overflow_logged = False
        return items
