"""What an order is asked to be: side, type, duration, brackets, and the whole request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import IntEnum, StrEnum


class Side(IntEnum):
    """The direction of an order or a position; the value is the sign of its quantity."""

    BUY = 1
    SELL = -1

    @property
    def opposite(self) -> Side:
        """The other side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(IntEnum):
    """The four order types, with TradingView's numbers."""

    LIMIT = 1
    MARKET = 2
    STOP = 3
    STOP_LIMIT = 4

    @property
    def has_limit(self) -> bool:
        """Whether orders of this type have a limit price."""
        return self is OrderType.LIMIT or self is OrderType.STOP_LIMIT

    @property
    def has_stop(self) -> bool:
        """Whether orders of this type have a stop price or a trail."""
        return self is OrderType.STOP or self is OrderType.STOP_LIMIT


class OrderStatus(IntEnum):
    """The state of an order, with TradingView's numbers.

    PLACING orders are on their way to the market. REJECTED orders were not accepted by a real
    venue. INACTIVE orders are brackets that have nothing
    to protect yet, or whose position is being reversed."""

    CANCELED = 1
    FILLED = 2
    INACTIVE = 3
    PLACING = 4
    REJECTED = 5
    WORKING = 6

    @property
    def is_terminal(self) -> bool:
        """Whether an order of this status never changes again."""
        return self in _TERMINAL


_TERMINAL = (OrderStatus.CANCELED, OrderStatus.FILLED, OrderStatus.REJECTED)


class Duration(StrEnum):
    """How long an order stays in the market (its time in force)."""

    DAY = "DAY"
    GTC = "GTC"
    GTD = "GTD"
    IOC = "IOC"
    FOK = "FOK"

    @property
    def is_immediate(self) -> bool:
        """Whether the part that does not fill on arrival is canceled."""
        return self is Duration.IOC or self is Duration.FOK

    @property
    def has_expiry(self) -> bool:
        """Whether the order ends at a time of its own."""
        return self is Duration.DAY or self is Duration.GTD


@dataclass(frozen=True, slots=True)
class Trail:
    """How far a trailing stop stays behind the best price of its side.

    `pips` is the distance as the client sent it, `distance` the same in price."""

    pips: Decimal
    distance: Decimal


@dataclass(frozen=True, slots=True)
class Brackets:
    """The take-profit and stop-loss prices that protect an order or a position.

    A `trail` takes the place of `stop_loss`: its stop follows the market."""

    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    trail: Trail | None = None


NO_BRACKETS = Brackets()


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What a client wants an order to be, when it places or modifies one.

    `expires_ms` ends DAY and GTD orders. A request without a duration means GTC for a new order,
    and no change for an existing one. `trail` makes a stop order follow the market."""

    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail: Trail | None = None
    duration: Duration | None = None
    expires_ms: int | None = None
    brackets: Brackets = NO_BRACKETS
    reduce_only: bool = False
    client_id: str = ""

    def normalized(self) -> OrderRequest:
        """Return the request without the fields that its type and duration do not use.

        Terminals send these fields with values of an earlier choice."""
        has_stop = self.type.has_stop
        limit_price = self.limit_price if self.type.has_limit else None
        stop_price = self.stop_price if has_stop and self.trail is None else None
        trail = self.trail if has_stop else None
        expires_ms = self.expires_ms if self.duration and self.duration.has_expiry else None
        used = (limit_price, stop_price, trail, expires_ms)
        if used == (self.limit_price, self.stop_price, self.trail, self.expires_ms):
            return self
        return replace(
            self,
            limit_price=limit_price,
            stop_price=stop_price,
            trail=trail,
            expires_ms=expires_ms,
        )
