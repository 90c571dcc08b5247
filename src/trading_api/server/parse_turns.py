"""Divides the parsing of input among the connections of a server and the turns of its loop."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol

FRAMES_PER_TURN = 128
"""About a millisecond of parsing. A read of 64 KB may hold 11,000 empty WebSocket frames. The input
of HTTP is counted in frames that take as long."""


class InputReader(Protocol):
    """A connection with input that is not parsed yet."""

    def parse_slice(self) -> bool:
        """Parse a small part of the input, and `spend` its frames. Return whether more of the
        input can be parsed now."""
        ...


class ParseTurns:
    """Limits what all connections of a server parse in one turn of the event loop.

    A connection parses what it receives immediately while `has_room`. Otherwise it waits, and each
    waiting connection parses one slice after another in the turns that follow."""

    def __init__(self, frames_per_turn: int = FRAMES_PER_TURN) -> None:
        self._frames_per_turn = frames_per_turn
        self._left = frames_per_turn
        # Bounded by the number of connections: each waits once at most.
        self._waiting: deque[InputReader] = deque()
        self._is_scheduled = False

    @property
    def has_room(self) -> bool:
        """Return whether a connection that does not wait may parse its input in this turn."""
        return self._left > 0 and not self._waiting

    def spend(self, frames: int) -> None:
        """Count frames that were parsed in this turn."""
        self._left -= frames
        self._schedule()

    def wait(self, reader: InputReader) -> None:
        """Call `parse_slice` of the connection in a later turn, until it returns False."""
        self._waiting.append(reader)
        self._schedule()

    def _schedule(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._next_turn)

    def _next_turn(self) -> None:
        self._is_scheduled = False
        self._left = self._frames_per_turn
        while self._waiting and self._left > 0:
            reader = self._waiting.popleft()
            if reader.parse_slice():
                self._waiting.append(reader)
        if self._waiting:
            self._schedule()
