"""Limits on open connections, by client address and by authenticated subject."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from trading_api.errors import TooManyRequests

RETRY_AFTER_S = 5
FRAMES_PER_S_MIN = 400
FRAMES_PER_MESSAGE = 2


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """The limits of WebSocket connections, in the units of their settings.

    `subscriptions` counts a topic of several symbols once for each of them. `commands_in_flight`
    are commands that are not answered yet.

    `messages_per_s` holds for one connection, averaged over `BURST_S` of its token bucket. So do
    `frames_per_s`, which counts the frames of every kind, and `unauthenticated_frames_per_s`.
    """

    connections_per_address: int = 1000
    connections_per_principal: int = 100
    subscriptions: int = 1000
    messages_per_s: int = 200
    commands_in_flight: int = 64
    json_depth: int = 128
    # A client without a token has one message to send, and pings to answer.
    unauthenticated_frames_per_s: int = 20

    @property
    def frames_per_s(self) -> int:
        return frames_per_s(self.messages_per_s)


def frames_per_s(messages_per_s: int) -> int:
    """Return the limit of frames for a limit of messages: room for control frames and fragments,
    and never less than any setting of the heartbeat needs."""
    return max(FRAMES_PER_S_MIN, FRAMES_PER_MESSAGE * messages_per_s)


class ConnectionLimiter:
    """Limits how many connections are open for each key, which is an address or a subject."""

    def __init__(self, limit: int, key_kind: str) -> None:
        """`key_kind` names the kind of key in error messages."""
        self._limit = limit
        self._key_kind = key_kind
        self._open: Counter[str] = Counter()

    def acquire(self, key: str) -> None:
        """Count one more connection. Raises TooManyRequests where the limit is reached."""
        if self._open[key] >= self._limit:
            raise TooManyRequests(
                f"Too many connections of this {self._key_kind} are open.", RETRY_AFTER_S
            )
        self._open[key] += 1

    def release(self, key: str) -> None:
        """Count one connection less."""
        self._open[key] -= 1
        if not self._open[key]:
            del self._open[key]


class Lease:
    """What one connection acquired of several limiters; leaving the context releases all of it.

    An ExitStack would take 1.3 KB for each connection.
    """

    __slots__ = ("_acquired",)

    def __init__(self) -> None:
        self._acquired: list[tuple[ConnectionLimiter, str]] = []

    def acquire(self, limiter: ConnectionLimiter, key: str) -> None:
        """Acquire of one more limiter. Raises TooManyRequests where its limit is reached."""
        limiter.acquire(key)
        self._acquired.append((limiter, key))

    def __enter__(self) -> Lease:
        return self

    def __exit__(self, *_: object) -> None:
        for limiter, key in self._acquired:
            limiter.release(key)
