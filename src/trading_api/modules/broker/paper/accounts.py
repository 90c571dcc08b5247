"""The accounts in memory."""

from __future__ import annotations

from collections.abc import AsyncIterable, Collection, Sequence

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.events import Event
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.journal.ports import JournalEntry
from trading_api.modules.broker.paper.price_interest import PriceInterest


class Account:
    """`engine` decides, and is ahead of the journal while a commit is under way. `view` follows
    what was committed: it is all that anyone outside may see."""

    def __init__(self, terms: ExchangeRules) -> None:
        self._terms = terms
        self.engine = Engine(AccountState(), terms)
        self.view = AccountState()

    def restore(self, uncommitted: Sequence[Event]) -> None:
        """Takes the engine back to the view and the events that are still to be committed."""
        state = self.view.copy()
        for event in uncommitted:
            state.evolve(event)
        self.engine = Engine(state, self._terms)


class Accounts:
    """Knows by symbol which accounts a quote can change, and by account when its next order
    expires: `follow` has to be called after whatever an engine did."""

    def __init__(self, terms: ExchangeRules, interest: PriceInterest) -> None:
        self._terms = terms
        self._interest = interest
        self._accounts: dict[str, Account] = {}
        self._by_symbol: dict[str, dict[str, None]] = {}
        self._symbols: dict[str, set[str]] = {}
        self._expiries: dict[str, int] = {}

    async def recover(self, entries: AsyncIterable[JournalEntry]) -> None:
        """Takes them up where a journal left them, by all that it holds."""
        async for entry in entries:
            self[entry.account_id].view.evolve(entry.event)
        for account_id, account in self._accounts.items():
            account.restore([])
            self.follow(account_id)

    def __getitem__(self, account_id: str) -> Account:
        account = self._accounts.get(account_id)
        if account is None:
            account = self._accounts[account_id] = Account(self._terms)
        return account

    def ids(self) -> Collection[str]:
        return self._accounts.keys()

    def forget_unopened(self, account_id: str) -> None:
        """Ids that were only tried take no memory."""
        if not self._accounts[account_id].engine.state.is_open:
            del self._accounts[account_id]
            self._reindex(account_id, set())

    def view(self, account_id: str) -> AccountState | None:
        """None for an account that no command has opened."""
        account = self._accounts.get(account_id)
        return account.view if account and account.view.is_open else None

    def with_stake_in(self, symbol: str) -> Sequence[str]:
        """Accounts with orders or a position in the symbol."""
        return list(self._by_symbol.get(symbol, ()))

    def with_expired(self, at_ms: int) -> Sequence[str]:
        """Accounts with orders whose time is over."""
        return [account_id for account_id, ms in self._expiries.items() if ms <= at_ms]

    def follow(self, account_id: str) -> None:
        state = self._accounts[account_id].engine.state
        self._reindex(account_id, state.working.keys() | state.positions.keys())
        times = (orders.next_expiry_ms for orders in state.working.values())
        expiries = [ms for ms in times if ms is not None]
        if expiries:
            self._expiries[account_id] = min(expiries)
        else:
            self._expiries.pop(account_id, None)

    def _reindex(self, account_id: str, symbols: set[str]) -> None:
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
