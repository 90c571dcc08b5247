"""The documents of Alpaca's trading API, as far as they are read.

They are read from what alpaca-py returns as raw data. Its own models hold some amounts as floats,
and refuse an order or an event whose status they do not know yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ENDED = frozenset({"filled", "canceled", "expired", "rejected", "replaced"})
"""The states in which an order never changes again."""


class AlpacaOrderDocument(Struct, frozen=True):
    """An order. `replaces` and `replaced_by` are ids of other orders, and `quantity` is None for an
    order of an amount of money. An option strategy of several legs has no symbol and no side."""

    id: str
    client_order_id: str
    status: str
    time_in_force: str
    side: str | None = None
    symbol: str | None = None
    type: str | None = None
    order_class: str = ""
    quantity: Decimal | None = field(default=None, name="qty")
    filled_quantity: Decimal | None = field(default=None, name="filled_qty")
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    submitted_at: str | None = None
    updated_at: str | None = None
    replaces: str | None = None
    replaced_by: str | None = None
    legs: list[AlpacaOrderDocument] | None = None

    @property
    def filled(self) -> Decimal:
        return self.filled_quantity or Decimal(0)

    @property
    def is_strategy(self) -> bool:
        """Whether the order is one of several options, which no report describes."""
        return not self.symbol or not self.side

    @property
    def is_ended(self) -> bool:
        return self.status in ENDED


class AlpacaTradeUpdate(Struct, frozen=True):
    """An event of the stream `trade_updates`. `price` and `quantity` are those of a fill."""

    event: str
    order: AlpacaOrderDocument
    timestamp: str | None = None
    price: Decimal | None = None
    quantity: Decimal | None = field(default=None, name="qty")
    reason: str | None = None


class AlpacaFill(Struct, frozen=True):
    """An account activity of the type FILL."""

    id: str
    order_id: str
    symbol: str
    side: str
    transaction_time: str
    price: Decimal
    quantity: Decimal = field(name="qty")
    cumulative_quantity: Decimal = field(name="cum_qty")
    remaining_quantity: Decimal = field(default=Decimal(0), name="leaves_qty")


class AlpacaPosition(Struct, frozen=True):
    """An open position. The quantity of a short one is negative."""

    symbol: str
    average_price: Decimal = field(name="avg_entry_price")
    quantity: Decimal = field(name="qty")
    side: str = "long"


class AlpacaAccountDocument(Struct, frozen=True):
    """The account: its state, and its money."""

    status: str
    cash: Decimal
    currency: str | None = None
    non_marginable_buying_power: Decimal | None = None
    trading_blocked: bool = False
    account_blocked: bool = False
    trade_suspended_by_user: bool = False

    @property
    def can_trade(self) -> bool:
        """Whether Alpaca takes orders of the account at all."""
        is_blocked = self.trading_blocked or self.account_blocked or self.trade_suspended_by_user
        return self.status == "ACTIVE" and not is_blocked


class AlpacaClock(Struct, frozen=True):
    """The time of the venue, and whether the market of US stocks is open."""

    timestamp: str
    is_open: bool


def read_document(raw: Any, type: type[T]) -> T:
    """Return a document from parsed JSON. Raises msgspec.ValidationError."""
    return msgspec.convert(raw, type, strict=False)


def milliseconds(time: str | None) -> int:
    """Return the milliseconds since 1970 of a time such as 2026-03-02T14:30:00.123456789Z, rounded
    down, and 0 for none. Raises ValueError."""
    if not time:
        return 0
    return (datetime.fromisoformat(time) - _EPOCH) // timedelta(milliseconds=1)
