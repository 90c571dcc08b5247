"""The spellings of symbols and resolutions that the server reports."""

from __future__ import annotations

_RESOLUTIONS = {"D": "1D", "W": "1W", "M": "1M"}


def bare_symbol(symbol: str) -> str:
    """Return `AAPL` for `NASDAQ:AAPL`."""
    return symbol.rpartition(":")[2]


def canonical_resolution(resolution: str) -> str:
    """Return `1D` for `D`."""
    return _RESOLUTIONS.get(resolution, resolution)
