"""The shards whose accounts this process holds, and how they come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import aclosing
from itertools import islice

from trading_api.domain.shards import shard_of
from trading_api.errors import Unavailable
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.journal.journal import Journal
from trading_api.modules.broker.paper.account_loader import AccountLoader
from trading_api.modules.broker.paper.account_recovery import ACCOUNTS_PER_TURN, AccountRecovery
from trading_api.modules.broker.paper.accounts import Accounts, PaperAccount
from trading_api.modules.broker.paper.command_processor import CommandProcessor
from trading_api.modules.broker.paper.snapshot_schedule import SnapshotSchedule

SHARDS_PER_RECOVERY = 16
"""Shards that are read together. They open together too, so that more would open later."""


class LoadedShards:
    """Loads and releases the accounts of one shard while the others trade.

    Loading reads the accounts with live orders or positions, and lists the others. A shard is
    readable from that moment until its accounts are removed. It is open, and takes commands, for a
    little less."""

    def __init__(
        self,
        shard_count: int,
        journal: Journal,
        accounts: Accounts,
        snapshots: SnapshotSchedule,
        processor: CommandProcessor,
        marks: Callable[[], Mapping[str, Touch]],
        loader: AccountLoader,
    ) -> None:
        self._loader = loader
        self._count = shard_count
        self._journal = journal
        self._accounts = accounts
        self._snapshots = snapshots
        self._processor = processor
        self._marks = marks
        self._readable: set[int] = set()
        self._open: set[int] = set()
        # Loading or being released.
        self._moving: set[int] = set()
        # The shards that are to be loaded, in order.
        self._waiting: dict[int, None] = {}
        self._recovering = asyncio.Lock()

    def is_readable(self, account_id: str) -> bool:
        """Return whether the account's shard is loaded."""
        return shard_of(account_id, self._count) in self._readable

    def require_readable(self, account_id: str) -> None:
        """Raise Unavailable unless the account can be read."""
        if not self.is_readable(account_id):
            raise _shard_moving()

    def require_open(self, account_id: str) -> None:
        """Raise Unavailable unless the account takes commands."""
        if shard_of(account_id, self._count) not in self._open:
            raise _shard_moving()

    def open_shards(self) -> Collection[int]:
        """Return the shards that take commands."""
        return frozenset(self._open)

    async def load(self, shard: int) -> None:
        """Read a shard's accounts from the journal and open it. Shards that are loaded at the same
        time are read together. Raises ConfigurationError."""
        self._begin_move(shard, is_readable=False)
        self._waiting[shard] = None
        try:
            async with self._recovering:
                if shard not in self._open:
                    await self._recover(list(islice(self._waiting, SHARDS_PER_RECOVERY)))
        finally:
            self._waiting.pop(shard, None)
            self._moving.discard(shard)

    async def _recover(self, shards: Collection[int]) -> None:
        recovery = AccountRecovery(self._accounts.rules)
        async with aclosing(self._journal.recover(shards, with_idle=False)) as steps:
            async for step in steps:
                recovery.apply(step)
                await asyncio.sleep(0)
        await recovery.add_to(self._accounts, self._snapshots)
        await self._loader.load_pinned()
        # Readers must see the accounts before a quote changes the first one.
        self._readable.update(shards)
        await recovery.make_ready(self._accounts, self._set_bounds)
        self._open.update(shards)
        for shard in shards:
            self._waiting.pop(shard, None)

    async def release(self, shard: int) -> None:
        """Refuse new commands of a shard, wait until the others are committed, and remove its
        accounts from memory."""
        self._begin_move(shard, is_readable=True)
        try:
            self._open.discard(shard)
            # After this no command of the shard waits, so that none opens an account.
            await self._processor.flush()
            account_ids = self._accounts.of_shard(shard)
            for first in range(0, len(account_ids), ACCOUNTS_PER_TURN):
                await self._stop_matching(account_ids[first : first + ACCOUNTS_PER_TURN])
            removed = await self._remove(shard, account_ids)
            while removed:
                del removed[-ACCOUNTS_PER_TURN:]
                await asyncio.sleep(0)
        finally:
            self._moving.discard(shard)

    def _begin_move(self, shard: int, *, is_readable: bool) -> None:
        assert 0 <= shard < self._count, shard
        assert shard not in self._moving, f"shard {shard} is being loaded or released"
        assert (shard in self._readable) == is_readable, shard
        self._moving.add(shard)

    async def _stop_matching(self, account_ids: Sequence[str]) -> None:
        def stop() -> None:
            for account_id in account_ids:
                self._accounts.stop_matching(account_id)

        # A commit that failed would put its accounts back into the index.
        await self._processor.between_commits(stop)

    async def _remove(self, shard: int, account_ids: Sequence[str]) -> list[PaperAccount]:
        removed: list[PaperAccount] = []

        def remove() -> None:
            self._readable.discard(shard)
            for account_id in account_ids:
                self._snapshots.remove(account_id)
            removed.extend(self._accounts.take_shard(shard))
            self._journal.forget(account_ids)

        # A commit may be storing images of these accounts.
        await self._processor.between_commits(remove)
        return removed

    def _set_bounds(self, account_ids: Sequence[str]) -> None:
        self._accounts.index.set_bounds(self._marks(), account_ids)


def _shard_moving() -> Unavailable:
    return Unavailable(
        "The account is moving to another server; nothing was done. Try again.", "shard_moving"
    )
