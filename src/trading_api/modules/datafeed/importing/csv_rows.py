"""The rows of one symbol in one file, and what is wrong with them."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from pathlib import Path

from trading_api.modules.datafeed.storage.errors import RecordingError

FAULTS_KEPT_MAX = 20


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that cannot be imported as it is, and why. Nothing is repaired. `place` is what the
    number counts: lines, or rows of a file without lines."""

    path: Path
    line: int
    what: str
    place: str = "line"

    def __str__(self) -> str:
        return f"{self.path}, {self.place} {self.line}: {self.what}."


class FaultyRowsError(RecordingError):
    """Rows of a file cannot be imported. `faults` are the first ones by line, `count` is the number
    of all."""

    def __init__(self, faults: list[RowFault], count: int) -> None:
        super().__init__(str(faults[0]))
        self.faults = faults
        self.count = count

    @classmethod
    def raise_for(cls, faults: list[RowFault]) -> None:
        """Raise this error where there are faults."""
        if faults:
            raise cls(faults[:FAULTS_KEPT_MAX], len(faults))


@dataclass(slots=True, eq=False)
class CsvRows:
    """One symbol's rows in the order of the file.

    `written_ms` is the time as its digits stand, without their offset from UTC. `later_ms` is how
    much later the instant is if it lies in the second of two hours that are written alike. A tick
    has its price in all four columns; of a bid and an ask, the bid is the low and the ask the
    high. `carried` lists the numbers of rows with one side of a quote; the other is the last one
    before. `unpriced` lists the lines without any price, which are left out, and `unpriced_ms` the
    times of those that have one. `rounded` counts the numbers of computed floats, which are rounded
    to as many decimals as can be kept. `needed_zone` is set if times had no offset from UTC."""

    path: Path
    are_ticks: bool
    has_ask: bool
    has_volume: bool
    place: str = "line"
    line: array[int] = field(default_factory=lambda: array("q"))
    time_ms: array[int] = field(default_factory=lambda: array("q"))
    written_ms: array[int] = field(default_factory=lambda: array("q"))
    later_ms: array[int] = field(default_factory=lambda: array("q"))
    open: array[float] = field(default_factory=lambda: array("d"))
    high: array[float] = field(default_factory=lambda: array("d"))
    low: array[float] = field(default_factory=lambda: array("d"))
    close: array[float] = field(default_factory=lambda: array("d"))
    volume: array[float] = field(default_factory=lambda: array("d"))
    carried: array[int] = field(default_factory=lambda: array("q"))
    unpriced: list[int] = field(default_factory=list)
    unpriced_ms: array[int] = field(default_factory=lambda: array("q"))
    rounded: int = 0
    needed_zone: bool = False

    def __len__(self) -> int:
        return len(self.line)

    def fault(self, number: int, what: str) -> RowFault:
        """Return a fault of the row with that number."""
        return RowFault(self.path, self.line[number], what, self.place)
