"""The paper accounts in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import AccountImage, image_of, restore
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.events import Event
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.paper.account_index import AccountIndex
from trading_api.modules.broker.paper.price_interest import PriceInterest

DISCARD_INTERVAL = 1_000
"""Events of an account that are loaded before the records that they left are discarded."""

ACCOUNTS_PER_TURN = 100
"""Accounts that are made ready at one turn of the event loop, which takes about 10 ms."""


class PaperAccount:
    """One account twice: `engine` decides, and is ahead of the journal while a commit runs;
    `committed` contains only what the journal holds, and is all that readers see."""

    def __init__(self, rules: ExchangeRules) -> None:
        self._rules = rules
        self._engine: Engine | None = None
        self.committed = AccountState()

    @property
    def engine(self) -> Engine:
        """The engine, which is made at its first use: most accounts of a ledger are idle."""
        if self._engine is None:
            self._engine = Engine(self.committed.copy(), self._rules)
        return self._engine

    @property
    def state(self) -> AccountState:
        """The engine's state, to be read only."""
        return self.committed if self._engine is None else self._engine.state

    def restore(self, uncommitted: Sequence[Event]) -> None:
        """Set the engine back to the committed state plus the events that are still to be
        committed."""
        self._engine = None
        for event in uncommitted:
            self.engine.state.evolve(event)

    def discard_history(self) -> None:
        """Remove the records that no later event depends on; the journal has them."""
        self.committed.discard_history()
        if self._engine is not None:
            self._engine.state.discard_history()


class Accounts:
    """Every account, with an index of what each waits for. Call `reindex` after each use of an
    engine."""

    def __init__(
        self,
        rules: ExchangeRules,
        interest: PriceInterest,
        foreign_currency: Callable[[str], str],
    ) -> None:
        self._rules = rules
        self._accounts: dict[str, PaperAccount] = {}
        self.index = AccountIndex(
            rules, interest, foreign_currency, lambda account_id: self[account_id].state
        )

    def recover(self, item: AccountImage | JournalEntry) -> bool:
        """Take the next item of a recovery. Return whether it is an entry.

        Call `finish_recovery` after the last item."""
        account = self[item.account_id]
        if isinstance(item, AccountImage):
            account.committed = restore(item)
            return False
        state = account.committed
        state.evolve(item.event)
        if state.seq % DISCARD_INTERVAL == 0:
            state.discard_history()
        return True

    async def finish_recovery(self) -> None:
        """Make the recovered accounts ready for commands."""
        for number, (account_id, account) in enumerate(self._accounts.items()):
            account.discard_history()
            self.reindex(account_id)
            if number % ACCOUNTS_PER_TURN == 0:
                await asyncio.sleep(0)

    def images(self, account_ids: Iterable[str]) -> list[AccountImage]:
        """Return the images of accounts, with what is not committed yet."""
        return [image_of(self._accounts[each].state) for each in account_ids]

    def __getitem__(self, account_id: str) -> PaperAccount:
        account = self._accounts.get(account_id)
        if account is None:
            account = self._accounts[account_id] = PaperAccount(self._rules)
        return account

    def ids(self) -> Collection[str]:
        """Return the ids of all accounts, also of those that no command has opened yet."""
        return self._accounts.keys()

    def discard_unopened(self, account_id: str) -> None:
        """Remove an account whose commands were all rejected, so that it takes no memory."""
        state = self._accounts[account_id].state
        if not state.is_open:
            del self._accounts[account_id]
            self.index.update(account_id, state)

    def discard_history(self, account_id: str) -> None:
        """Remove what the journal holds of an account and no later event depends on."""
        if account := self._accounts.get(account_id):
            account.discard_history()

    def committed(self, account_id: str) -> AccountState | None:
        """Return an account's committed state, or None if no command has opened it."""
        account = self._accounts.get(account_id)
        return account.committed if account and account.committed.is_open else None

    def reindex(self, account_id: str) -> None:
        """Update the index after an account's engine has changed."""
        self.index.update(account_id, self._accounts[account_id].state)
