"""The port by which one module hears another's prices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Instrument:
    """What can be traded. Prices are whole ticks of `min_move / price_scale`, bar volumes
    whole units of `1 / volume_scale`, order quantities whole multiples of `quantity_step`.
    `resolutions` are those it has, all of the market's where there are none; `holidays` and
    `corrections` as TradingView writes them."""

    symbol: str
    description: str
    exchange: str
    type: str
    currency: str
    price_scale: int
    min_move: int
    volume_scale: int
    quantity_step: Decimal
    quantity_max: Decimal
    session: str = "24x7"
    timezone: str = "Etc/UTC"
    holidays: str = ""
    corrections: str = ""
    resolutions: tuple[str, ...] = ()

    @property
    def tick_size(self) -> Decimal:
        return Decimal(self.min_move) / Decimal(self.price_scale)


@dataclass(frozen=True, slots=True)
class Quote:
    """The touch of one symbol at one instant. Sizes are in the quantity's own units; `last_size`
    is what traded, at `last`, since the quote before it: 0 when nothing did."""

    symbol: str
    time_ms: int
    bid: Decimal
    ask: Decimal
    bid_size: Decimal
    ask_size: Decimal
    last: Decimal
    last_size: Decimal


class MarketState(Enum):
    STARTING = "starting"
    OPEN = "open"
    CLOSED = "closed"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class MarketStatus:
    """Whether prices can be traded on. CLOSED and SILENT say why in one sentence."""

    state: MarketState
    reason: str = ""


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
