"""Bars and quotes whose prices move, as those of a market do.

Repeated ones would compress better."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from benchmarks import updates
from trading_api.models.market import Bar, QuoteData, QuoteValues

LENGTH = 50
"""How many updates of a symbol are made. Then they are repeated, far beyond any window."""

Data = TypeVar("Data")


class Cycle(Generic[Data]):
    """The updates of each symbol, made when the first of them is published."""

    def __init__(self, make: Callable[[int], Iterator[Data]]) -> None:
        self._make = make
        self._made: dict[int, Sequence[Data]] = {}
        self._turns: dict[int, int] = {}

    def next(self, number: int) -> Data:
        """Return the next update of a symbol."""
        made = self._made.get(number)
        if made is None:
            made = self._made[number] = list(self._make(number))
        turn = self._turns[number] = self._turns.get(number, 0) + 1
        return made[turn % LENGTH]


def bars(number: int) -> Iterator[Bar]:
    """Yield the forming bar of a symbol as its price moves."""
    walk = _Walk(number)
    open_ = high = low = walk.next()
    for _ in range(LENGTH):
        close = walk.next()
        high, low = max(high, close), min(low, close)
        time_ms = 1_790_000_040_000
        yield Bar(time=time_ms, open=open_, high=high, low=low, close=close, volume=walk.volume)


def quotes(number: int) -> Iterator[QuoteData]:
    """Yield the quotes of a symbol as its price moves."""
    walk, name = _Walk(number), updates.symbol(number)
    before = open_ = high = low = walk.next()
    for _ in range(LENGTH):
        last = walk.next()
        high, low = max(high, last), min(low, last)
        values = QuoteValues(
            lp=last,
            bid=round(last - 0.01, 2),
            ask=round(last + 0.01, 2),
            spread=0.02,
            open_price=open_,
            high_price=high,
            low_price=low,
            prev_close_price=before,
            volume=walk.volume,
            ch=round(last - before, 2),
            chp=round((last - before) / before * 100, 4),
            short_name=name,
            exchange="NASDAQ",
            description="A share of a company",
            original_name=f"NASDAQ:{name}",
        )
        yield QuoteData(s="ok", n=name, v=values)


class _Walk:
    """A random walk of a price, in steps of a cent, and the volume that was traded."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._cents = self._chance.randrange(1_000, 60_000)
        self.volume = 0.0

    def next(self) -> float:
        self._cents += self._chance.choice((-3, -2, -1, 1, 2, 3))
        self.volume += self._chance.randrange(1, 900)
        return self._cents / 100
