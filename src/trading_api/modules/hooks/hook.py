"""A hook: an address and a secret by which alerts of TradingView trade in one account."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from secrets import token_hex

from trading_api.auth.principal import Principal, Scope
from trading_api.errors import Invalid, truncate

PATH = "/api/v1/hooks/tradingview/"
DAY_MS = 24 * 60 * 60 * 1000
EXPIRES_AFTER_DAYS = 90
ORDERS_PER_MINUTE = 10
HOOKS_PER_ACCOUNT_MAX = 100
_ID_BYTES = 8


@dataclass(frozen=True, slots=True)
class Hook:
    """The limits of the alerts of one hook, and the digest of its secret.

    `symbols` gives the aliases of each symbol that may be traded. `quantity_max` limits an order,
    and the size of a target position. An alert may be at most `age_max_s` old."""

    id: str
    account_id: str
    digest: bytes = field(repr=False)
    symbols: Mapping[str, Collection[str]]
    quantity_max: Decimal
    orders_per_minute: int
    age_max_s: int
    created_ms: int
    expires_ms: int
    is_live_permitted: bool = False
    name: str = ""

    def symbol_of(self, ticker: str) -> str | None:
        """Return the symbol of a ticker, which may be an alias, or None if the hook does not permit
        it."""
        if ticker in self.symbols:
            return ticker
        named = (symbol for symbol, aliases in self.symbols.items() if ticker in aliases)
        return next(named, None)

    def principal(self, live_accounts: Collection[str]) -> Principal:
        """Return the principal of an alert, which may trade in the hook's account only."""
        live = {Scope.ACCOUNT_LIVE} if self.is_live_permitted else set[Scope]()
        return Principal(
            subject=self.id,
            scopes=frozenset({Scope.ACCOUNT_TRADE} | live),
            accounts=frozenset({self.account_id}),
            default_account=None,
            live_accounts=frozenset(live_accounts),
        )


def new_hook_id() -> str:
    """Return a new random id."""
    return f"hook-{token_hex(_ID_BYTES)}"


def check_aliases(symbols: Mapping[str, Collection[str]]) -> None:
    """Raises Invalid for an alias that stands for two symbols."""
    owners: dict[str, str] = {symbol: symbol for symbol in symbols}
    for symbol, aliases in symbols.items():
        for alias in aliases:
            if owners.setdefault(alias, symbol) != symbol:
                raise Invalid(
                    f"The alias {truncate(alias)!r} means two symbols.", "alias_ambiguous"
                )
