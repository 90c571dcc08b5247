"""The touch (top of book) that an account trades with, and how much of it the account used up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from msgspec import Struct

from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.money import ZERO


@dataclass(frozen=True, slots=True)
class Touch:
    """The touch of a symbol: its best bid and ask, with the sizes displayed there.

    A price or a size of 0 is not displayed. `rate` converts one unit of the instrument's currency
    into the account's currency."""

    symbol: str
    time_ms: int
    bid: Decimal
    ask: Decimal
    bid_size: Decimal
    ask_size: Decimal
    rate: Decimal

    @property
    def is_crossed(self) -> bool:
        """Whether the bid is above the ask."""
        return 0 < self.ask < self.bid

    def price(self, side: Side) -> Decimal:
        """Return the price that an order of `side` takes: buys take the ask, sells the bid."""
        return self.ask if side is Side.BUY else self.bid

    def indicative_price(self, side: Side) -> Decimal:
        """Return about what an order of `side` would trade at.

        It is the price of the other side where that of `side` is not displayed."""
        price = self.price(side)
        return price if price > 0 else self.price(side.opposite)

    @property
    def has_price(self) -> bool:
        """Whether a bid or an ask is displayed."""
        return self.bid > 0 or self.ask > 0

    def size(self, side: Side) -> Decimal:
        """Return the size displayed for an order of `side`."""
        return self.ask_size if side is Side.BUY else self.bid_size

    def is_tradable(self, side: Side) -> bool:
        """Return whether an order of `side` finds a price and a size. A crossed touch has none."""
        if side is Side.BUY:
            return self.ask > 0 and self.ask_size > 0 and not self.is_crossed
        return self.bid > 0 and self.bid_size > 0 and not self.is_crossed


class LiquidityUsed(Struct, frozen=True, gc=False):
    """How much one account bought and sold of the touch with this time and these prices."""

    time_ms: int
    bid: Decimal
    ask: Decimal
    bought: Decimal = ZERO
    sold: Decimal = ZERO

    def taken(self, side: Side) -> Decimal:
        """Return what orders of `side` have used up."""
        return self.bought if side is Side.BUY else self.sold


def liquidity_used_of(touch: Touch, last: LiquidityUsed | None) -> LiquidityUsed:
    """Return `last` if it belongs to this touch, else that nothing of the touch is used."""
    key = (touch.time_ms, touch.bid, touch.ask)
    if last is not None and (last.time_ms, last.bid, last.ask) == key:
        return last
    return LiquidityUsed(*key)


def use_liquidity(used: LiquidityUsed, side: Side, quantity: Decimal) -> LiquidityUsed:
    """Return what is used after a fill of `quantity` on `side`."""
    bought, sold = used.bought, used.sold
    if side is Side.BUY:
        bought += quantity
    else:
        sold += quantity
    return LiquidityUsed(used.time_ms, used.bid, used.ask, bought, sold)
