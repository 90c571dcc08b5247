"""The port to a market: simulated, recorded, or live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from trading_api.domain.instrument import Instrument
from trading_api.domain.order_book import Depth
from trading_api.domain.quote import Quote
from trading_api.domain.resolution import DAY_MS

AHEAD_MS = 2 * DAY_MS
"""A trading day that began on the evening before, and east of Greenwich, stands less than this
ahead of the present."""


@dataclass(frozen=True, slots=True)
class MarketBar:
    """Prices in ticks, volume in the instrument's volume units, time the bar's start."""

    time_ms: int
    open: int
    high: int
    low: int
    close: int
    volume: int


class MarketSink(Protocol):
    """Where a running source reports. Every report is also its heartbeat."""

    def wants(self, symbol: str) -> bool:
        """Whether anybody waits for quotes of the symbol at this moment; if nobody does, they need
        not be reported."""
        ...

    def quote(self, quote: Quote) -> None:
        """A symbol's price path moved on, at `quote.time_ms`, which is not before the present that
        there was until this move."""
        ...

    def heartbeat(self) -> None:
        """The source lives, though no price changed."""
        ...

    def closed(self, reason: str) -> None:
        """No further price will come until the next quote."""
        ...


class MarketSource(Protocol):
    """One price path per symbol. Bars, quotes, depth and what `run` reports all read it at the
    same present. What traded in a bar is the sum of the `last_size` of the quotes whose time lies
    in it, but for pauses that the source jumped over."""

    @property
    def now_ms(self) -> int:
        """It never goes back, and no quote is later."""
        ...

    def instruments(self) -> Sequence[Instrument]: ...

    def resolutions(self) -> Sequence[str]:
        """Canonical names (`1`, `5`, `1D`), finest first: all that any instrument has."""
        ...

    def bars(
        self, symbol: str, resolution: str, start_ms: int, end_ms: int, count_back: int = 0
    ) -> list[MarketBar]:
        """Bars whose times are within [start_ms, end_ms), the forming one included, none that has
        not begun; and older ones before them until there are `count_back`, where they exist.
        Ascending. `symbol` must be a known one and `resolution` one that it has."""
        ...

    def quote(self, symbol: str) -> Quote:
        """The newest one."""
        ...

    def quotes_back(self, symbol: str) -> Iterator[Quote]:
        """The newest one, and those before it, reported or not."""
        ...

    def why_closed(self, symbol: str) -> str:
        """Why the symbol's newest quote can't be traded on at the present, in a sentence; empty
        where it can."""
        ...

    def depth(self, symbol: str, levels: int) -> Depth:
        """Up to so many levels a side, from 1 to LEVELS_MAX; the best are the quote's own."""
        ...

    async def run(self, sink: MarketSink) -> None:
        """Moves the present on and reports it, until cancelled."""
        ...
