"""The port to what remembers every account's events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from trading_api.modules.broker.engine.events import Event


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """`seq` counts an account's events from 1, without gaps. `request_id` is what a caller named
    the request that caused the event, or empty."""

    account_id: str
    seq: int
    event: Event
    request_id: str = ""


class JournalConflict(Exception):
    """Entries that don't follow their account's last one: somebody else has written it."""

    def __init__(self, entry: JournalEntry, expected_seq: int) -> None:
        super().__init__(f"{entry.account_id} goes on with seq {expected_seq}, got seq {entry.seq}")
        self.entry = entry
        self.expected_seq = expected_seq


class JournalUnavailable(Exception):
    """Nothing was kept, and it may be tried again. `reason` is a sentence without its full stop."""

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Journal(Protocol):
    async def append(self, entries: Sequence[JournalEntry]) -> None:
        """All of them or none, of as many accounts as wait together; they are kept once it
        returns. Raises JournalConflict and JournalUnavailable."""
        ...

    def load(self) -> AsyncIterator[JournalEntry]:
        """All that was appended before the first step, each account's in the order of seq. Raises
        ConfigurationError where there is nothing to load from."""
        ...

    async def close(self) -> None:
        """Waits for what is under way. Nothing is asked of it afterwards."""
        ...

    async def read(self, account_id: str, since: int, limit: int) -> Sequence[JournalEntry]:
        """An account's entries after seq `since`, at most `limit`, in their order. Raises
        JournalUnavailable."""
        ...
