"""Folds what the journal recovers into accounts, and makes these ready."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from itertools import islice
from typing import TypeVar

from trading_api.modules.broker.engine.account_image import AccountImage, restore
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.journal.journal import RecoveryStep
from trading_api.modules.broker.paper.accounts import Accounts, PaperAccount
from trading_api.modules.broker.paper.snapshot_schedule import SnapshotSchedule

Element = TypeVar("Element")

DISCARD_INTERVAL = 1_000
"""Events of an account that are loaded before the records that they left are discarded."""

ACCOUNTS_PER_TURN = 100
"""Accounts that are made ready at one turn of the event loop, which takes about 10 ms."""


class AccountRecovery:
    """Accounts that are being recovered. No quote reaches them before `make_ready`.

    Call `apply` with each step, then `add_to`, and `make_ready` once readers may see them."""

    def __init__(self, rules: ExchangeRules) -> None:
        self._rules = rules
        self._accounts: dict[str, PaperAccount] = {}
        self._left_out: list[str] = []
        # Of each account, the events that its image does not show.
        self._events: dict[str, int] = {}

    @property
    def account_ids(self) -> Set[str]:
        """The accounts that were read."""
        return self._accounts.keys()

    def apply(self, step: RecoveryStep) -> None:
        """Take the next step of the journal's recovery."""
        self._left_out += step.left_out
        for item in step.items:
            account = self._accounts.get(item.account_id)
            if account is None:
                account = self._accounts[item.account_id] = PaperAccount(self._rules)
            if isinstance(item, AccountImage):
                account.committed = restore(item)
                continue
            assert item.seq == account.committed.seq + 1, item
            self._events[item.account_id] = self._events.get(item.account_id, 0) + 1
            account.committed.evolve(item.event)
            if account.committed.seq % DISCARD_INTERVAL == 0:
                account.committed.discard_history()

    async def add_to(self, accounts: Accounts, snapshots: SnapshotSchedule) -> None:
        """Hold the accounts without what the journal keeps for them, and schedule their images.
        List those that were left out."""
        for account_ids in _turns(self._left_out):
            accounts.leave_out(account_ids)
            await asyncio.sleep(0)
        for account_ids in _turns(self._accounts):
            self.install(account_ids, accounts, snapshots)
            await asyncio.sleep(0)

    def install(
        self, account_ids: Iterable[str], accounts: Accounts, snapshots: SnapshotSchedule
    ) -> None:
        """Do what `add_to` does, for some of the accounts that were read."""
        portion = {each: self._accounts[each] for each in account_ids}
        for account_id, account in portion.items():
            account.discard_history()
            if account_id in self._events:
                snapshots.add(account_id, self._events[account_id])
        accounts.add(portion)

    async def make_ready(
        self, accounts: Accounts, on_ready: Callable[[Sequence[str]], None] | None = None
    ) -> None:
        """Let quotes reach the accounts, first those that have orders or a position.

        Call `on_ready` with the accounts of each turn of the event loop."""
        idle = {each: account.is_idle for each, account in self._accounts.items()}
        for account_ids in _turns(sorted(idle, key=idle.__getitem__)):
            for account_id in account_ids:
                accounts.reindex(account_id)
            if on_ready is not None:
                on_ready(account_ids)
            await asyncio.sleep(0)


def _turns(elements: Collection[Element]) -> Iterator[list[Element]]:
    """Yield the elements in portions that one turn of the event loop can take."""
    remaining = iter(elements)
    while portion := list(islice(remaining, ACCOUNTS_PER_TURN)):
        yield portion
