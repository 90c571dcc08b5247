"""The touch an account trades against, and what it has already taken of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.money import ZERO


@dataclass(frozen=True, slots=True)
class Touch:
    """`rate` is what one unit of the price's currency is worth in the account's."""

    symbol: str
    time_ms: int
    bid: Decimal
    ask: Decimal
    bid_size: Decimal
    ask_size: Decimal
    rate: Decimal

    @property
    def is_crossed(self) -> bool:
        return 0 < self.ask < self.bid

    def price(self, side: Side) -> Decimal:
        """What an order of `side` trades at: buys take the ask, sells the bid."""
        return self.ask if side is Side.BUY else self.bid

    def indicative_price(self, side: Side) -> Decimal:
        """About what an order of `side` would trade at: the other price where that isn't shown."""
        price = self.price(side)
        return price if price > 0 else self.price(side.opposite)

    @property
    def has_price(self) -> bool:
        return self.bid > 0 or self.ask > 0

    def size(self, side: Side) -> Decimal:
        return self.ask_size if side is Side.BUY else self.bid_size

    def is_tradable(self, side: Side) -> bool:
        """Whether it shows an order of `side` a price and a size; a crossed touch shows none."""
        return self.price(side) > 0 and self.size(side) > 0 and not self.is_crossed


@dataclass(frozen=True, slots=True)
class LiquidityUsed:
    """What one account bought and sold of the touch with this time and these prices."""

    time_ms: int
    bid: Decimal
    ask: Decimal
    bought: Decimal = ZERO
    sold: Decimal = ZERO

    def taken(self, side: Side) -> Decimal:
        return self.bought if side is Side.BUY else self.sold


def liquidity_used_of(touch: Touch, last: LiquidityUsed | None) -> LiquidityUsed:
    """`last` while the touch is still the same, else a fresh one."""
    key = (touch.time_ms, touch.bid, touch.ask)
    if last is not None and (last.time_ms, last.bid, last.ask) == key:
        return last
    return LiquidityUsed(*key)


def use_liquidity(used: LiquidityUsed, side: Side, quantity: Decimal) -> LiquidityUsed:
    bought, sold = used.bought, used.sold
    if side is Side.BUY:
        bought += quantity
    else:
        sold += quantity
    return LiquidityUsed(used.time_ms, used.bid, used.ask, bought, sold)
