"""The paper accounts in memory."""

from __future__ import annotations

from collections.abc import AsyncIterable, Collection, Sequence

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.events import Event
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.paper.price_interest import PriceInterest


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


class Accounts:
    """Every account, with two indexes: by symbol the accounts that a quote can change, and by
    account the time when its next order expires. Call `reindex` after each use of an engine."""

    def __init__(self, rules: ExchangeRules, interest: PriceInterest) -> None:
        self._rules = rules
        self._interest = interest
        self._accounts: dict[str, PaperAccount] = {}
        self._by_symbol: dict[str, dict[str, None]] = {}
        self._symbols: dict[str, set[str]] = {}
        self._expiries: dict[str, int] = {}

    async def recover(self, entries: AsyncIterable[JournalEntry]) -> None:
        """Build the accounts from all entries of a journal."""
        async for entry in entries:
            self[entry.account_id].committed.evolve(entry.event)
        for account_id, account in self._accounts.items():
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
        if not self._accounts[account_id].engine.state.is_open:
            del self._accounts[account_id]
            self._index_symbols(account_id, set())

    def committed(self, account_id: str) -> AccountState | None:
        """Return an account's committed state, or None if no command has opened it."""
        account = self._accounts.get(account_id)
        return account.committed if account and account.committed.is_open else None

    def exposed_to(self, symbol: str) -> Sequence[str]:
        """Return the accounts that have orders or a position in the symbol."""
        return list(self._by_symbol.get(symbol, ()))

    def with_expired_orders(self, at_ms: int) -> Sequence[str]:
        """Return the accounts that have orders whose time is over at `at_ms`."""
        return [account_id for account_id, ms in self._expiries.items() if ms <= at_ms]

    def reindex(self, account_id: str) -> None:
        """Update the indexes after an account's engine has changed."""
        state = self._accounts[account_id].engine.state
        self._index_symbols(account_id, state.working.keys() | state.positions.keys())
        times = (book.next_expiry_ms for book in state.working.values())
        expiries = [ms for ms in times if ms is not None]
        if expiries:
            self._expiries[account_id] = min(expiries)
        else:
            self._expiries.pop(account_id, None)

    def _index_symbols(self, account_id: str, symbols: set[str]) -> None:
        before = self._symbols.get(account_id, set())
        for symbol in before - symbols:
            del self._by_symbol[symbol][account_id]
            if not self._by_symbol[symbol]:
                del self._by_symbol[symbol]
                self._interest.remove(symbol)
        for symbol in symbols - before:
            if symbol not in self._by_symbol:
                self._by_symbol[symbol] = {}
                self._interest.add(symbol)
            self._by_symbol[symbol][account_id] = None
        if symbols:
            self._symbols[account_id] = symbols
        else:
            self._symbols.pop(account_id, None)
