"""The paper accounts in memory."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Collection, Sequence

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.events import Event
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.paper.account_index import AccountIndex
from trading_api.modules.broker.paper.price_interest import PriceInterest

DISCARD_INTERVAL = 1_000
"""Events of an account that are loaded before the records that they left are discarded."""


class PaperAccount:
    """One account twice: `engine` decides, and is ahead of the journal while a commit runs;
    `committed` contains only what the journal holds, and is all that readers see."""

    def __init__(self, rules: ExchangeRules) -> None:
        self._rules = rules
        self.engine = Engine(AccountState(), rules)
        self.committed = AccountState()

    def restore(self, uncommitted: Sequence[Event]) -> None:
        """Set the engine back to the committed state plus the events that are still to be
        committed."""
        state = self.committed.copy()
        for event in uncommitted:
            state.evolve(event)
        self.engine = Engine(state, self._rules)

    def discard_history(self) -> None:
        """Remove the records that no later event depends on; the journal has them."""
        self.committed.discard_history()
        self.engine.state.discard_history()


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
            rules, interest, foreign_currency, lambda account_id: self[account_id].engine.state
        )

    async def recover(self, entries: AsyncIterable[JournalEntry]) -> None:
        """Build the accounts from all entries of a journal."""
        async for entry in entries:
            state = self[entry.account_id].committed
            state.evolve(entry.event)
            if state.seq % DISCARD_INTERVAL == 0:
                state.discard_history()
        for account_id, account in self._accounts.items():
            account.committed.discard_history()
            account.restore([])
            self.reindex(account_id)

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
        state = self._accounts[account_id].engine.state
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
        self.index.update(account_id, self._accounts[account_id].engine.state)
