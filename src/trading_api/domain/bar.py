"""The open, high, low, close and volume of one symbol within one interval."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import repeat


@dataclass(frozen=True, slots=True)
class Bar:
    """Prices are in ticks, `volume` in the instrument's volume units, `time_ms` is the start of
    the interval in milliseconds since 1970, UTC."""

    time_ms: int
    open: int
    high: int
    low: int
    close: int
    volume: int


def bars_from_columns(*columns: Sequence[int]) -> list[Bar]:
    """Return one bar for each position of six columns of one length, which are in the order of the
    fields.

    It takes less than half the time of the constructor, and is as frozen afterwards."""
    assert len({len(column) for column in columns}) == 1, "columns of one length"
    bars = list(map(object.__new__, repeat(Bar, len(columns[0]))))
    for set_field, column in zip(_SETTERS, columns, strict=True):
        deque(map(set_field, bars, column), maxlen=0)  # sets the field of every bar
    return bars


_SETTERS = [getattr(Bar, field.name).__set__ for field in fields(Bar)]
