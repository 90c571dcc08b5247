"""The accounts as a caller sees them."""

from __future__ import annotations

from collections.abc import Sequence

from trading_api.domain.ports.market_data import MarketData
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import OpenAccount
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.paper.accounts import Accounts
from trading_api.settings import Settings


class Views:
    """Never ahead of what was committed. An account that no command has opened is seen as a
    fresh one."""

    def __init__(
        self, accounts: Accounts, terms: ExchangeRules, settings: Settings, market: MarketData
    ) -> None:
        self._accounts = accounts
        self._terms = terms
        self._settings = settings
        self._market = market

    def ids(self) -> Sequence[str]:
        """The default account, and those that a command has opened."""
        opened = [each for each in self._accounts.ids() if self._accounts.view(each)]
        return sorted({self._settings.default_account_id, *opened})

    def of(self, account_id: str) -> AccountState:
        return self._accounts.view(account_id) or self._fresh(account_id)

    def opening(self, account_id: str, at_ms: int) -> OpenAccount:
        settings = self._settings
        return OpenAccount(account_id, settings.account_currency, settings.initial_balance, at_ms)

    def _fresh(self, account_id: str) -> AccountState:
        fresh = Engine(AccountState(), self._terms)
        fresh.apply(self.opening(account_id, self._market.now_ms))
        return fresh.state
