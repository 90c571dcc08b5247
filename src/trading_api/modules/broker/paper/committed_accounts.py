"""The committed state of every paper account, opened or not."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice

from trading_api.domain.account_kind import AccountKind, account_kind
from trading_api.domain.broker_commands import NameAccountCommand
from trading_api.domain.ports.market_data import MarketData
from trading_api.errors import AccountNotFound
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.checks.account_names import folded
from trading_api.modules.broker.engine.commands import Command, NameAccount, OpenAccount
from trading_api.modules.broker.engine.events import AccountOpened
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.paper.accounts import Accounts
from trading_api.settings import Settings


class CommittedAccounts:
    """Look up the state that was committed last. An account that no command has opened is shown
    as a new one."""

    def __init__(
        self, accounts: Accounts, rules: ExchangeRules, settings: Settings, market: MarketData
    ) -> None:
        self._accounts = accounts
        self._rules = rules
        self._settings = settings
        self._default_id = settings.default_account_id
        self._market = market

    def ids(
        self, is_held: Callable[[str], bool], after: str = "", limit: int | None = None
    ) -> Sequence[str]:
        """Return the accounts that `is_held` returns True for, of the default account and those
        that a command has opened, sorted: at most `limit` of those after `after`."""
        held = filter(is_held, self._accounts.ids(after))
        ids, default = list(islice(held, limit)), self._default_id
        if default > after and default not in ids and is_held(default):
            insort(ids, default)
        return ids[:limit]

    def naming(self, account_id: str, command: NameAccountCommand, naming: Command) -> Command:
        """Return the engine's command `naming`, which knows whether the name, in whatever case
        and form, is the id of another account.

        The default account is compared, and those of this process that a command has opened. If
        the caller may know only some ids, these are compared instead, opened or not, so that the
        answer shows of no account whether it exists."""
        if not isinstance(naming, NameAccount) or command.name is None:
            return naming
        name, ids = folded(command.name), command.known_ids
        others = {self._default_id, *(self._accounts.ids_like(name) if ids is None else ids)}
        is_of_other = any(folded(each) == name for each in others - {account_id})
        return replace(naming, is_id_of_other=is_of_other)

    def state(self, account_id: str) -> AccountState:
        """Return an account's committed state, to be read only."""
        return self._accounts.committed(account_id) or self._new_account(account_id)

    def opening(self, account_id: str, at_ms: int) -> OpenAccount:
        """Return the command that opens an account at `at_ms`."""
        settings = self._settings
        return OpenAccount(account_id, settings.account_currency, settings.initial_balance, at_ms)

    def opening_entry(self, account_id: str) -> JournalEntry:
        """Return the first entry of an account that a command would open now."""
        opening = self.opening(account_id, self._market.now_ms)
        event = AccountOpened(account_id, opening.currency, opening.balance, opening.at_ms)
        return JournalEntry(account_id, 1, event)

    def _new_account(self, account_id: str) -> AccountState:
        state = AccountState()
        state.evolve(self.opening_entry(account_id).event)
        return state


def require_paper(account_id: str) -> None:
    """Raises AccountNotFound for an id that is reserved for live accounts, also where an earlier
    ledger has such an account."""
    if account_kind(account_id) is AccountKind.LIVE:
        raise AccountNotFound(account_id)
