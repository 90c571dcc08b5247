"""Bodies that are longer than a message of the bus, stored until all their parts have passed."""

from __future__ import annotations

BODIES_MAX = 64
BODIES_BYTES_MAX = 128 * 1024 * 1024


class StoredBodies:
    """Bodies by token. The oldest is dropped for a newer one beyond the limits, which ends an
    exchange of parts that was abandoned."""

    def __init__(self, count_max: int = BODIES_MAX, bytes_max: int = BODIES_BYTES_MAX) -> None:
        self._count_max = count_max
        self._bytes_max = bytes_max
        self._bytes = 0
        self._bodies: dict[str, bytes] = {}

    def put(self, token: str, body: bytes) -> None:
        """Store a body in the place of an earlier one with the same token."""
        self.take(token)
        self._bodies[token] = body
        self._bytes += len(body)
        while self._bodies and (
            len(self._bodies) > self._count_max or self._bytes > self._bytes_max
        ):
            self.take(next(iter(self._bodies)))

    def get(self, token: str) -> bytes | None:
        """Return a stored body, or None if it was dropped."""
        return self._bodies.get(token)

    def take(self, token: str) -> bytes | None:
        """Remove and return a stored body, or None if it was dropped."""
        body = self._bodies.pop(token, None)
        self._bytes -= len(body or b"")
        return body
