"""Loads accounts from the journal at their first use, and removes idle ones from memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence, Set
from dataclasses import dataclass, field
from functools import partial

from trading_api.modules.broker.journal.journal import Journal, JournalUnavailable, RecoveryStep
from trading_api.modules.broker.paper.account_recovery import ACCOUNTS_PER_TURN, AccountRecovery
from trading_api.modules.broker.paper.accounts import Accounts
from trading_api.modules.broker.paper.snapshot_schedule import SnapshotSchedule

LOADED_TOGETHER = 64
"""Accounts that are read from the journal by one query."""
ITEMS_PER_TURN = 500
"""Images and events that are folded at one turn of the event loop, which takes about 10 ms."""
EVENTS_AFTER_IMAGE_MAX = 64
"""An idle account with more events after its image leaves the memory after its next image."""


@dataclass(slots=True)
class _Load:
    """The callers that wait for an account, in the order of their calls."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


@dataclass(slots=True)
class _Group:
    """Accounts that one query reads."""

    account_ids: set[str]
    reading: asyncio.Task[None]


class AccountLoader:
    """Loads each account of the journal that recovery left out, when it is used.

    Commands and readers of other accounts go on meanwhile. Those of one account continue in the
    order in which they came. `between_commits` calls a function as `CommandProcessor` does."""

    def __init__(
        self,
        journal: Journal,
        accounts: Accounts,
        snapshots: SnapshotSchedule,
        between_commits: Callable[[Callable[[], None]], Awaitable[None]],
    ) -> None:
        self._journal = journal
        self._accounts = accounts
        self._snapshots = snapshots
        self._between_commits = between_commits
        self._loads: dict[str, _Load] = {}
        self._collecting: _Group | None = None
        self._reading = asyncio.Lock()

    def is_ready(self, account_id: str) -> bool:
        """Return whether an account can be used without `load`. Counts as a use: an account stays
        in memory for at least a second after it."""
        if account_id in self._loads or self._accounts.is_unloaded(account_id):
            return False
        self._accounts.idle.use(account_id)
        return True

    @property
    def is_loading(self) -> bool:
        """Whether any caller waits for an account."""
        return bool(self._loads)

    async def load(self, account_id: str) -> None:
        """Return once an account is in memory, or has left this process. Raises
        JournalUnavailable."""
        if self.is_ready(account_id):
            return
        load = self._loads.setdefault(account_id, _Load())
        load.waiting += 1
        try:
            # A lock is given to those that wait in their order.
            async with load.turn:
                while self._accounts.is_unloaded(account_id):
                    await self._read(account_id)
        finally:
            load.waiting -= 1
            if not load.waiting:
                del self._loads[account_id]

    async def load_pinned(self) -> None:
        """Load the pinned accounts that are not in memory. Raises JournalUnavailable."""
        pinned = [each for each in self._accounts.idle.pinned if self._accounts.is_unloaded(each)]
        await asyncio.gather(*map(self.load, pinned))

    async def settle(self) -> None:
        """Return once all callers that wait now have continued."""
        for load in list(self._loads.values()):
            async with load.turn:
                pass

    # Reading

    async def _read(self, account_id: str) -> None:
        group = self._collecting
        if group is None or len(group.account_ids) == LOADED_TOGETHER:
            account_ids: set[str] = set()
            reading = asyncio.create_task(self._read_group(account_ids))
            group = self._collecting = _Group(account_ids, reading)
        group.account_ids.add(account_id)
        await asyncio.shield(group.reading)

    async def _read_group(self, account_ids: Set[str]) -> None:
        """Read the accounts that were added to a group while the groups before it were read."""
        async with self._reading:
            if self._collecting is not None and self._collecting.account_ids is account_ids:
                self._collecting = None
            await self._read_together(account_ids)

    async def _read_together(self, account_ids: Set[str]) -> None:
        unloaded = {each: self._accounts.unloading_of(each) for each in account_ids}
        recovery = AccountRecovery(self._accounts.rules)
        items = await self._journal.recover_accounts(account_ids)
        for first in range(0, len(items), ITEMS_PER_TURN):
            portion = items[first : first + ITEMS_PER_TURN]
            recovery.apply(RecoveryStep(portion, first + len(portion), len(items)))
            await asyncio.sleep(0)
        if missing := unloaded.keys() - recovery.account_ids:
            raise JournalUnavailable(
                f"The ledger is damaged (it has no events of {min(missing)})",
                "ledger_damaged",
            )
        # Not those that left the process meanwhile: another one may have written them.
        present = [each for each, number in unloaded.items() if self._is_same(each, number)]
        recovery.install(present, self._accounts, self._snapshots)
        for account_id in present:
            self._accounts.reindex(account_id)

    def _is_same(self, account_id: str, unloading: int | None) -> bool:
        return unloading is not None and self._accounts.unloading_of(account_id) == unloading

    # Unloading

    async def unload_excess(self) -> None:
        """Remove the idle accounts beyond the bound that were not used since the last call."""
        unused = self._accounts.idle.choose_excess()
        for first in range(0, len(unused), ACCOUNTS_PER_TURN):
            portion = unused[first : first + ACCOUNTS_PER_TURN]
            # Commands that came before the last call are done then, and later ones are a use.
            await self._between_commits(partial(self._unload, portion))
            await asyncio.sleep(0)

    def _unload(self, account_ids: Sequence[str]) -> None:
        unloaded = []
        for account_id in account_ids:
            if not self._accounts.can_unload(account_id):
                continue
            if self._snapshots.events_of(account_id) > EVENTS_AFTER_IMAGE_MAX:
                self._snapshots.hasten(account_id)
                continue
            unloaded.append(account_id)
            self._snapshots.remove(account_id)
        self._accounts.unload(unloaded)
        self._journal.forget(unloaded)
