"""Messages that are longer than one of the bus, stored until all their parts have passed."""

from __future__ import annotations

from secrets import randbits
from typing import Generic, TypeVar

BODIES_MAX = 64
BODIES_BYTES_MAX = 128 * 1024 * 1024

Token = TypeVar("Token", int, str)


def new_token() -> int:
    """Return a token that no other process has given: the parts of two owners of a partition must
    never be mixed."""
    return randbits(63)


class StoredBodies(Generic[Token]):
    """Bodies by token. The oldest is dropped for a newer one beyond the limits, which ends an
    exchange of parts that was abandoned."""

    def __init__(self, count_max: int = BODIES_MAX, bytes_max: int = BODIES_BYTES_MAX) -> None:
        self._count_max = count_max
        self._bytes_max = bytes_max
        self._bytes = 0
        self._bodies: dict[Token, bytes] = {}

    def put(self, token: Token, body: bytes) -> None:
        """Store a body in the place of an earlier one with the same token."""
        self.take(token)
        self._bodies[token] = body
        self._bytes += len(body)
        while self._bodies and (
            len(self._bodies) > self._count_max or self._bytes > self._bytes_max
        ):
            self.take(next(iter(self._bodies)))

    def get(self, token: Token) -> bytes | None:
        """Return a stored body, or None if it was dropped."""
        return self._bodies.get(token)

    def part(self, token: Token, start: int, length: int) -> tuple[int, bytes] | None:
        """Return the size of a stored body and its bytes from `start` on, or None if it was
        dropped. A body is dropped with its last part."""
        body = self._bodies.get(token)
        if body is None:
            return None
        end = start + length
        if end >= len(body):
            self.take(token)
        return len(body), body[start:end]

    def take(self, token: Token) -> bytes | None:
        """Remove and return a stored body, or None if it was dropped."""
        body = self._bodies.pop(token, None)
        self._bytes -= len(body or b"")
        return body
