"""An account as a broker shows it: live orders, positions, and their value.

These are structural types with read-only attributes. A venue returns its own objects if they have
these attributes, so nothing is copied."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from trading_api.domain.kill_switch import KillSwitch
from trading_api.domain.orders import Brackets, Duration, OrderStatus, OrderType, Side, Trail


class OrderView(Protocol):
    """One order. Times are in milliseconds since 1970; `version` grows with every change.

    A bracket (`is_bracket`) belongs to the order `parent_id`, or to its symbol's position. A
    liquidation closes a position by force.
    `was_activated` means that it has been active for an open position."""

    @property
    def id(self) -> str: ...
    @property
    def symbol(self) -> str: ...
    @property
    def side(self) -> Side: ...
    @property
    def type(self) -> OrderType: ...
    @property
    def status(self) -> OrderStatus: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def filled_quantity(self) -> Decimal: ...
    @property
    def filled_value(self) -> Decimal: ...
    @property
    def limit_price(self) -> Decimal | None: ...
    @property
    def stop_price(self) -> Decimal | None: ...
    @property
    def average_price(self) -> Decimal | None: ...
    @property
    def trail(self) -> Trail | None: ...
    @property
    def brackets(self) -> Brackets: ...
    @property
    def duration(self) -> Duration: ...
    @property
    def expires_ms(self) -> int | None: ...
    @property
    def placed_ms(self) -> int: ...
    @property
    def updated_ms(self) -> int: ...
    @property
    def reduce_only(self) -> bool: ...
    @property
    def is_bracket(self) -> bool: ...
    @property
    def is_liquidation(self) -> bool: ...
    @property
    def was_activated(self) -> bool: ...
    @property
    def is_live(self) -> bool: ...
    @property
    def parent_id(self) -> str: ...
    @property
    def client_id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def message(self) -> str: ...


class ExecutionView(Protocol):
    """One fill. `realized_pl` and `commission` are in the account's currency. `id` is unique in
    the account."""

    @property
    def id(self) -> str: ...
    @property
    def order_id(self) -> str: ...
    @property
    def symbol(self) -> str: ...
    @property
    def side(self) -> Side: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def price(self) -> Decimal: ...
    @property
    def realized_pl(self) -> Decimal: ...
    @property
    def commission(self) -> Decimal: ...
    @property
    def time_ms(self) -> int: ...


class PositionView(Protocol):
    """One symbol's net position. `quantity` is negative for a short one, 0 for a closed one."""

    @property
    def symbol(self) -> str: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def average_price(self) -> Decimal: ...
    @property
    def updated_ms(self) -> int: ...


@dataclass(frozen=True, slots=True)
class PositionValuation:
    """The value of an open position at the last price.

    `price` is the one at which the position could be closed now, in the instrument's currency.
    `profit` is what that would yield, and `cost` what was paid or received for the position; both
    are in the account's currency."""

    price: Decimal
    profit: Decimal
    cost: Decimal


class CashLineView(Protocol):
    """One line of the cash ledger. `seq` is the event that caused it."""

    @property
    def seq(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def balance(self) -> Decimal: ...
    @property
    def at_ms(self) -> int: ...
    @property
    def symbol(self) -> str: ...
    @property
    def order_id(self) -> str: ...
    @property
    def execution_id(self) -> str: ...


class AccountSnapshot(Protocol):
    """One account's committed state. Money is in the account's currency.

    Read it before the next await: the venue may change the object behind it afterwards."""

    @property
    def account_id(self) -> str: ...
    @property
    def name(self) -> str:
        """The name that the account was given, or empty."""
        ...

    @property
    def currency(self) -> str: ...
    @property
    def seq(self) -> int:
        """The number of the account's last event; 1 for an account that no command has opened,
        because `accountOpened` will be its first event."""
        ...

    @property
    def balance(self) -> Decimal: ...
    @property
    def deposited(self) -> Decimal:
        """The balance at the opening or the last reset, and what was paid in since then, less what
        was withdrawn."""
        ...

    @property
    def realized_pl(self) -> Decimal: ...
    @property
    def realized_pl_today(self) -> Decimal:
        """What was realized since 00:00 UTC of the market's present, or since a later reset."""
        ...

    @property
    def kill_switch(self) -> KillSwitch:
        """The switch that stops the account from trading."""
        ...

    def live_orders(self) -> Sequence[OrderView]:
        """Return the orders that may still change, the oldest first."""
        ...

    def position(self, symbol: str) -> PositionView | None:
        """Return the open position in a symbol, or None."""
        ...

    def positions(self) -> Collection[PositionView]:
        """Return the open positions."""
        ...

    def position_brackets(self, symbol: str) -> Sequence[OrderView]:
        """Return the working bracket of each type that was placed last for a position."""
        ...

    def equity(self) -> Decimal:
        """Return balance plus unrealized profit at the last prices."""
        ...

    def used_margin(self) -> Decimal:
        """Return the margin that positions and open orders use."""
        ...

    def maintenance_margin(self) -> Decimal | None:
        """Return the equity below which the venue closes positions, or None where it is not known
        to do that."""
        ...

    def valuation(self, position: PositionView) -> PositionValuation | None:
        """Return an open position's value at the last price, or None without a price."""
        ...

    def leverage(self, symbol: str) -> Decimal:
        """Return the leverage of a symbol."""
        ...

    @property
    def leverage_max(self) -> Decimal:
        """The highest leverage that the venue accepts."""
        ...

    def conversion_rate(self, currency: str) -> Decimal | None:
        """Return the value of one unit of `currency`, or None while it is unknown."""
        ...
