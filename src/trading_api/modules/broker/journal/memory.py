"""A journal in memory, which ends with the process."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from itertools import islice

from trading_api.domain.shards import shard_of
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.engine.events import AccountOpened
from trading_api.modules.broker.journal.journal import (
    EVENTS_LEFT_OUT_MAX,
    DuplicateKey,
    JournalConflict,
    JournalEntry,
    RecoveryStep,
)
from trading_api.modules.broker.journal.memory_history import MemoryHistory

MEMORY = "memory:"
"""The DATABASE_URL that names this journal."""


class MemoryJournal:
    """A Journal that keeps its entries in a list. It grows with every entry, for tests and for
    backtests that end. Its accounts are in `shard_count` shards."""

    def __init__(self, shard_count: int = 1) -> None:
        self._shard_count = shard_count
        self.history = MemoryHistory()
        self._entries: list[JournalEntry] = []
        self._last_seqs: dict[str, int] = {}

    async def append(
        self, entries: Sequence[JournalEntry], images: Sequence[AccountImage] = ()
    ) -> None:
        """Add the entries. Raises JournalConflict and DuplicateKey."""
        last_seqs = next_seqs(self._last_seqs, entries)
        if repeating := self.history.repeated_keys(entries):
            raise DuplicateKey(repeating)
        self._entries.extend(entries)
        for entry in entries:
            self.history.add(entry)
        self._last_seqs.update(last_seqs)

    async def currencies(self) -> Mapping[str, str]:
        """Return one account for each currency."""
        events = (entry.event for entry in self._entries)
        return {
            each.currency: each.account_id for each in events if isinstance(each, AccountOpened)
        }

    async def recover(
        self, shards: Collection[int] | None = None, *, with_idle: bool = True
    ) -> AsyncGenerator[RecoveryStep, None]:
        """Yield all entries, or those of accounts in `shards`, in one step."""
        entries = self._entries[:]
        if shards is not None:
            count = self._shard_count
            entries = [each for each in entries if shard_of(each.account_id, count) in shards]
        left_out = {} if with_idle else self._idle_accounts(entries)
        entries = [each for each in entries if each.account_id not in left_out]
        yield RecoveryStep(entries, len(entries), len(entries), left_out)

    def _idle_accounts(self, entries: Sequence[JournalEntry]) -> dict[str, int]:
        states: dict[str, AccountState] = {}
        for entry in entries:
            states.setdefault(entry.account_id, AccountState()).evolve(entry.event)
        return {
            account_id: state.seq
            for account_id, state in states.items()
            if not (state.live_orders() or state.positions or state.seq > EVENTS_LEFT_OUT_MAX)
        }

    async def recover_accounts(
        self, account_ids: Collection[str]
    ) -> Sequence[AccountImage | JournalEntry]:
        """Return the entries of accounts."""
        return [entry for entry in self._entries if entry.account_id in account_ids]

    async def remove_gateway_keys(self, before_ms: int, limit: int) -> int:
        """Remove none: the memory grows with every entry."""
        return 0

    def forget(self, account_ids: Collection[str]) -> None:
        """Do nothing: what is here cannot be read again."""

    async def load(self) -> AsyncGenerator[JournalEntry, None]:
        """Yield a copy of all entries."""
        for entry in self._entries[:]:
            yield entry

    async def read(self, account_id: str, since: int, limit: int) -> Sequence[JournalEntry]:
        """Return at most `limit` entries of an account after `since`."""
        own = (entry for entry in self._entries if entry.account_id == account_id)
        return list(islice((entry for entry in own if entry.seq > since), limit))

    async def close(self) -> None:
        """Do nothing: the entries stay for as long as the object."""


def next_seqs(last_seqs: dict[str, int], entries: Sequence[JournalEntry]) -> dict[str, int]:
    """Return the last seq of each account that has entries. Raises JournalConflict."""
    result: dict[str, int] = {}
    for entry in entries:
        expected_seq = result.get(entry.account_id, last_seqs.get(entry.account_id, 0)) + 1
        if entry.seq != expected_seq:
            raise JournalConflict(entry, expected_seq)
        result[entry.account_id] = entry.seq
    return result
