"""The port to a market source: simulated, recorded, or live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.order_book import OrderBook
from trading_api.domain.quiet_range import QuietRange
from trading_api.domain.quote import Quote
from trading_api.modules.datafeed.market.interest import InterestView


class MarketSink(Protocol):
    """Receives the reports of a running source. An update is also a heartbeat."""

    @property
    def interest(self) -> InterestView:
        """The symbols and facts that listeners want now. A source reports at least these."""
        ...

    def publish(self, updates: Sequence[MarketUpdate]) -> None:
        """Report the symbols that moved at one instant, all together. Their quotes' times are not
        before the present that there was until this move. Not empty."""
        ...

    def heartbeat(self) -> None:
        """Report that the present moved on, though nothing of interest changed. It does not count
        if the source's `now_ms` is what it was: a market that stands still is stale. While the
        market is closed, it counts always."""
        ...

    def closed(self, reason: str) -> None:
        """Report that no further price comes until the next update."""
        ...

    def stale(self, reason: str) -> None:
        """Report that all prices are out of date until the next update or heartbeat. `reason` is
        one sentence."""
        ...

    def symbol_stale(self, symbol: str, reason: str) -> None:
        """Report that the prices of one symbol are out of date, though the market goes on. It is
        no heartbeat. `reason` is one sentence. Raises KeyError for an unknown symbol."""
        ...

    def symbol_fresh(self, symbol: str) -> None:
        """Report that the prices of one symbol are up to date again. To publish an update of the
        symbol reports it too. Ignored for a symbol that is not stale."""
        ...


@runtime_checkable
class QuietMarket(Protocol):
    """A market that states which steps of its source change nothing for any listener. The answers
    are right until the source reports, or the event loop runs."""

    def quiet_range(self, symbol: str) -> QuietRange | None:
        """Return the prices at which a quote changes nothing, or None if any may."""
        ...

    def quiet_until_ms(self, step_ms: int) -> int | None:
        """Return the earliest market time at which a step may change something, whatever its
        quote: the present if the next one may, or None if none does. Steps are at least `step_ms`
        apart, or at the same instant."""
        ...

    def skipped(self) -> None:
        """Take note that the source made steps without a report: it has the newest quotes."""
        ...


class MarketSource(Protocol):
    """One price path per symbol. Bars, quotes, order books and what `run` reports all read it at
    the same present. What traded in a bar is the sum of the `last_size` of the quotes whose time
    lies in it, but for pauses that the source jumped over."""

    @property
    def now_ms(self) -> int:
        """The present. It never goes back, and no quote is later."""
        ...

    def instruments(self) -> Sequence[Instrument]: ...

    def resolutions(self) -> Sequence[str]:
        """Return canonical names (`1`, `5`, `1D`), finest first: all that any instrument has."""
        ...

    def bars(
        self, symbol: str, resolution: str, start_ms: int, end_ms: int, count_back: int = 0
    ) -> list[Bar]:
        """Return the bars whose times are within [start_ms, end_ms), ascending, the forming one
        included, none that has not begun; and older ones before them until there are
        `count_back`, where they exist. `symbol` must be a known one and `resolution` one that it
        has."""
        ...

    def quote(self, symbol: str) -> Quote:
        """Return the newest quote."""
        ...

    def quote_history(self, symbol: str, before_ms: int | None = None) -> Iterator[Quote]:
        """Yield the newest quote and those before it, newest first, reported or not. With
        `before_ms`, begin with the newest one that is earlier. What is reported meanwhile changes
        nothing."""
        ...

    def quotes_since(self, symbol: str, start_ms: int) -> Iterator[Quote]:
        """Yield the quotes that `quote_history` yields from `start_ms` on, oldest first. They end
        with the quote that is the newest now."""
        ...

    def closed_reason(self, symbol: str) -> str:
        """Return why the symbol's newest quote cannot be traded on now, in one sentence; empty
        where it can."""
        ...

    def order_book(self, symbol: str, levels: int) -> OrderBook:
        """Return up to `levels` price levels a side, from 1 to LEVELS_MAX. The best are the
        quote's own."""
        ...

    async def run(self, sink: MarketSink) -> None:
        """Move the present on and report it, until cancelled."""
        ...


@runtime_checkable
class FollowingSource(MarketSource, Protocol):
    """A source that shows the same market as another one at the same present, because it is a
    function of time."""

    def move_to(self, instant_ms: int, sink: MarketSink) -> None:
        """Move the present to an instant, and report what happened until then. After a long pause,
        what happened meanwhile is not reported."""
        ...
