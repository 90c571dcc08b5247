"""Netting positions: one for each symbol, with the exact cost basis."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from msgspec import Struct

from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.money import (
    COST_STEP,
    EXACT,
    MONEY_STEP,
    ONE,
    ZERO,
    rounded,
)


class Position(Struct, frozen=True, gc=False):
    """What an account holds of one symbol.

    A short position has a negative quantity and a negative cost. `rounding_carry` is realised P&L
    that rounding held back; the next reduction books it, so that the parts of a round trip add up.
    `rate` is that of the last fill. `account_cost` is the cost in the account's currency, each fill
    at its own rate; events of an earlier version have none, and convert all at `rate`."""

    symbol: str
    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    rounding_carry: Decimal = ZERO
    rate: Decimal = ONE
    updated_ms: int = 0
    account_cost: Decimal | None = None

    @property
    def average_price(self) -> Decimal:
        """The average price of what is held, or 0 when the position is flat."""
        return EXACT.divide(self.cost, self.quantity) if self.quantity else ZERO

    @property
    def side(self) -> Side:
        """BUY for a long or a flat position, SELL for a short one."""
        return Side.BUY if self.quantity >= 0 else Side.SELL

    @property
    def exposure(self) -> Decimal:
        """What was paid or received for the position, in the account's currency."""
        return abs(_account_cost(self))

    def closable_by(self, side: Side) -> Decimal:
        """Return how much of the position an order of `side` can close."""
        return abs(self.quantity) if self.quantity * side < 0 else ZERO


@dataclass(frozen=True, slots=True)
class FillResult:
    """The position after a fill, and the P&L that the fill realizes in the account's currency."""

    position: Position
    realized_pl: Decimal


def apply_fill(
    position: Position, side: Side, quantity: Decimal, price: Decimal, rate: Decimal, at_ms: int
) -> FillResult:
    """Return what a fill makes of the position.

    The part against the position closes it and realizes P&L; the rest opens or adds to it."""
    change = quantity * side
    closed = closed_quantity(position.quantity, change)
    released = released_cost(position, closed)
    account_cost = _account_cost(position)
    released_account_cost = _share(account_cost, closed, position.quantity)
    opened = change + closed
    due = rounded((closed * price - released) * rate, COST_STEP) + position.rounding_carry
    realized_pl = rounded(due, MONEY_STEP)
    return FillResult(
        Position(
            symbol=position.symbol,
            quantity=position.quantity + change,
            cost=position.cost - released + opened * price,
            rounding_carry=due - realized_pl,
            rate=rate,
            updated_ms=at_ms,
            account_cost=account_cost - released_account_cost + opened * price * rate,
        ),
        realized_pl,
    )


def closed_quantity(held: Decimal, change: Decimal) -> Decimal:
    """Return how much of `held` the change closes, with the sign of `held`."""
    if held * change >= 0:
        return ZERO
    return min(held, -change) if held > 0 else max(held, -change)


def released_cost(position: Position, closed: Decimal) -> Decimal:
    """Return the closed share of the cost. What rounding leaves stays in the position's cost."""
    return _share(position.cost, closed, position.quantity)


def ends_position(before: Position, after: Position) -> bool:
    """Return whether a fill ended the position: it is flat now, or on the other side."""
    return before.quantity != 0 and before.quantity * after.quantity <= 0


def unrealized_pl(position: Position, bid: Decimal, ask: Decimal, rate: Decimal) -> Decimal:
    """Return the P&L of closing the position now, a long one at the bid, a short one at the ask.

    Equity therefore does not jump when the position is closed."""
    price = bid if position.quantity > 0 else ask
    profit = EXACT.subtract(EXACT.multiply(position.quantity, price), position.cost)
    return rounded(EXACT.multiply(profit, rate), MONEY_STEP)


def _account_cost(position: Position) -> Decimal:
    if position.account_cost is None:
        return position.cost * position.rate
    return position.account_cost


def _share(cost: Decimal, closed: Decimal, quantity: Decimal) -> Decimal:
    if closed == quantity:
        return cost
    return rounded(cost * closed / quantity, COST_STEP) if closed else ZERO
