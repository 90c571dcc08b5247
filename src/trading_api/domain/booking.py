"""What one event of an account does to its cash and its positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from trading_api.domain.orders import Side

ZERO = Decimal(0)
ONE = Decimal(1)


class BookingKind(StrEnum):
    """Why cash or a position changes.

    An `ADJUSTMENT` is a change of a position without a fill, because the venue holds another one:
    it counts as a trade. A `SETTLEMENT` ends a position at a stated price. A `RESET` removes all
    positions, and sets the balance."""

    OPENING = "opening"
    DEPOSIT = "deposit"
    FILL = "fill"
    ADJUSTMENT = "adjustment"
    SETTLEMENT = "settlement"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Booking:
    """One event that changes cash or a position. `seq` is its number.

    `amount` is what is paid in, negative for a withdrawal; of an opening and a reset it is the new
    balance. `price` is in the currency of the instrument, and `rate` converts it. All money is in
    the account's currency. A fill, an adjustment and a settlement have a `symbol`; the first two
    also a `side` and a `quantity`."""

    seq: int
    kind: BookingKind
    time_ms: int
    amount: Decimal = ZERO
    symbol: str = ""
    side: Side = Side.BUY
    quantity: Decimal = ZERO
    price: Decimal = ZERO
    rate: Decimal = ONE
    realized_pl: Decimal = ZERO
    commission: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class HeldPosition:
    """A position that an account held when its records begin. `quantity` is negative for a short
    one. `rate` converts its price."""

    symbol: str
    quantity: Decimal
    average_price: Decimal
    rate: Decimal
    updated_ms: int


@dataclass(frozen=True, slots=True)
class RemovedRecords:
    """What is left of the records of an account up to its event `seq`, which were removed: the time
    of that event, the balance and the positions after it."""

    seq: int
    time_ms: int
    balance: Decimal
    positions: Sequence[HeldPosition]
