"""Chooses the accounts whose images are stored next, so that recovery stays short."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

EVENTS_AFTER_MAX = 20_000
"""Recovery reads at most about this many events, which takes about a second."""
ACCOUNTS_PER_COMMIT = 64
"""Images that one commit stores with its events."""


class SnapshotSchedule:
    """Counts the events of each account since its last image.

    While there are more than `events_max` of all accounts together, the accounts that wait longest
    are due. An account that is idle is therefore due once, and then costs nothing."""

    def __init__(self, events_max: int = EVENTS_AFTER_MAX) -> None:
        self.events_max = events_max
        self._events: dict[str, int] = {}
        self._total = 0
        self._hastened: dict[str, None] = {}

    def add(self, account_id: str, events: int = 1) -> None:
        """Count events of an account that its image does not show."""
        self._events[account_id] = self._events.get(account_id, 0) + events
        self._total += events

    def due(self) -> Sequence[str]:
        """Return the accounts whose images are due, at most ACCOUNTS_PER_COMMIT."""
        result = dict.fromkeys(islice(self._hastened, ACCOUNTS_PER_COMMIT))
        excess = self._total - self.events_max - sum(map(self.events_of, result))
        for account_id, events in islice(self._events.items(), ACCOUNTS_PER_COMMIT):
            if excess <= 0 or len(result) == ACCOUNTS_PER_COMMIT:
                break
            if account_id not in result:
                excess -= events
                result[account_id] = None
        return list(result)

    def events_of(self, account_id: str) -> int:
        """Return how many events of an account its image does not show."""
        return self._events.get(account_id, 0)

    def hasten(self, account_id: str) -> None:
        """Let the image of an account be due with the next commit, if it has events after it."""
        if account_id in self._events:
            self._hastened[account_id] = None

    def stored(self, account_id: str) -> None:
        """Take note that the image of an account shows all its events."""
        self._total -= self._events.pop(account_id)
        self._hastened.pop(account_id, None)

    def remove(self, account_id: str) -> None:
        """Forget the events of an account that leaves the memory."""
        self._total -= self._events.pop(account_id, 0)
        self._hastened.pop(account_id, None)
