"""Positions in the bars of one symbol: what changed since it was last reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.resolution import AHEAD_MS


class BarReader(Protocol):
    """The part of a MarketSource that reads bars."""

    @property
    def now_ms(self) -> int: ...

    def bars(
        self, symbol: str, resolution: str, start_ms: int, end_ms: int, count_back: int = 0
    ) -> list[Bar]: ...


class BarCursor:
    """The last reported bar of one symbol at one resolution; at first the newest one. Reports are
    read from history, so that live bars equal it, and no bar is missed that closed during a
    pause."""

    def __init__(self, source: BarReader, symbol: str, resolution: str) -> None:
        self._source = source
        self._symbol = symbol
        self._resolution = resolution
        self._last = next(iter(newest_bars(source, symbol, resolution)), None)

    def advance(self) -> Sequence[Bar]:
        """Return the bars that changed since the last call: those that closed, then the forming
        one. Empty where none changed."""
        last = self._last
        if last is None:
            bars = newest_bars(self._source, self._symbol, self._resolution)
        else:
            end_ms = self._source.now_ms + AHEAD_MS + 1
            bars = self._source.bars(self._symbol, self._resolution, last.time_ms, end_ms)
            if bars and bars[0] == last:
                del bars[0]
        if bars:
            self._last = bars[-1]
        return bars


class DayCursor:
    """The current daily bar of one symbol and the one before it, where there is one."""

    def __init__(self, source: BarReader, symbol: str, resolution: str) -> None:
        self._source = source
        self._symbol = symbol
        self._resolution = resolution
        self._days: list[Bar] = []

    def advance(self) -> Sequence[Bar]:
        """Return one or two bars, the current one last. A day that is over is read once."""
        if not self._days:
            self._days = newest_bars(self._source, self._symbol, self._resolution, 2)
        else:
            start_ms, end_ms = self._days[-1].time_ms, self._source.now_ms + AHEAD_MS + 1
            newer = self._source.bars(self._symbol, self._resolution, start_ms, end_ms)
            self._days = [*self._days[:-1], *newer][-2:]
        return self._days


def newest_bars(source: BarReader, symbol: str, resolution: str, count: int = 1) -> list[Bar]:
    """Return the newest `count` bars, the forming one last; fewer where there are fewer."""
    end_ms = source.now_ms + AHEAD_MS + 1
    return source.bars(symbol, resolution, end_ms, end_ms, count)


def daily_resolution(instrument: Instrument, market_resolutions: Sequence[str]) -> str:
    """Return the resolution of the bars that a quote calls its day: `1D`, or the finest one where
    the instrument has no days. `market_resolutions` are those of an instrument without its own."""
    resolutions = instrument.resolutions or market_resolutions
    return "1D" if "1D" in resolutions else resolutions[0]
