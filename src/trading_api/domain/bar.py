"""The open, high, low, close and volume of one symbol within one interval."""

from __future__ import annotations

from dataclasses import dataclass


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
