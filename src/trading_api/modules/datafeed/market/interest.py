"""The symbols and facts that listeners want, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from trading_api.domain.instrument import Instrument
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import (
    DAY,
    QUOTE,
    Fact,
    MarketListener,
    QuietListener,
)
from trading_api.modules.datafeed.market.bar_cursor import (
    BarCursor,
    BarReader,
    DayCursor,
    daily_resolution,
)


class SymbolInterest:
    """What all listeners together want of one symbol, besides its quote.

    `bars` holds cursors by resolution. `day` is None and `book_levels` is 0 while no listener
    wants them. `latest` is the last update that was published since the interest began."""

    __slots__ = ("bars", "book_levels", "counts", "day", "latest")

    def __init__(self) -> None:
        self.counts: Counter[Fact] = Counter()
        self.bars: dict[str, BarCursor] = {}
        self.day: DayCursor | None = None
        self.book_levels = 0
        self.latest: MarketUpdate | None = None


InterestView: TypeAlias = Mapping[str, SymbolInterest]
"""The interest by symbol. A symbol without interest is absent."""


class InterestSource(BarReader, Protocol):
    """The part of a MarketSource that an interest set reads."""

    def instruments(self) -> Sequence[Instrument]: ...

    def resolutions(self) -> Sequence[str]: ...


class InterestSet(dict[str, SymbolInterest]):
    """The interest of all listeners by symbol. `source` is read where an interest in bars begins:
    its cursor begins at the newest bar."""

    def __init__(self, source: InterestSource) -> None:
        super().__init__()
        self._source = source
        resolutions = source.resolutions()
        self._daily = {
            each.symbol: daily_resolution(each, resolutions) for each in source.instruments()
        }

    def add(self, symbol: str, fact: Fact) -> None:
        """Raises KeyError for an unknown symbol."""
        daily = self._daily[symbol]
        interest = self.get(symbol) or SymbolInterest()
        if fact.kind == "bars" and fact.resolution not in interest.bars:
            interest.bars[fact.resolution] = BarCursor(self._source, symbol, fact.resolution)
        if fact == DAY and interest.day is None:
            interest.day = DayCursor(self._source, symbol, daily)
        interest.book_levels = max(interest.book_levels, fact.levels)
        interest.counts[fact] += 1
        self[symbol] = interest

    def remove(self, symbol: str, fact: Fact) -> None:
        interest = self[symbol]
        interest.counts[fact] -= 1
        if interest.counts[fact]:
            return
        del interest.counts[fact]
        if not interest.counts:
            del self[symbol]
        elif fact.kind == "bars":
            del interest.bars[fact.resolution]
        elif fact == DAY:
            interest.day = None
        elif fact.kind == "book":
            interest.book_levels = max(each.levels for each in interest.counts)


class ListenerInterest:
    """The interest of one listener. Implements `Interest` of domain/ports/market_data.py.
    `quiet_listener` is the listener, if it can state what has no effect, or None."""

    def __init__(
        self,
        listener: MarketListener,
        interest: InterestSet,
        on_close: Callable[[ListenerInterest], None],
    ) -> None:
        self.listener = listener
        self.quiet_listener = listener if isinstance(listener, QuietListener) else None
        self._interest = interest
        self._on_close = on_close
        self._counts: Counter[tuple[str, Fact]] = Counter()
        self._symbols: Counter[str] = Counter()
        self._is_closed = False

    def __contains__(self, symbol: str) -> bool:
        return symbol in self._symbols

    def add(self, symbol: str, fact: Fact = QUOTE) -> None:
        self._interest.add(symbol, fact)
        self._counts[symbol, fact] += 1
        self._symbols[symbol] += 1

    def remove(self, symbol: str, fact: Fact = QUOTE) -> None:
        assert self._counts[symbol, fact] > 0, "it was not added"
        self._interest.remove(symbol, fact)
        self._counts[symbol, fact] -= 1
        self._symbols[symbol] -= 1
        if not self._symbols[symbol]:
            del self._symbols[symbol]

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._on_close(self)
        for symbol, fact in self._counts.elements():
            self._interest.remove(symbol, fact)
        self._counts.clear()
        self._symbols.clear()
