"""Recorded ticks of one symbol, in columns of integers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag
from fractions import Fraction
from math import lcm

import numpy as np
import numpy.typing as npt

from trading_api.domain.instrument import Instrument

Int64s = npt.NDArray[np.int64]


_NUMBER_MAX = 1 << 62


class TickFlag(IntFlag):
    """What a tick reports.

    TOUCH: a bid or ask, or its size, changed. LAST: the last price changed. TRADE: something
    traded at the last price. NUMBER and TEXT: the venue's trade id, as a number or a text.
    VENUE_TIME: the venue's time differs from the market's. BUYER, SELLER: the trade's aggressor.

    START: the recording begins, or begins again after a time in which nothing was recorded; its
    tick has the newest quote. LOST: no prices come from now on, for the reason in the text.
    RESTORED: they come again. MARK: the tick has no quote of its own and repeats the one before; it
    is LOST or RESTORED."""

    TOUCH = 1
    LAST = 2
    TRADE = 4
    NUMBER = 8
    TEXT = 16
    VENUE_TIME = 32
    BUYER = 64
    SELLER = 128
    START = 256
    LOST = 512
    RESTORED = 1024
    MARK = 2048


NO_MARK = TickFlag(0)

IN_BARS = TickFlag.LAST | TickFlag.TRADE | TickFlag.START
"""The flags of ticks whose last price belongs to a bar."""


@dataclass(slots=True)
class Tick:
    """One tick. Prices are in the instrument's ticks, sizes in units of `1 / size_scale`.

    `trade_number` or `text` is the venue's id of a trade; `text` of LOST is the reason.
    `venue_ms` is the venue's own time of a trade."""

    flags: int
    time_ms: int
    bid: int
    ask: int
    bid_size: int
    ask_size: int
    last: int
    last_size: int = 0
    trade_number: int = 0
    venue_ms: int = 0
    text: str = ""

    def fits(self) -> bool:
        """Return whether all numbers can be recorded."""
        numbers = (self.bid, self.ask, self.bid_size, self.ask_size, self.last, self.last_size)
        return all(-_NUMBER_MAX < each < _NUMBER_MAX for each in (self.time_ms, *numbers))


@dataclass(frozen=True, slots=True, eq=False)
class TickColumns:
    """Consecutive ticks. Every column has a value for each tick: what did not change is repeated.
    `last_size`, `trade_number` and `text` are 0 and empty where the flags do not name them."""

    flags: Int64s
    time_ms: Int64s
    bid: Int64s
    ask: Int64s
    bid_size: Int64s
    ask_size: Int64s
    last: Int64s
    last_size: Int64s
    trade_number: Int64s
    venue_ms: Int64s
    texts: Sequence[str]

    def __len__(self) -> int:
        return len(self.flags)

    def ticks(self) -> list[Tick]:
        return list(map(Tick, *(column.tolist() for column in self._numbers()), self.texts))

    def tick(self, row: int) -> Tick:
        (tick,) = map(Tick, *([int(column[row])] for column in self._numbers()), [self.texts[row]])
        return tick

    def _numbers(self) -> tuple[Int64s, ...]:
        """Return the columns of numbers, in the order of the fields of Tick."""
        return (
            self.flags,
            self.time_ms,
            self.bid,
            self.ask,
            self.bid_size,
            self.ask_size,
            self.last,
            self.last_size,
            self.trade_number,
            self.venue_ms,
        )


def size_scale(instrument: Instrument) -> int:
    """Return the scale in which order sizes and traded volumes are whole numbers."""
    return lcm(instrument.volume_scale, Fraction(instrument.quantity_step).denominator)
