"""The symbols whose quotes a live account needs, and who follows its value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from trading_api.domain.ports.market_data import Interest
from trading_api.modules.broker.engine.account import AccountState


class LivePrices:
    """Keeps the market's interest in the symbols of open positions and orders, and in the pairs
    that convert their currencies."""

    def __init__(self, symbols_to_price: Callable[[str], Iterable[str]]) -> None:
        self._symbols_to_price = symbols_to_price
        self._interest: Interest | None = None
        self._wanted: set[str] = set()
        self._watched: Counter[str] = Counter()

    def connect(self, interest: Interest) -> None:
        """Keep `interest` up to date from now on."""
        self._interest = interest

    def update(self, state: AccountState) -> None:
        """Follow what the account holds now."""
        if self._interest is None:
            return
        held = {*state.positions, *state.working}
        wanted = {each for symbol in held for each in self._symbols_to_price(symbol)}
        for symbol in wanted - self._wanted:
            self._interest.add(symbol)
        for symbol in self._wanted - wanted:
            self._interest.remove(symbol)
        self._wanted = wanted

    def watch(self, account_id: str) -> None:
        """Count one more who follows the account's value."""
        self._watched[account_id] += 1

    def unwatch(self, account_id: str) -> None:
        """Undo one `watch`."""
        self._watched[account_id] -= 1

    def is_watched(self, account_id: str) -> bool:
        """Return whether anyone follows the account's value."""
        return self._watched[account_id] > 0

    def changes_value(self, state: AccountState, symbol: str) -> bool:
        """Return whether a quote of the symbol changes the value of the account's positions."""
        return any(symbol in self._symbols_to_price(each) for each in state.positions)
