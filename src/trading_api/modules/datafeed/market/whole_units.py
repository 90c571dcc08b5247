"""Numbers that were written through floats, as whole counts of a decimal place."""

from __future__ import annotations

from struct import Struct

DECIMALS_MAX = 8

_SINGLE = Struct("f")


def as_meant(value: float) -> float:
    """Sees through what single precision leaves: 304.81 of 304.80999755859375."""
    for decimals in range(DECIMALS_MAX):
        rounded = round(value, decimals)
        if abs(rounded - value) <= abs(value) * 1e-12 or _single(rounded) == value:
            return rounded
    return round(value, DECIMALS_MAX)


def _single(value: float) -> float:
    single: float = _SINGLE.unpack(_SINGLE.pack(value))[0]
    return single
