"""The port through which a module reads prices without knowing the market source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from trading_api.domain.instrument import Instrument
from trading_api.domain.market_status import MarketStatus
from trading_api.domain.quote import Quote


class MarketListener(Protocol):
    """Called on the event loop, in the market's order; it must not raise or block."""

    def wants(self, symbol: str) -> bool:
        """Whether quotes of the symbol change anything for it at this moment. Asked before each of
        them; one that nobody wants may be left out."""
        ...

    def on_quote(self, quote: Quote) -> None:
        """Also of symbols that only others want."""
        ...

    def on_status(self, status: MarketStatus) -> None: ...

    async def settled(self) -> None:
        """Returns once all that the calls up to now caused is done and told."""
        ...


class MarketData(Protocol):
    """What a module may know of the market without knowing who makes it."""

    @property
    def status(self) -> MarketStatus: ...

    @property
    def now_ms(self) -> int:
        """The market's present; in a replay that is not the clock on the wall. It never goes back,
        and no quote is later."""
        ...

    def instruments(self) -> Sequence[Instrument]: ...

    def instrument(self, symbol: str) -> Instrument | None:
        """The instrument of `AAPL` or `NASDAQ:AAPL`."""
        ...

    def quote(self, symbol: str) -> Quote | None:
        """The newest quote of a bare symbol, wanted or not; None before the first one."""
        ...

    def status_of(self, symbol: str) -> MarketStatus:
        """Whether a bare symbol can be traded at this moment: the market's own status while that
        is not OPEN, else OPEN or CLOSED."""
        ...

    def session_end_ms(self, symbol: str) -> int:
        """When the session that runs now, or else the next one, ends; a market that never closes
        ends its day at midnight UTC."""
        ...

    def listen(self, listener: MarketListener) -> Callable[[], None]:
        """Every quote that is wanted and every change of status from now on; the result ends
        it."""
        ...
