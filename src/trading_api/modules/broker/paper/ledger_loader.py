"""Loads the active accounts from the journal, before or while the server listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from trading_api.errors import ConfigurationError, Unavailable
from trading_api.modules.broker.journal.journal import Journal, RecoveryStep
from trading_api.modules.broker.paper.account_recovery import AccountRecovery
from trading_api.modules.broker.paper.accounts import Accounts
from trading_api.modules.broker.paper.snapshot_schedule import SnapshotSchedule

LOADED_BEFORE_LISTENING_MAX = 2_000
"""A ledger with fewer images and entries to load is loaded before the first request."""


class LedgerLoader:
    """Loads the accounts with live orders or positions, and lists the others. Call `begin` before
    the server listens, then `finish`."""

    def __init__(
        self,
        journal: Journal,
        accounts: Accounts,
        snapshots: SnapshotSchedule,
        currency: str,
        before_listening_max: int = LOADED_BEFORE_LISTENING_MAX,
    ) -> None:
        self._journal = journal
        self._accounts = accounts
        self._snapshots = snapshots
        self._currency = currency
        self._before_listening_max = before_listening_max
        self._steps: AsyncGenerator[RecoveryStep, None] | None = None
        self._recovery = AccountRecovery(accounts.rules)
        self._done = 0
        self._total = 0
        self.is_finished = False

    async def begin_empty(self) -> None:
        """Open the journal and load nothing. Raises ConfigurationError."""
        await self._check_currency()
        self.is_finished = True

    async def begin(self) -> None:
        """Open the journal, and load it unless that takes long. Raises ConfigurationError."""
        await self._check_currency()
        self._steps = self._journal.recover(with_idle=False)
        self._apply(await anext(self._steps))
        if self._total <= self._before_listening_max:
            await self.finish()

    async def finish(self) -> None:
        """Load the rest, unless that is done. Raises ConfigurationError."""
        if self.is_finished:
            return
        assert self._steps is not None, "begin comes first"
        async with aclosing(self._steps) as steps:
            async for step in steps:
                self._apply(step)
                await asyncio.sleep(0)
        await self._recovery.add_to(self._accounts, self._snapshots)
        await self._recovery.make_ready(self._accounts)
        self._recovery = AccountRecovery(self._accounts.rules)
        await self._store_images()
        self.is_finished = True

    def health(self) -> str | None:
        """Return that the ledger is being loaded and how far, or None once it is loaded."""
        if not self._is_loading:
            return None
        share = self._done / max(1, self._total)
        return f"loading the ledger: {share:.0%}"

    def require_finished(self) -> None:
        """Raise Unavailable while the ledger is being loaded."""
        if self._is_loading:
            raise Unavailable("The ledger is being loaded; try again.", "ledger_loading")

    @property
    def _is_loading(self) -> bool:
        return self._steps is not None and not self.is_finished

    async def _check_currency(self) -> None:
        for currency, account_id in (await self._journal.currencies()).items():
            if currency != self._currency:
                raise ConfigurationError(
                    f"ACCOUNT_CURRENCY={self._currency}, but the ledger (DATABASE_URL) keeps the "
                    f"account {account_id} in {currency}. An account keeps its currency: set "
                    f"ACCOUNT_CURRENCY={currency}, or name another ledger."
                )

    def _apply(self, step: RecoveryStep) -> None:
        self._recovery.apply(step)
        self._done, self._total = step.done, step.total

    async def _store_images(self) -> None:
        """Store the images that the next recovery needs to be short."""
        while due := self._snapshots.due():
            await self._journal.append([], self._accounts.images(due))
            for account_id in due:
                self._snapshots.stored(account_id)
