"""Compares the trades that a client received with the venue's own log."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

MATCHED_IN_A_ROW = 3
"""So many trades have to agree before a place in the log counts as found."""

_SEARCHED_MAX = 100_000


class Tape:
    """The trades of one symbol in columns, oldest first. `arrived_us` is 0 in the venue's log."""

    def __init__(self) -> None:
        self.ids = array("q")
        self.times_ms = array("q")
        self.prices = array("d")
        self.quantities = array("d")
        self.arrived_us = array("q")

    def __len__(self) -> int:
        return len(self.times_ms)

    def add(
        self, trade_id: int, time_ms: int, price: float, quantity: float, arrived_us: int = 0
    ) -> None:
        self.ids.append(trade_id)
        self.times_ms.append(time_ms)
        self.prices.append(price)
        self.quantities.append(quantity)
        self.arrived_us.append(arrived_us)

    def is_same(self, row: int, other: Tape, other_row: int, count: int = 1) -> bool:
        """Return whether `count` trades from these rows on agree, as far as both tapes go."""
        end, other_end = row + count, other_row + count
        return (
            self.prices[row:end] == other.prices[other_row:other_end]
            and self.quantities[row:end] == other.quantities[other_row:other_end]
        )


@dataclass(frozen=True, slots=True)
class Gap:
    """Trades of the log that were not received, before the one with the time."""

    count: int
    time_ms: int


@dataclass
class Verdict:
    """`first` is the row of the log at which the client began. `rows` pairs each received trade
    with its row in the log, or -1 where it is not in it or came twice."""

    first: int
    rows: array[int] = field(default_factory=lambda: array("q"))
    gaps: list[Gap] = field(default_factory=list)
    unexpected: int = 0

    @property
    def missing(self) -> int:
        return sum(gap.count for gap in self.gaps)


def judge(log: Tape, received: Tape) -> Verdict:
    """Return how what was received differs from the log, from the first received trade on."""
    row = _find(log, received, 0, 0, len(log))
    verdict = Verdict(max(0, row))
    for number in range(len(received)):
        if row < len(log) and received.is_same(number, log, row):
            verdict.rows.append(row)
            row += 1
            continue
        found = _find(log, received, number, row + 1, row + _SEARCHED_MAX)
        if found < 0:
            verdict.unexpected += 1
            verdict.rows.append(-1)
            continue
        verdict.gaps.append(Gap(found - row, log.times_ms[found]))
        verdict.rows.append(found)
        row = found + 1
    if row < len(log):
        verdict.gaps.append(Gap(len(log) - row, log.times_ms[-1]))
    return verdict


def _find(log: Tape, received: Tape, number: int, start: int, end: int) -> int:
    """Return the row of the log at which the received trades from `number` on are, or -1."""
    count = min(MATCHED_IN_A_ROW, len(received) - number)
    for row in range(start, min(end, len(log) - count + 1)):
        if received.is_same(number, log, row, count):
            return row
    return -1


def read_log(path: Path) -> dict[str, Tape]:
    """Return the trades of the venue's log by symbol."""
    tapes: dict[str, Tape] = {}
    with path.open("rb") as file:
        for line in file:
            symbol, trade_id, price, quantity, time_ms, _ = orjson.loads(line)
            tapes.setdefault(symbol, Tape()).add(trade_id, time_ms, float(price), float(quantity))
    return tapes


def percentile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0
