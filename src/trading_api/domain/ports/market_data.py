"""The port through which a module reads the market without knowing its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from trading_api.domain.instrument import Instrument
from trading_api.domain.market_status import MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.quiet_range import QuietRange
from trading_api.domain.quote import Quote


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to know of a symbol. Use the constants and functions below to make one."""

    kind: Literal["quote", "day", "bars", "book"]
    resolution: str = ""
    levels: int = 0


QUOTE = Fact("quote")
"""The touch and the last trade. Every update carries it."""

DAY = Fact("day")
"""The previous and the current daily bar."""


def bars(resolution: str) -> Fact:
    """Return the fact of the bars at a canonical resolution that the symbol has."""
    return Fact("bars", resolution=resolution)


def book(levels: int) -> Fact:
    """Return the fact of the order book's best `levels` a side, from 1 to LEVELS_MAX."""
    return Fact("book", levels=levels)


class MarketListener(Protocol):
    """Receives what a market publishes. Calls come on the event loop, in the market's order; a
    call neither raises nor blocks."""

    def on_update(self, update: MarketUpdate) -> None:
        """Handle what changed of one symbol in which the listener has an interest. The symbols of
        one instant follow each other; `MarketData.quote` already answers for all of them."""
        ...

    def on_heartbeat(self) -> None:
        """Handle that the market's time may have passed, or the status of a symbol changed. Follows
        the updates of each instant."""
        ...

    def on_status(self, status: MarketStatus) -> None:
        """Handle a change of the market's status."""
        ...

    async def flush(self) -> None:
        """Return once all that the calls up to now caused is done and published."""
        ...


@runtime_checkable
class QuietListener(MarketListener, Protocol):
    """A listener that can state which calls would have no effect, so that a market under the step
    clock may leave them out. A market leaves out nothing for other listeners.

    The answers are right until the listener is called, or the event loop runs."""

    def quiet_range(self, symbol: str) -> QuietRange | None:
        """Return the prices at which updates of the symbol have no effect, or None if any may have
        one. Only asked for symbols in which the listener has an interest."""
        ...

    def quiet_until_ms(self, step_ms: int) -> int | None:
        """Return the earliest market time at which a heartbeat may have an effect: the present if
        the next one may, or None if none does. The steps of the market are at least `step_ms`
        apart, or at the same instant."""
        ...


class Interest(Protocol):
    """What one listener wants to be sent. Interest is counted: a fact that was added twice is
    sent until it was removed twice."""

    def add(self, symbol: str, fact: Fact = QUOTE) -> None:
        """Send the fact of a bare symbol from the next update on. Raises KeyError for an unknown
        symbol."""
        ...

    def remove(self, symbol: str, fact: Fact = QUOTE) -> None:
        """Undo one `add` of the same fact."""
        ...

    def close(self) -> None:
        """Remove all interest, and call the listener no more."""
        ...


class MarketData(Protocol):
    """What a module may know of the market."""

    @property
    def status(self) -> MarketStatus: ...

    @property
    def now_ms(self) -> int:
        """The market's present, in a replay that of the recording. It never goes back, and no
        quote is later."""
        ...

    def instruments(self) -> Sequence[Instrument]: ...

    def instrument(self, symbol: str) -> Instrument | None:
        """Return the instrument of `AAPL` or `NASDAQ:AAPL`, or None."""
        ...

    def quote(self, symbol: str) -> Quote | None:
        """Return the latest quote of a bare symbol: the published one while there is an interest
        in the symbol, else the source's. None for an unknown symbol."""
        ...

    def status_of(self, symbol: str) -> MarketStatus:
        """Return whether a bare symbol can be traded now: the market's own status while that is
        not OPEN, else OPEN, CLOSED, or STALE where the source lost this symbol alone."""
        ...

    def session_end_ms(self, symbol: str) -> int:
        """Return when the current session ends, or else the next one; midnight UTC for a market
        that never closes."""
        ...

    def listen(self, listener: MarketListener) -> Interest:
        """Call the listener with every change of status from now on, and with the updates in which
        the returned interest shows that it is interested."""
        ...
