"""The order book of one symbol: users' orders and anonymous liquidity, by price and time."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

Side = Literal["BUY", "SELL"]

ZERO = Decimal(0)


def other(side: Side) -> Side:
    return "SELL" if side == "BUY" else "BUY"


@dataclass(slots=True)
class RestingOrder:
    """A user's order in the book."""

    order_id: int
    price: Decimal
    remaining: Decimal


class Fill(NamedTuple):
    """A quantity taken at a price. `maker_id` is None where anonymous liquidity was taken."""

    maker_id: int | None
    price: Decimal
    quantity: Decimal


class BookSide:
    """The bids or the asks. At one price, users' orders come before anonymous liquidity."""

    def __init__(self, side: Side) -> None:
        self._sign = 1 if side == "BUY" else -1
        self._keys: list[Decimal] = []  # signed prices, the best last
        self._anonymous: dict[Decimal, Decimal] = {}
        self._orders: dict[Decimal, list[RestingOrder]] = {}

    def best_price(self) -> Decimal | None:
        return self._keys[-1] * self._sign if self._keys else None

    def prices(self) -> list[Decimal]:
        """Return the prices, best first."""
        return [key * self._sign for key in reversed(self._keys)]

    def quantity(self, price: Decimal) -> Decimal:
        orders = self._orders.get(price, ())
        return self._anonymous.get(price, ZERO) + sum((each.remaining for each in orders), ZERO)

    def anonymous(self, price: Decimal) -> Decimal:
        return self._anonymous.get(price, ZERO)

    def set_anonymous(self, price: Decimal, quantity: Decimal) -> None:
        self._anonymous[price] = quantity
        self._list(price)

    def add(self, order: RestingOrder) -> None:
        self._orders.setdefault(order.price, []).append(order)
        self._list(order.price)

    def remove(self, order: RestingOrder) -> None:
        self._orders[order.price].remove(order)
        self._list(order.price)

    def first(self, price: Decimal) -> RestingOrder | None:
        """Return the oldest user's order at a price."""
        orders = self._orders.get(price)
        return orders[0] if orders else None

    def take(self, price: Decimal, quantity_max: Decimal) -> Fill:
        """Take at most `quantity_max` of what is first in line at a price."""
        maker = self.first(price)
        if maker is None:
            quantity = min(quantity_max, self._anonymous[price])
            self.set_anonymous(price, self._anonymous[price] - quantity)
            return Fill(None, price, quantity)
        quantity = min(quantity_max, maker.remaining)
        maker.remaining -= quantity
        if not maker.remaining:
            self.remove(maker)
        return Fill(maker.order_id, price, quantity)

    def _list(self, price: Decimal) -> None:
        """List the price if there is a quantity at it, else remove it."""
        key = price * self._sign
        index = bisect_left(self._keys, key)
        is_listed = index < len(self._keys) and self._keys[index] == key
        if self.quantity(price):
            if not is_listed:
                insort(self._keys, key)
            return
        if is_listed:
            del self._keys[index]
        self._anonymous.pop(price, None)
        self._orders.pop(price, None)


class Changes(NamedTuple):
    """The levels that changed between two updates, each with its quantity now."""

    first_id: int
    last_id: int
    bids: dict[Decimal, Decimal]
    asks: dict[Decimal, Decimal]


class Book:
    """Both sides of one symbol. Each change of a level increases `update_id` by one."""

    def __init__(self) -> None:
        self.sides: dict[Side, BookSide] = {"BUY": BookSide("BUY"), "SELL": BookSide("SELL")}
        self.update_id = 1_000
        self._collected_id = self.update_id
        self._changed: dict[Side, set[Decimal]] = {"BUY": set(), "SELL": set()}

    def best(self, side: Side) -> tuple[Decimal, Decimal] | None:
        """Return the best price of a side and the quantity there."""
        price = self.sides[side].best_price()
        return None if price is None else (price, self.sides[side].quantity(price))

    def depth(self, side: Side, limit: int) -> list[tuple[Decimal, Decimal]]:
        prices = self.sides[side].prices()[:limit]
        return [(price, self.sides[side].quantity(price)) for price in prices]

    def set_level(self, side: Side, price: Decimal, quantity: Decimal) -> None:
        """Set the anonymous quantity at a price; zero removes it."""
        if self.sides[side].anonymous(price) != quantity:
            self.sides[side].set_anonymous(price, quantity)
            self._touch(side, price)

    def clear(self, side: Side) -> None:
        """Remove all anonymous quantity of a side."""
        for price in self.sides[side].prices():
            self.set_level(side, price, ZERO)

    def add(self, side: Side, order: RestingOrder) -> None:
        self.sides[side].add(order)
        self._touch(side, order.price)

    def remove(self, side: Side, order: RestingOrder) -> None:
        self.sides[side].remove(order)
        self._touch(side, order.price)

    def match(
        self, taker: Side, limit: Decimal | None, quantity: Decimal, *, users_only: bool = False
    ) -> list[Fill]:
        """Take up to `quantity` from the other side, best price first, no worse than `limit`.

        With `users_only` anonymous liquidity is skipped over and stays.
        """
        resting = self.sides[other(taker)]
        fills: list[Fill] = []
        for price in resting.prices():
            if not quantity or not crosses(taker, price, limit):
                break
            while quantity and (
                resting.first(price) or (not users_only and resting.quantity(price))
            ):
                fill = resting.take(price, quantity)
                quantity -= fill.quantity
                fills.append(fill)
                self._touch(other(taker), price)
        return fills

    def available(self, taker: Side, limit: Decimal | None) -> Decimal:
        """Return how much a taker could buy or sell no worse than `limit`."""
        resting = self.sides[other(taker)]
        prices = (price for price in resting.prices() if crosses(taker, price, limit))
        return sum((resting.quantity(price) for price in prices), ZERO)

    def changes(self) -> Changes | None:
        """Return what changed since the last call, or None."""
        if self.update_id == self._collected_id:
            return None
        first_id, self._collected_id = self._collected_id + 1, self.update_id
        bids, asks = (
            {price: self.sides[side].quantity(price) for price in sorted(changed)}
            for side, changed in self._changed.items()
        )
        self._changed = {"BUY": set(), "SELL": set()}
        return Changes(first_id, self.update_id, bids, asks)

    def _touch(self, side: Side, price: Decimal) -> None:
        self.update_id += 1
        self._changed[side].add(price)


def crosses(taker: Side, price: Decimal, limit: Decimal | None) -> bool:
    """Return whether a taker with this limit accepts the price."""
    if limit is None:
        return True
    return price <= limit if taker == "BUY" else price >= limit
