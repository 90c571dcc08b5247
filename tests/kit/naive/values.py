"""The orders, positions and prices of the naive exchange, as exact fractions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from trading_api.domain.orders import NO_BRACKETS, Brackets, Duration, OrderType, Side, Trail
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.touch import Touch

INACTIVE, PLACING, WORKING = "INACTIVE", "PLACING", "WORKING"

FILLED, CANCELED = "FILLED", "CANCELED"

ZERO = Fraction(0)

LARGEST = Fraction(10**12)

STALLED_MS = 5_000


class Rejected(Exception):
    """A rejection; its text is the code."""


@dataclass
class NaiveOrder:
    id: str
    symbol: str
    side: Side
    type: OrderType
    quantity: Fraction
    sequence: int
    limit: Fraction | None = None
    stop: Fraction | None = None
    trail: Trail | None = None
    duration: Duration = Duration.GTC
    expires_ms: int | None = None
    arrives_ms: int = 0
    brackets: Brackets = NO_BRACKETS
    reduce_only: bool = False
    is_bracket: bool = False
    is_liquidation: bool = False
    is_reversal: bool = False
    parent_id: str = ""
    client_id: str = ""
    status: str = WORKING
    reserve: Fraction = ZERO
    cost: Fraction = ZERO
    filled: Fraction = ZERO
    value: Fraction = ZERO
    accrued: Fraction = ZERO
    traded_ms: int = 0
    is_triggered: bool = False
    is_resting: bool = False

    @property
    def is_live(self) -> bool:
        return self.status in (INACTIVE, PLACING, WORKING)

    @property
    def remaining(self) -> Fraction:
        return self.quantity - self.filled

    @property
    def awaits_trigger(self) -> bool:
        return self.stop is not None and not self.is_triggered


@dataclass
class NaivePosition:
    quantity: Fraction = ZERO
    cost: Fraction = ZERO
    rounding_carry: Fraction = ZERO
    account_cost: Fraction = ZERO
    rate: Fraction = Fraction(1)


@dataclass(frozen=True)
class NaiveExecution:
    order_id: str
    price: Fraction
    quantity: Fraction
    realized: Fraction
    commission: Fraction


def check_prices(prices: Iterable[Decimal | None], market: Market) -> None:
    given = [Fraction(each) for each in prices if each is not None]
    if any(price <= 0 for price in given):
        raise Rejected("price_not_positive")
    if any(price > LARGEST for price in given):
        raise Rejected("price_too_large")
    if any(price % Fraction(market.tick_size) for price in given):
        raise Rejected("price_off_tick")


def indicative_price(mark: Touch | None, side: Side) -> Fraction | None:
    """Return about what an order of `side` trades at: the other price where its own is missing."""
    if mark is None:
        return None
    own, other = mark.price(side), mark.price(side.opposite)
    return Fraction(own if own > 0 else other)


def entry_price(order: NaiveOrder, market: Market) -> Fraction | None:
    if order.limit is not None:
        return order.limit
    return order.stop if order.stop is not None else indicative_price(market.mark, order.side)


def stop_behind(price: Fraction | None, side: Side, trail: Trail, market: Market) -> Fraction:
    assert price is not None
    return max(price + Fraction(trail.distance) * side, Fraction(market.tick_size))


def behind(touch: Touch, side: Side, trail: Trail, market: Market) -> Fraction:
    return stop_behind(Fraction(touch.price(side)), side, trail, market)


def is_fillable(order: NaiveOrder, touch: Touch) -> bool:
    if order.awaits_trigger or not touch.is_tradable(order.side):
        return False
    return (
        order.limit is None or (order.limit - Fraction(touch.price(order.side))) * order.side >= 0
    )


def rest_if_away(order: NaiveOrder, touch: Touch) -> None:
    """Mark a limit order as resting when the touch stands away from its limit."""
    if order.status != WORKING or order.limit is None:
        return
    shows = touch.is_tradable(order.side)
    if shows and not order.awaits_trigger and not is_fillable(order, touch):
        order.is_resting = True


def asks_for_no_more(order: NaiveOrder, before: NaiveOrder) -> bool:
    """Return whether a modified order is neither larger than before nor nearer to the market."""
    if order.quantity > before.quantity:
        return False
    better = ZERO if order.limit is None else order.limit - (before.limit or ZERO)
    if better * order.side > 0:
        return False
    if order.stop is None or before.stop is None or order.is_triggered:
        return True
    return (order.stop - before.stop) * order.side >= 0


def price_time_priority(order: NaiveOrder) -> tuple[bool, Fraction, int]:
    """Sort market orders first, then the better limit, then the older order."""
    return (
        order.limit is not None,
        ZERO if order.limit is None else -order.limit * order.side,
        order.sequence,
    )


def closable_by(position: NaivePosition, side: Side) -> Fraction:
    """Return how much of the position an order of `side` can close."""
    return abs(position.quantity) if position.quantity * side < 0 else ZERO


def exposure(position: NaivePosition) -> Fraction:
    return abs(position.account_cost)


def side_of(position: NaivePosition) -> Side:
    return Side.BUY if position.quantity > 0 else Side.SELL


def with_leg(brackets: Brackets, leg: NaiveOrder) -> Brackets:
    """Return the brackets with the price of a leg that was changed."""
    if leg.limit is not None:
        return replace(brackets, take_profit=to_decimal(leg.limit))
    assert leg.stop is not None
    stop_loss = None if leg.trail else to_decimal(leg.stop)
    return replace(brackets, stop_loss=stop_loss, trail=leg.trail)


def to_decimal(price: Fraction) -> Decimal:
    return Decimal(price.numerator) / Decimal(price.denominator)


def to_money(value: Fraction) -> Fraction:
    """Round half-even to eight decimals."""
    return Fraction(round(value * 10**8), 10**8)
