"""The accounts in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.events import Event


@dataclass(slots=True)
class Account:
    """`engine` decides, and is ahead of the journal while a commit is under way. `view` follows
    what was committed: it is all that anyone outside may see."""

    engine: Engine = field(default_factory=lambda: Engine(AccountState()))
    view: AccountState = field(default_factory=AccountState)

    def recover(self, event: Event) -> None:
        """An event that the journal holds."""
        self.view.evolve(event)
        self.engine.state.evolve(event)

    def restore(self, uncommitted: Sequence[Event]) -> None:
        """Takes the engine back to the view and the events that are still to be committed."""
        state = self.view.copy()
        for event in uncommitted:
            state.evolve(event)
        self.engine = Engine(state)


class Accounts:
    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}

    def __getitem__(self, account_id: str) -> Account:
        return self._accounts.setdefault(account_id, Account())

    def ids(self) -> Collection[str]:
        return self._accounts.keys()

    def forget_unopened(self, account_id: str) -> None:
        """Ids that were only tried take no memory."""
        if not self._accounts[account_id].engine.state.is_open:
            del self._accounts[account_id]

    def view(self, account_id: str) -> AccountState | None:
        """None for an account that no command has opened."""
        account = self._accounts.get(account_id)
        return account.view if account and account.view.is_open else None

    def working(self, symbol: str) -> list[str]:
        """Accounts with orders that a price of the symbol may fill."""
        return [
            account_id
            for account_id, account in self._accounts.items()
            if symbol in account.engine.state.working
        ]
